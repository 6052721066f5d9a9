/* catalog.h - what the requirements ask: controls, ledgers, lists. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "base/str.h"

struct arena;
struct diags;
struct err;
struct store;

/* A text in both languages of the product. */
struct words {
	struct str ja, en;
};

enum level {
	LEVEL_BASIC,
	LEVEL_STANDARD,
	LEVEL_FULL,
};

enum strength {
	STRENGTH_MUST,
	STRENGTH_SHOULD,
	STRENGTH_CONSIDER,
};

enum control_kind {
	CONTROL_QUERY,
	CONTROL_LEDGER,
	CONTROL_DUTY,
	CONTROL_DOCUMENT,
	CONTROL_GUIDE,
};

enum param_type {
	PARAM_DURATION,
	PARAM_INT,
	PARAM_BOOL,
	PARAM_CHOICE,
	PARAM_TEXT,
	PARAM_TIME,
	PARAM_DATE,
	PARAM_LIST,
	PARAM_TABLE,
};

/* Names as they stand in the files, in the order of the enums. */
extern const char *const level_names[3];
extern const char *const strength_names[3];
extern const char *const control_kind_names[5];
extern const char *const param_type_names[9];

/* A value with its words: a choice, a state, a label of a list's element. */
struct named {
	struct str value;
	struct words label;
};

/*
 * Values are kept as they are bound: duration, choice, text, time and date
 * as text, int and bool (0, 1) as digits, list and table as JSON. p == NULL
 * means that there is none.
 */
struct parameter {
	struct str name;
	enum param_type type;
	struct str def, min, max;
	struct words label;
	size_t n_choices, n_labels;
	struct named *choices, *labels;
};

/* A number declared at another control, bound here as `name`. */
struct use {
	struct str name;
	struct str control, parameter;
	int line, column;
};

struct source_ref {
	struct str doc, at;
};

enum condition_test {
	CONDITION_IS, /* answer == value; a bool is 0 or 1 */
	CONDITION_MIN,
	CONDITION_MAX,
};

/* One part of applies_when; a control applies when all of them hold. */
struct condition {
	struct str answer;
	enum condition_test test;
	int64_t value;
};

enum cadence_event {
	EVENT_NONE,
	EVENT_ON,
	EVENT_BEFORE,
	EVENT_AFTER,
	EVENT_WITHIN,
};

struct cadence {
	struct str every;	/* a duration, or NULL */
	struct str every_param; /* or the parameter that holds it */
	enum cadence_event when;
	struct str event;
	struct str within; /* EVENT_WITHIN: a duration */
};

/* A cell of an example; text is NULL for an SQL NULL. */
struct example_cell {
	struct str column;
	struct str text;
	bool quoted; /* written as text, even if it looks like a number */
	int line, column_no;
};

struct example_row {
	size_t n;
	struct example_cell *cells;
};

struct example_table {
	struct str name;
	int line, column_no;
	size_t n;
	struct example_row *rows;
};

/* What a parameter or a use name is set to in an example. */
struct example_value {
	struct str name;
	struct str value; /* as bound, like struct parameter.def */
};

struct example {
	struct str name;
	int line, column_no;
	size_t n_tables, n_values, n_pass, n_fail, n_unknown;
	struct example_table *tables;
	struct example_value *values;
	struct str now; /* NULL = any instant */
	struct str *pass, *fail, *unknown;
	bool none;
};

struct control {
	struct str id, area;
	bool complete;
	enum level level;
	enum strength strength;
	enum control_kind kind;
	struct str pack, done_by, subject;
	struct words title, text, why, fix, attack, note_today;
	struct words question; /* what a person may declare; may be NULL */
	struct str effort;     /* a duration, or NULL */
	int impact;	       /* 1 to 3; 0 = not said */
	bool costs_money;
	struct cadence cadence;
	struct str assess; /* SQL, or NULL */
	size_t n_conditions, n_parameters, n_uses, n_sources, n_covers;
	size_t n_primary, n_needs, n_also_by, n_proof, n_rechecks;
	size_t n_examples, n_mutants_ok;
	struct condition *conditions;
	struct parameter *parameters;
	struct use *uses;
	struct source_ref *sources;
	struct str *covers, *primary, *needs, *also_by, *proof, *rechecks;
	struct example *examples; /* of files only; not kept in the image */
	struct str *mutants_ok;	  /* of files only */
	struct str file;	  /* of files only */
	int line_assess;	  /* of files only: where the SQL starts */
};

enum field_type {
	FIELD_TEXT,
	FIELD_INT,
	FIELD_NUMBER,
	FIELD_DATE,
	FIELD_DATETIME,
	FIELD_DURATION,
	FIELD_MONEY,
	FIELD_BOOL,
	FIELD_CHOICE,
	FIELD_REF,
	FIELD_PERSON,
	FIELD_DEPT,
	FIELD_FILE,
	FIELD_URL,
	FIELD_EMAIL,
	FIELD_PHONE,
	FIELD_IP,
	FIELD_MAC,
};
extern const char *const field_type_names[18];
extern const char *const data_class_names[4]; /* enum data_class */

