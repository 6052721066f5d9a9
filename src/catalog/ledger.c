/* ledger.c - a ledger from its file. */
#include "base/arena.h"
#include "base/diags.h"
#include "catalog/read.h"
#include "tables/contract.h"

const char *const field_type_names[18] = {
	"text",	 "int",	 "number", "date",  "datetime", "duration",
	"money", "bool", "choice", "ref",   "person",	"dept",
	"file",	 "url",	 "email",  "phone", "ip",	"mac",
};
const char *const data_class_names[4] = {
	[CLASS_PLAIN] = "plain",
	[CLASS_PERSONAL] = "personal",
	[CLASS_LEVEL3] = "level3",
	[CLASS_SECRET] = "secret",
};

#define LEDGER_KEYS                                                            \
	"id version title purpose level key states state_label phases "        \
	"approvers flow_note retention note sources covers fields"
#define FIELD_KEYS                                                             \
	"name type to label help required required_when required_note many "   \
	"choices phase class was note"

/* SQLite's keywords that cannot stand as a name, and our own columns. */
static const char *const taken[] = {
	"add",	      "all",	    "alter",	  "and",	"as",
	"between",    "case",	    "check",	  "collate",	"commit",
	"constraint", "create",	    "default",	  "deferrable", "delete",
	"distinct",   "drop",	    "else",	  "escape",	"except",
	"exists",     "foreign",    "from",	  "group",	"having",
	"if",	      "in",	    "index",	  "insert",	"intersect",
	"into",	      "is",	    "isnull",	  "join",	"limit",
	"not",	      "notnull",    "null",	  "on",		"or",
	"order",      "primary",    "references", "returning",	"select",
	"set",	      "table",	    "then",	  "to",		"transaction",
	"union",      "unique",	    "update",	  "using",	"values",
	"when",	      "where",	    "id",	  "rev",	"state",
	"change_seq", "deleted_at", "rowid",	  "host_id",
};

static void
check_field_name(const struct reader_ctx *r, const struct yaml *y,
		 const struct ledger_field *f)
{
	bool at = str_ends(f->name, "_at"), on = str_ends(f->name, "_on");

	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		if (str_is(f->name, taken[i]))
			READ_BAD(r, y, "a field cannot be named '%.*s'",
				 STR_ARG(f->name));
	if ((f->type == FIELD_DATETIME) != at)
		READ_BAD(r, y,
			 "'%.*s': a datetime, and nothing else, is named "
			 "..._at",
			 STR_ARG(f->name));
	if ((f->type == FIELD_DATE) != on)
		READ_BAD(r, y,
			 "'%.*s': a date, and nothing else, is named ..._on",
			 STR_ARG(f->name));
}

static void
read_field(const struct reader_ctx *r, const struct yaml *y,
	   struct ledger_field *f)
{
	if (!read_map(r, y, "a field", FIELD_KEYS))
		return;
	f->name = read_name(r, y, "name", true);
	f->type = (enum field_type)READ_ENUM(r, y, "type", field_type_names);
	f->to = read_name(r, y, "to", f->type == FIELD_REF);
	f->label = read_words(r, y, "label", true);
	f->help = read_words(r, y, "help", false);
	f->required = read_bool(r, y, "required", false);
	f->required_when = read_text(r, y, "required_when", false);
	f->many = read_bool(r, y, "many", false);
	f->phase = (int)read_int(r, y, "phase", 1, 9, 0);
	f->was = read_name(r, y, "was", false);
	f->data_class = read_enum(r, y, "class", data_class_names,
				  ARRAY_LEN(data_class_names), false);
	f->n_choices = read_named(r, y, "choices", &f->choices);
	if ((f->type == FIELD_CHOICE) != (f->n_choices > 0))
		READ_BAD(r, y, "'choices' belong to the type choice");
	if (f->to.p != NULL && f->type != FIELD_REF)
		READ_BAD(r, y, "'to' belongs to the type ref");
	if (f->name.p != NULL)
		check_field_name(r, y, f);
}

static void
read_fields(const struct reader_ctx *r, const struct yaml *map,
	    struct ledger *l)
{
	const struct yaml *y = read_list(r, map, "fields", true);

	if (y == NULL)
		return;
	l->n_fields = y->n;
	l->fields = ARENA_ARRAY(r->a, y->n, struct ledger_field);
	for (size_t i = 0; i < y->n; i++) {
		read_field(r, y->items[i], &l->fields[i]);
		for (size_t j = 0; j < i; j++)
			if (str_eq(l->fields[i].name, l->fields[j].name))
				READ_BAD(r, y->items[i],
					 "two fields are named '%.*s'",
					 STR_ARG(l->fields[i].name));
	}
}

static void
read_ledger_key(const struct reader_ctx *r, const struct yaml *map,
		struct ledger *l)
{
	l->n_key = read_texts(r, map, "key", true, &l->key);
	for (size_t i = 0; i < l->n_key; i++) {
		bool found = str_is(l->key[i], "state") && l->n_states > 0;

		for (size_t j = 0; j < l->n_fields && !found; j++)
			found = str_eq(l->fields[j].name, l->key[i]) &&
				!l->fields[j].many;
		if (!found)
			READ_BAD(r, yaml_find(map, "key"),
				 "'%.*s' in 'key' is no single field",
				 STR_ARG(l->key[i]));
	}
}

struct ledger *
read_ledger(const struct reader_ctx *r, const struct yaml *y)
{
	if (!read_map(r, y, "a ledger", LEDGER_KEYS))
		return NULL;

	struct ledger *l = ARENA_NEW(r->a, struct ledger);
	l->file = r->file;
	l->id = read_name(r, y, "id", true);
	l->version = (int)read_int(r, y, "version", 1, 100000, 1);
	l->title = read_words(r, y, "title", true);
	l->purpose = read_words(r, y, "purpose", true);
	l->state_label = read_words(r, y, "state_label", false);
	l->level = (enum level)READ_ENUM(r, y, "level", level_names);
	l->retention = read_duration(r, y, "retention", false);
	l->flow_note = read_text(r, y, "flow_note", false);
	l->n_states = read_named(r, y, "states", &l->states);
	l->n_approvers = read_texts(r, y, "approvers", false, &l->approvers);
	l->n_covers = read_texts(r, y, "covers", true, &l->covers);
	l->n_sources = read_sources(r, y, &l->sources);
	read_fields(r, y, l);
	read_ledger_key(r, y, l);
	return l->id.p != NULL ? l : NULL;
}

struct ledger *
ledger_read(struct arena *a, struct str file, struct str text, struct diags *d)
{
	struct reader_ctx r = { .a = a, .d = d, .file = file };
	const struct yaml *y = yaml_parse(a, file, text, d);

	return y != NULL ? read_ledger(&r, y) : NULL;
}
