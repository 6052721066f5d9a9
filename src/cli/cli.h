/* cli.h - what a command of the program is made of. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct arena;
struct diags;
struct json;
struct store;

/* Exit codes; man pages name them. */
enum {
	EXIT_OK = 0,
	EXIT_FAILS = 1,	  /* the answer is no: something fails */
	EXIT_CANNOT = 2,  /* it could not be done, or was called wrongly */
	EXIT_UNKNOWN = 3, /* nothing fails, but something is not known */
};

enum lang { LANG_JA, LANG_EN };

struct option {
	const char *name; /* without the dashes */
	const char *arg;  /* what it takes, as NAME; NULL = a switch */
	const char *help; /* English; also the message id */
};

/* Marks a message that is looked up later, for tools/messages. */
#define N_(id) id

#define CLI_OPTIONS_MAX 24
#define CLI_ARGS_MAX 256

struct cli {
	struct arena *arena; /* until the command ends */
	enum lang lang;
	bool json; /* --json was given */
	bool color;
	const char *dir;	 /* the organisation's directory */
	const char *const *args; /* after the command and its options */
	size_t n_args;
	struct buf *out;	/* printed when the command returns */
	struct store *messages; /* opened when first needed */
	const struct command *command;
	const char *values[CLI_OPTIONS_MAX]; /* by position in options */
};

struct command {
	const char *name;
	const char *summary;  /* one line, English; also the message id */
	const char *synopsis; /* what follows the name */
	const char *details;  /* paragraphs for --help; may be NULL */
	const struct option *options; /* ends with { 0 }; may be NULL */
	bool no_json;		      /* prints no data */
	bool hidden;		      /* roles of `serve` and the like */

	/* Returns an exit code, or negative with e set: exit 2. */
	int (*run)(struct cli *c, struct err *e);
};

extern const struct command *const commands[];
extern const size_t n_commands;

/* The value of an option: NULL when it was not given, "" for a switch. */
const char *cli_option(const struct cli *c, const char *name);
bool cli_has(const struct cli *c, const char *name);

/* Wrong usage: sets e so that --help is pointed at. */
int cli_usage(struct cli *c, struct err *e, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/*
 * The text in the reader's language; id is the English literal. The second
 * form prints with the conversions of err.h.
 */
const char *cli_text(struct cli *c, const char *id);
void cli_print(struct cli *c, const char *id, ...) PRINTF_LIKE(2, 3);
void cli_err(struct cli *c, const struct err *e, struct buf *out);
void cli_diags(struct cli *c, const struct diags *d, struct buf *out);

/* Writes what is in c->out now; for commands that ask or take long. */
void cli_flush(struct cli *c);

/* Asks on the terminal; -EINVAL at the end of input. */
int cli_ask(struct cli *c, struct str *ret, struct err *e);

/* Terminal styles; nothing when the output is no terminal. */
enum style { STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };
void cli_style(struct cli *c, enum style style, struct str text);

/* Text padded with blanks to a width in columns of a terminal. */
void cli_pad(struct cli *c, struct str text, size_t width);

/*
 * Paragraphs broken into lines of at most width columns, indented. A line
 * that starts with blanks keeps them; in plain ASCII it is a command to be
 * copied and stays whole.
 */
void cli_wrap(struct cli *c, struct str text, size_t indent, size_t width);
size_t cli_width(void); /* of the terminal, 60 to 100; 80 when unknown */

#endif
