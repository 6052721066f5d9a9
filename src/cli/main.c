/* main.c - finds the command, reads its options, prints its failure. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "store/store.h"

#define OUT_MAX ((size_t)512 * 1024 * 1024)
#define VERSION "0.1.0"

static const struct option global_options[] = {
	{ "dir", "DIR",
	  "directory of the organisation (default: $YAMORI_DIR, or "
	  "/var/lib/yamori, or ./yamori-data)" },
	{ "lang", "ja|en",
	  "language of the output (default: from LANG; Japanese if that does "
	  "not say)" },
	{ "json", NULL, "print data as JSON" },
	{ "help", NULL, "show this help" },
	{ 0 },
};

const char *
cli_option(const struct cli *c, const char *name)
{
	const struct option *o = c->command->options;

	for (size_t i = 0; o != NULL && o[i].name != NULL; i++) {
		if (strcmp(o[i].name, name) == 0)
			return c->values[i];
	}
	assert(!"option is in the command's list");
	return NULL;
}

bool
cli_has(const struct cli *c, const char *name)
{
	return cli_option(c, name) != NULL;
}

int
cli_usage(struct cli *c, struct err *e, const char *fmt, ...)
{
	auto_arena *a = arena_new();
	struct err_text t;
	va_list ap;

	va_start(ap, fmt);
	err_text_set(&t, fmt, ap);
	va_end(ap);
	auto_buf b = { 0 };
	buf_init(&b, 4096);
	const struct err inner = { .code = -EINVAL, .text = t };
	cli_err(c, &inner, &b);
	return err_set(e, -EINVAL, "%s (see 'yamori %s --help')",
		       str_to_c(a, buf_view(&b)), c->command->name);
}

void
cli_flush(struct cli *c)
{
	(void)fs_write_full(STDOUT_FILENO, c->out->p, c->out->len);
	buf_reset(c->out);
}

int
cli_ask(struct cli *c, struct str *ret, struct err *e)
{
	char line[1024];

	cli_flush(c);
	if (fgets(line, sizeof(line), stdin) == NULL)
		return err_set(e, -EINVAL, "the input ended before the answer");
	*ret = str_copy(c->arena, str_trim(str_c(line)));
	return 0;
}

static const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static void
print_options(struct cli *c, const struct option *o)
{
	bool no_json = c->command != NULL && c->command->no_json;

	for (; o != NULL && o->name != NULL; o++) {
		if (no_json && strcmp(o->name, "json") == 0)
			continue;
		if (strncmp(o->help, "(internal)", 10) == 0)
			continue;
		struct str left = str_fmt(c->arena, "  --%s%s%s", o->name,
					  o->arg ? " " : "",
					  o->arg ? o->arg : "");

		buf_str(c->out, left);
		buf_char(c->out, '\n');
		cli_wrap(c, str_c(cli_text(c, o->help)), 8, cli_width());
	}
}

/* Each form on a line of its own; they are parted by | outside brackets. */
static void
print_synopsis(struct cli *c, const struct command *m)
{
	const char *p = m->synopsis;
	int depth = 0;

	buf_fmt(c->out, "yamori %s%s", m->name, *p == ' ' ? "" : " ");
	for (; *p != '\0'; p++) {
		depth += (*p == '[') - (*p == ']');
		if (depth == 0 && strncmp(p, " | ", 3) == 0) {
			buf_fmt(c->out, "\nyamori %s ", m->name);
			p += 2;
		} else {
			buf_char(c->out, *p);
		}
	}
	buf_c(c->out, "\n\n");
}

static void
print_command_help(struct cli *c, const struct command *m)
{
	print_synopsis(c, m);
	cli_wrap(c, str_c(cli_text(c, m->summary)), 0, cli_width());
	if (m->details != NULL) {
		buf_char(c->out, '\n');
		cli_wrap(c, str_c(cli_text(c, m->details)), 0, cli_width());
	}
	buf_char(c->out, '\n');
	print_options(c, m->options);
	print_options(c, global_options);
}

static void
print_help(struct cli *c)
{
	cli_print(c,
		  "yamori - carry out, check and prove information security\n");
	buf_c(c->out, "\nyamori COMMAND ...\n\n");
	for (size_t i = 0; i < n_commands; i++) {
		if (commands[i]->hidden)
			continue;
		buf_c(c->out, "  ");
		cli_pad(c, str_c(commands[i]->name), 10);
		buf_fmt(c->out, " %s\n", cli_text(c, commands[i]->summary));
	}
	buf_char(c->out, '\n');
	print_options(c, global_options);
}

static enum lang
lang_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *v = getenv(names[i]);

		if (v != NULL && v[0] != '\0')
			return strncmp(v, "en", 2) == 0 ? LANG_EN : LANG_JA;
	}
	return LANG_JA;
}

static const char *
default_dir(void)
{
	const char *dir = getenv("YAMORI_DIR");

	if (dir != NULL && dir[0] != '\0')
		return dir;
	return fs_exists("/var/lib/yamori/yamori.db") ? "/var/lib/yamori"
						      : "yamori-data";
}