struct ledger_field {
	struct str name;
	enum field_type type;
	struct str to; /* FIELD_REF: the ledger meant, or host */
	struct words label, help;
	bool required, many;
	struct str required_when; /* SQL over the row, or NULL */
	int phase;		  /* of the incident; 0 = none */
	int data_class;		  /* enum data_class */
	struct str was;
	size_t n_choices;
	struct named *choices;
};

struct ledger {
	struct str id;
	int version;
	struct words title, purpose, state_label;
	enum level level;
	struct str retention; /* a duration, or NULL */
	struct str flow_note;
	size_t n_key, n_states, n_approvers, n_sources, n_covers, n_fields;
	struct str *key, *approvers, *covers;
	struct named *states;
	struct source_ref *sources;
	struct ledger_field *fields;
	struct str file; /* of files only */
};

struct pack {
	struct str id;
	struct words title, purpose;
};

/* A question about the organisation. */
struct answer {
	struct str id;
	bool is_int; /* else yes or no, 1 or 0 */
	int64_t def, min, max;
	struct words question, help;
};

struct catalog_role {
	struct str id;
	struct words title, duty;
};

struct source_doc {
	struct str id;
	size_t n_prefixes;
	struct str *prefixes;
	struct words publisher, title;
};

struct requirement {
	struct str id;
	struct words text;
	enum strength strength;
	size_t n_sources;
	struct source_ref *sources;
};

/* When an operating system stops to get fixes; NULL dates are unknown. */
struct os_eol {
	struct str os_id, version_id, edition;
	struct str eol_on, extended_on;
	struct str source;
};

struct catalog_message {
	struct str id; /* the English format of the program */
	struct str text;
};

/* Arrays are sorted by id, except packs, answers, roles and docs. */
struct catalog {
	size_t n_controls, n_ledgers, n_packs, n_answers, n_roles, n_docs;
	size_t n_requirements, n_eol, n_messages;
	struct control *controls;
	struct ledger *ledgers;
	struct pack *packs;
	struct answer *answers;
	struct catalog_role *roles;
	struct source_doc *docs;
	struct requirement *requirements;
	struct os_eol *eol;
	struct catalog_message *messages; /* Japanese */
};

/*
 * Reads a tree of files as data/ is laid out (controls/, ledgers/, lists/,
 * requirements/, i18n/). What is wrong in a file is put into d and the rest is
 * read on; an error is returned only when a folder cannot be read at all.
 */
int catalog_read(struct arena *a, struct str dir, struct diags *d,
		 struct catalog **ret, struct err *e);

/*
 * The catalog as one SQLite database: written to path, which must not exist,
 * by the build; loaded from the schema `catalog` of a store. Without
 * examples, mutants_ok, file and lines, and loaded without messages.
 */
int catalog_image_write(const struct catalog *c, const char *path,
			struct err *e);
int catalog_load(struct arena *a, struct store *s, struct catalog **ret,
		 struct err *e);

/*
 * One file that somebody wants to adopt. NULL and an error in d when it
 * cannot be understood; text stays the caller's.
 */
struct control *control_read(struct arena *a, struct str file, struct str text,
			     struct diags *d);
struct ledger *ledger_read(struct arena *a, struct str file, struct str text,
			   struct diags *d);

/*
 * A catalog in which k stands instead of the control of its id, or beside
 * the others; everything else is shared with c, which must outlive it.
 */
struct catalog *catalog_with_control(struct arena *a, const struct catalog *c,
				     const struct control *k);

/* Borrowed; NULL when there is none of that name. */
const struct control *control_find(const struct catalog *c, struct str id);
const struct ledger *ledger_find(const struct catalog *c, struct str id);
const struct requirement *requirement_find(const struct catalog *c,
					   struct str id);
const struct pack *pack_find(const struct catalog *c, struct str id);
const struct answer *answer_find(const struct catalog *c, struct str id);
const struct catalog_role *role_find(const struct catalog *c, struct str id);
const struct source_doc *source_doc_find(const struct catalog *c,
					 struct str id);
const struct parameter *parameter_find(const struct control *c,
				       struct str name);

/* "area.control.parameter"; ret_control may be NULL. */
const struct parameter *catalog_parameter(const struct catalog *c,
					  struct str full,
					  const struct control **ret_control);

/*
 * Turns what a person typed (or a file says) into the value that is bound,
 * or says what was expected. List: JSON array, or elements separated by
 * commas; table: JSON array of objects.
 */
int parameter_parse(struct arena *a, const struct parameter *p, struct str text,
		    struct str *ret, struct err *e);

#endif
