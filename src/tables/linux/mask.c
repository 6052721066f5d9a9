/* mask.c - takes passwords out of command lines before they are emitted. */
#include "tables/linux/mask.h"

#include "base/arena.h"
#include "base/buf.h"

#define MASKED "***"
#define COMMAND_MAX ((size_t)64 * 1024)

static bool
has_nocase(struct str s, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= s.len; i++) {
		if (str_is_nocase(str_first(str_from(s, i), n), part))
			return true;
	}
	return false;
}

static bool
names_a_secret(struct str key)
{
	static const char *const words[] = {
		"passw",      "passphrase",    "secret",  "token",
		"apikey",     "api_key",       "api-key", "pwd",
		"credential", "authorization", "psk",	  "private_key",
		"access_key", "sshpass",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (has_nocase(key, words[i]))
			return true;
	}
	return false;
}

static bool
is_file_name(struct str value)
{
	value = str_unquote(value);
	return value.len > 1 && value.p[0] == '/';
}

/* Adds user:***@ for user:password@ of an address; else the word itself. */
static void
address_add(struct buf *out, struct str word)
{
	size_t scheme = str_find_c(word, "://");
	struct str rest = str_from(word,
				   scheme == STR_NONE ? word.len : scheme + 3);
	size_t at = str_find(str_until(rest, '/'), '@');
	size_t colon = str_find(rest, ':');

	if (at == STR_NONE || colon == STR_NONE || colon > at) {
		buf_str(out, word);
		return;
	}
	buf_str(out, str_first(word, scheme + 3 + colon + 1));
	buf_c(out, MASKED);
	buf_str(out, str_from(rest, at));
}

static bool
is_mysql(struct str program)
{
	return has_nocase(program, "mysql") || has_nocase(program, "mariadb");
}

/* What the last word was, as far as the next one depends on it. */
struct state {
	struct str program;
	bool hide_next; /* --password X */
	bool user_next; /* curl -u name:X */
};

static void
word_add(struct buf *out, struct state *st, struct str word)
{
	size_t eq = str_find(word, '=');
	bool option = word.len > 1 && word.p[0] == '-';
	bool hide = st->hide_next && !(option && word.len > 2);
	bool user = st->user_next;

	st->hide_next = st->user_next = false;
	if (hide && !is_file_name(word)) {
		buf_c(out, MASKED);
		/* "Authorization: Bearer X" hides to the end of the header */
		st->hide_next = str_ends(word, ":") ||
				has_nocase(word, "bearer") ||
				has_nocase(word, "basic");
		return;
	}
	if (user && str_find(word, ':') != STR_NONE) {
		buf_str(out, str_until(word, ':'));
		buf_c(out, ":" MASKED);
		return;
	}
	if (eq != STR_NONE && names_a_secret(str_first(word, eq)) &&
	    !is_file_name(str_from(word, eq + 1))) {
		buf_str(out, str_first(word, eq + 1));
		buf_c(out, MASKED);
		return;
	}
	if (word.len > 2 && str_starts(word, "-p") && is_mysql(st->program)) {
		buf_c(out, "-p" MASKED);
		return;
	}
	st->hide_next = eq == STR_NONE &&
			((option && names_a_secret(word)) ||
			 (str_ends(word, ":") && names_a_secret(word)) ||
			 has_nocase(word, "bearer") ||
			 (has_nocase(st->program, "sshpass") &&
			  str_is(word, "-p")));
	st->user_next = str_is(word, "-u") || str_is(word, "--user");
	address_add(out, word);
}

struct str
mask_secrets(struct arena *a, struct str command)
{
	auto_buf out = { 0 };
	struct state st = { 0 };
	struct str word;
	bool first = true;

	buf_init(&out, COMMAND_MAX);
	command = str_first(command, COMMAND_MAX / 4);
	while (str_next_word(&command, &word)) {
		if (!first)
			buf_char(&out, ' ');
		/* After ; | && another program begins. */
		if (first ||
		    str_find_c(str_c(";|&({"), (char[]){ word.p[0], '\0' }) !=
			    STR_NONE)
			st.program = str_c("");
		if (word.p[0] != '-' &&
		    (is_mysql(word) || has_nocase(word, "sshpass")))
			st.program = word;
		first = false;
		word_add(&out, &st, word);
	}
	return str_copy(a, buf_view(&out));
}