static int
global_set(struct cli *c, const char *name, const char *value, bool *help,
	   struct err *e)
{
	if (strcmp(name, "help") == 0) {
		*help = true;
	} else if (strcmp(name, "json") == 0) {
		c->json = true;
	} else if (strcmp(name, "dir") == 0) {
		c->dir = value;
	} else if (strcmp(value, "ja") == 0 || strcmp(value, "en") == 0) {
		c->lang = value[0] == 'j' ? LANG_JA : LANG_EN;
	} else {
		return err_set(e, -EINVAL, "--lang is ja or en, not '%s'",
			       value);
	}
	return 0;
}

static const struct option *
option_find(const struct option *list, struct str name, size_t *ret_at)
{
	for (size_t i = 0; list != NULL && list[i].name != NULL; i++) {
		if (str_is(name, list[i].name)) {
			*ret_at = i;
			return &list[i];
		}
	}
	return NULL;
}

/* One --option; *at is moved behind its value. */
static int
option_read(struct cli *c, char **argv, int argc, int *at, bool *help,
	    struct err *e)
{
	struct str word = str_from(str_c(argv[*at]), 2);
	struct str name = str_until(word, '=');
	const struct option *own = c->command ? c->command->options : NULL;
	size_t pos = 0;
	const struct option *o = option_find(own, name, &pos);
	bool is_own = o != NULL;

	if (o == NULL)
		o = option_find(global_options, name, &pos);
	if (o == NULL)
		return err_set(e, -EINVAL, "unknown option '--%.*s'",
			       STR_ARG(name));

	const char *value = "";
	if (o->arg != NULL && name.len < word.len) {
		value = word.p + name.len + 1;
	} else if (o->arg != NULL) {
		if (*at + 1 >= argc)
			return err_set(e, -EINVAL, "--%s needs a value: %s",
				       o->name, o->arg);
		value = argv[++*at];
	} else if (name.len < word.len) {
		return err_set(e, -EINVAL, "--%s takes no value", o->name);
	}

	if (!is_own)
		return global_set(c, o->name, value, help, e);
	c->values[pos] = value;
	return 0;
}

static int
arguments_read(struct cli *c, char **argv, int argc, bool *help, struct err *e)
{
	const char **args = ARENA_ARRAY(c->arena, CLI_ARGS_MAX, const char *);
	bool only_args = false;

	c->args = args;
	for (int i = 1; i < argc; i++) {
		if (!only_args && strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (!only_args && strncmp(argv[i], "--", 2) == 0) {
			if (option_read(c, argv, argc, &i, help, e) < 0)
				return e->code;
		} else if (c->command == NULL) {
			c->command = command_find(argv[i]);
			if (c->command == NULL)
				return err_set(e, -EINVAL,
					       "there is no command '%s' (see "
					       "'yamori --help')",
					       argv[i]);
		} else if (c->n_args == CLI_ARGS_MAX) {
			return err_set(e, -E2BIG, "more than %d arguments",
				       CLI_ARGS_MAX);
		} else {
			args[c->n_args++] = argv[i];
		}
	}
	return 0;
}

static int
run(struct cli *c, char **argv, int argc, struct err *e)
{
	bool help = false;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		buf_c(c->out, "yamori " VERSION "\n");
		return EXIT_OK;
	}
	if (arguments_read(c, argv, argc, &help, e) < 0)
		return e->code;
	if (c->command == NULL) {
		print_help(c);
		return help ? EXIT_OK : EXIT_CANNOT;
	}
	if (help) {
		print_command_help(c, c->command);
		return EXIT_OK;
	}
	if (c->json && c->command->no_json)
		return err_set(e, -EINVAL, "'%s' prints no data as JSON",
			       c->command->name);
	return c->command->run(c, e);
}

/* A file opened as 0, 1 or 2 would be taken for input or output. */
static void
descriptors_fill(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDWR) != fd) /* the lowest free */
			_exit(EXIT_CANNOT);
	}
}

int
main(int argc, char **argv)
{
	descriptors_fill();
	(void)umask(077); /* what is kept is its owner's alone */
	/* A file that may not grow is an error like a full disk. */
	(void)signal(SIGXFSZ, SIG_IGN);

	auto_arena *a = arena_new();
	auto_buf out = { 0 }, words = { 0 };
	struct err e = { 0 };
	struct cli c = {
		.arena = a,
		.lang = lang_of_environment(),
		.color = isatty(STDOUT_FILENO) == 1 &&
			 getenv("NO_COLOR") == NULL,
		.dir = default_dir(),
		.out = &out,
	};

	buf_init(&out, OUT_MAX);
	buf_init(&words, 65536);
	int code = run(&c, argv, argc, &e);
	if (out.bad && code >= 0)
		code = err_set(&e, -EFBIG,
			       "the output is larger than %zu bytes", OUT_MAX);
	bool written = fs_write_full(STDOUT_FILENO, out.p, out.len) == 0;
	if (code >= 0 && !written && errno != EPIPE)
		code = err_sys(&e, "cannot write the output");
	if (code < 0) {
		buf_c(&words, "yamori: ");
		cli_err(&c, &e, &words);
		buf_char(&words, '\n');
		(void)fs_write_full(STDERR_FILENO, words.p, words.len);
		code = EXIT_CANNOT;
	}
	store_close(c.messages);
	return code;
}
