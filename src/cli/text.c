/* text.c - words for people: language, styles, width. */
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diags.h"
#include "cli/cli.h"
#include "store/store.h"

static const char *
lookup(void *ctx, const char *id)
{
	struct cli *c = ctx;
	struct err e = { 0 };
	struct str text;

	if (c->lang == LANG_EN)
		return id;
	if (c->messages == NULL && store_open_memory(&c->messages, &e) < 0)
		return id;
	if (store_get_str(c->messages, c->arena, &text, &e,
			  "SELECT ja FROM catalog.message WHERE id = ?", "c",
			  id) <= 0)
		return id;
	return text.p; /* copied with a NUL behind it */
}

const char *
cli_text(struct cli *c, const char *id)
{
	return lookup(c, id);
}

void
cli_print(struct cli *c, const char *id, ...)
{
	struct err_text t;
	va_list ap;

	va_start(ap, id);
	err_text_set(&t, id, ap);
	va_end(ap);
	err_text_print(&t, lookup, c, c->out);
}

void
cli_err(struct cli *c, const struct err *e, struct buf *out)
{
	err_print(e, lookup, c, out);
}

void
cli_diags(struct cli *c, const struct diags *d, struct buf *out)
{
	diags_print(d, lookup, c, out);
}

void
cli_style(struct cli *c, enum style style, struct str text)
{
	static const char *const codes[] = {
		[STYLE_BOLD] = "1",    [STYLE_DIM] = "2",
		[STYLE_RED] = "1;31",  [STYLE_GREEN] = "32",
		[STYLE_YELLOW] = "33",
	};

	if (!c->color) {
		buf_str(c->out, text);
		return;
	}
	buf_fmt(c->out, "\033[%sm%.*s\033[0m", codes[style], STR_ARG(text));
}

void
cli_pad(struct cli *c, struct str text, size_t width)
{
	size_t w = str_width(text);

	buf_str(c->out, text);
	for (; w < width; w++)
		buf_char(c->out, ' ');
}

size_t
cli_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col < 60 ? 60 : size.ws_col > 100 ? 100 : size.ws_col;
}

static size_t
char_len(struct str s)
{
	size_t n = 1;

	while (n < s.len && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static bool
may_not_start_line(struct str s)
{
	static const char *const marks[] = {
		"。", "、", "）", "」", "』", "】", "・", "ー",
		"？", "！", ")",  ".",	",",  "っ", "ょ", "ゃ",
		"ゅ", "ッ", "ョ", "ャ", "ュ", ":",  ";",  "]"
	};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_starts(s, marks[i]))
			return true;
	}
	return false;
}

static bool
may_not_end_line(struct str s)
{
	return str_ends(s, "（") || str_ends(s, "「") || str_ends(s, "『") ||
	       str_ends(s, "【") || str_ends(s, "(") || str_ends(s, "[");
}

/* What is to be typed or copied must stay on one line; a sentence not. */
static bool
is_command(struct str line)
{
	for (size_t i = 0; i < line.len; i++) {
		if ((unsigned char)line.p[i] >= 0x7f)
			return false;
	}
	return line.len > 0 && line.p[0] == ' ' && !str_ends(line, ".");
}

static struct str
trim_end(struct str s)
{
	while (s.len > 0 && s.p[s.len - 1] == ' ')
		s.len--;
	return s;
}

static bool
is_ascii_word(struct str s, size_t i)
{
	return i < s.len && (unsigned char)s.p[i] > ' ' &&
	       (unsigned char)s.p[i] < 0x7f;
}

/* Length of the longest start of s that fits, cut where a line may break. */
static size_t
line_len(struct str s, size_t width)
{
	size_t at = 0, used = 0, last = 0;

	while (at < s.len) {
		size_t n = char_len(str_from(s, at));
		struct str ch = { s.p + at, n };
		bool inside_word = at > 0 && is_ascii_word(s, at) &&
				   is_ascii_word(s, at - 1);

		if (!inside_word && !may_not_start_line(str_from(s, at)) &&
		    !may_not_end_line(str_first(s, at)))
			last = at;
		used += str_width(ch);
		if (used > width && last > 0)
			return last;
		at += n;
	}
	return s.len;
}

void
cli_wrap(struct cli *c, struct str text, size_t indent, size_t width)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		bool whole = is_command(line);
		size_t left = indent;

		for (; line.len > 0 && line.p[0] == ' '; left++)
			line = str_from(line, 1);
		do {
			size_t n = whole || left >= width
					   ? line.len
					   : line_len(line, width - left);

			for (size_t i = 0; n > 0 && i < left; i++)
				buf_char(c->out, ' ');
			buf_str(c->out, trim_end(str_first(line, n)));
			buf_char(c->out, '\n');
			line = str_from(line, n);
			while (line.len > 0 && line.p[0] == ' ')
				line = str_from(line, 1);
		} while (line.len > 0);
	}
}
