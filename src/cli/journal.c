/* journal.c - yamori journal: what was changed, and that nothing was since. */
#include "base/arena.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "journal/journal.h"

#define SHOW_LIMIT 50

static const struct option options[] = {
	{ "limit", "N", "show: that many of the latest (default: 50)" },
	{ "subject", "ID", "show: only entries about this" },
	{ "field", "NAME",
	  "show: only entries with this field, as "
	  "row:TABLE:KEY" },
	{ "anchor", "FILE", "verify: an anchor that was kept elsewhere" },
	{ "pack", "FILE", "verify: a pack instead of the directory" },
	{ "key", "FILE", "verify: the public key that must have signed" },
	{ "out", "FILE", "sign: write the anchor to this file" },
	{ "rotate", NULL, "sign: a new key takes the old one's place" },
	{ "after-restore", "REASON",
	  "sign: the journal was restored from a "
	  "backup" },
	{ "from", "N", "export: the first entry" },
	{ "no-personal", NULL, "export: leave out personal values" },
	{ "without", "PATTERN", "export: leave out values of these fields" },
	{ "reason", "TEXT", "erase: why" },
	{ "approved-by", "NAME", "erase: the other person who approved it" },
	{ 0 },
};

static struct str
instant(struct cli *c, struct store *s, int64_t at)
{
	return c->json ? at_print(c->arena, at, s ? store_zone(s) : zone_tokyo)
		       : at_print_short(c->arena, at,
					s ? store_zone(s) : zone_tokyo);
}

static int
option_number(struct cli *c, const char *name, int64_t other, int64_t *ret,
	      struct err *e)
{
	*ret = other;
	if (!cli_has(c, name))
		return 0;
	if (num_parse_range(str_c(cli_option(c, name)), 1, INT64_MAX, ret, e) <
	    0)
		return err_in(e, "--%s", name);
	return 0;
}

static void
json_member(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_str(j, s);
}

static void
json_number(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_int(j, n);
}

/* --- show --- */

enum { SEQ, AT, ACTOR, KIND, SUBJECT, HASH };

#define ENTRIES                                                                \
	"SELECT j.seq, j.at, coalesce(a.name, j.actor), j.kind, j.subject, "   \
	"lower(hex(j.hash)) FROM main.journal j "                              \
	"LEFT JOIN main.journal_actor a ON a.id = j.actor "

static void
entry_json(struct cli *c, struct store *s, struct stmt *st, struct json *j)
{
	json_number(j, "seq", stmt_int(st, SEQ));
	json_member(j, "at", instant(c, s, stmt_int(st, AT)));
	json_member(j, "actor", stmt_str(st, ACTOR));
	json_member(j, "kind", stmt_str(st, KIND));
	json_member(j, "subject", stmt_str(st, SUBJECT));
	json_member(j, "hash", stmt_str(st, HASH));
}

static void
entry_text(struct cli *c, struct store *s, struct stmt *st)
{
	buf_fmt(c->out, "%6" PRId64 "  %.*s  ", stmt_int(st, SEQ),
		STR_ARG(instant(c, s, stmt_int(st, AT))));
	cli_pad(c, stmt_str(st, KIND), 20);
	buf_char(c->out, ' ');
	cli_pad(c, stmt_str(st, SUBJECT), 34);
	buf_fmt(c->out, " %.*s\n", STR_ARG(stmt_str(st, ACTOR)));
}

static int
show_list(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	int64_t limit;
	struct json j;
	int r;

	if (option_number(c, "limit", SHOW_LIMIT, &limit, e) < 0 ||
	    stmt_prepare(s,
			 STR("SELECT * FROM (" ENTRIES "WHERE (?1 IS NULL OR "
			     "j.subject = ?1) AND (?2 IS NULL OR j.seq IN "
			     "(SELECT seq FROM main.journal_body "
			     "WHERE field = ?2)) "
			     "ORDER BY j.seq DESC LIMIT ?3) ORDER BY 1"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_c(st, 1, cli_option(c, "subject"));
	stmt_bind_c(st, 2, cli_option(c, "field"));
	stmt_bind_int(st, 3, limit);
	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	while ((r = stmt_step(st, e)) > 0) {
		if (!c->json) {
			entry_text(c, s, st);
			continue;
		}
		json_open(&j, '{');
		entry_json(c, s, st, &j);
		json_close(&j, '}');
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	return r < 0 ? r : EXIT_OK;
}

/* Columns of a field: name, class, value, erased_by, when that was. */
static void
field_json(struct cli *c, struct store *s, struct stmt *st, struct json *j)
{
	static const char *const classes[] = { "plain", "personal", "level3" };
	int64_t class = stmt_int(st, 1);

	json_open(j, '{');
	json_member(j, "field", stmt_str(st, 0));
	json_key(j, "class");
	json_c(j, class >= 0 && class <= 2 ? classes[class] : NULL);
	json_key(j, "value");
	if (stmt_is_null(st, 2))
		json_null(j);
	else
		json_str(j, stmt_str(st, 2));
	if (!stmt_is_null(st, 3)) {
		json_number(j, "erased_by", stmt_int(st, 3));
		json_member(j, "erased_at", instant(c, s, stmt_int(st, 4)));
	}
	json_close(j, '}');
}

static void
field_text(struct cli *c, struct store *s, struct stmt *st)
{
	buf_c(c->out, "  ");
	cli_style(c, STYLE_BOLD, stmt_str(st, 0));
	buf_c(c->out, "\n    ");
	if (!stmt_is_null(st, 3))
		cli_print(c, "erased on %.*s by entry %" PRId64,
			  STR_ARG(instant(c, s, stmt_int(st, 4))),
			  stmt_int(st, 3));
	else
		buf_str(c->out, stmt_str(st, 2));
	buf_char(c->out, '\n');
}

static int
fields_show(struct cli *c, struct store *s, int64_t seq, struct json *j,
	    struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT b.field, b.class, b.value, b.erased_by, "
			     "w.at FROM main.journal_body b LEFT JOIN "
			     "main.journal w ON w.seq = b.erased_by "
			     "WHERE b.seq = ? ORDER BY b.field"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, seq);
	while ((r = stmt_step(st, e)) > 0) {
		if (c->json)
			field_json(c, s, st, j);
		else
			field_text(c, s, st);
	}
	return r;
}

static int
show_one(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	int64_t seq;
	struct json j;

	if (num_parse(str_c(c->args[1]), &seq, e) < 0 ||
	    stmt_prepare(s, STR(ENTRIES "WHERE j.seq = ?"), &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, seq);
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, -ENOENT, "there is no entry %" PRId64, seq);
	json_init(&j, c->out, true);
	if (c->json) {
		json_open(&j, '{');
		entry_json(c, s, st, &j);
		json_key(&j, "body");
		json_open(&j, '[');
	} else {
		entry_text(c, s, st);
	}
	if (fields_show(c, s, seq, &j, e) < 0)
		return e->code;
	if (c->json) {
		json_close(&j, ']');
		json_close(&j, '}');
		buf_char(c->out, '\n');
	}
	return EXIT_OK;
}

static int
show(struct cli *c, struct err *e)
{
	auto_store *s = NULL;

	if (c->n_args > 2)
		return cli_usage(c, e, "name one entry by its number");
	if (org_open(c, STORE_READ, &s, e) < 0)
		return e->code;
	return c->n_args == 2 ? show_one(c, s, e) : show_list(c, s, e);
}

/* --- verify --- */

static void
fault_json(struct cli *c, const struct journal_fault *f, struct json *j)
{
	auto_buf text = { 0 };

	buf_init(&text, 65536);
	err_text_print(&f->text, NULL, NULL, &text);
	json_open(j, '{');
	json_member(j, "kind", str_c(f->kind));
	json_key(j, "notice");
	json_bool(j, f->notice);
	json_key(j, "seq");
	if (f->seq > 0)
		json_int(j, f->seq);
	else
		json_null(j);
	const struct {
		const char *key;
		struct str value;
	} parts[] = {
		{ "field", f->field },	     { "table", f->table },
		{ "key", f->key },	     { "column", f->column },
		{ "expected", f->expected }, { "found", f->found },
	};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i].value.len > 0)
			json_member(j, parts[i].key, parts[i].value);
	}
	json_member(j, "text", str_copy(c->arena, buf_view(&text)));
	json_close(j, '}');
}

static void
report_json(struct cli *c, struct store *s, const struct journal_report *r)
{
	struct json j;

	json_init(&j, c->out, true);
	json_open(&j, '{');
	json_key(&j, "ok");
	json_bool(&j, r->n_faults == 0);
	json_member(&j, "organisation", r->organisation);
	json_member(&j, "fingerprint", r->fingerprint);
	json_number(&j, "first", r->first_seq);
	json_number(&j, "last", r->last_seq);
	json_member(&j, "first_at", instant(c, s, r->first_at));
	json_member(&j, "last_at", instant(c, s, r->last_at));
	json_member(&j, "last_hash", r->last_hash);
	json_number(&j, "entries", r->n_entries);
	json_number(&j, "values", r->n_fields);
	json_number(&j, "erased", r->n_erased);
	json_number(&j, "left_out", r->n_redacted);
	json_number(&j, "tables", r->n_tables);
	json_number(&j, "rows", r->n_rows);
	json_number(&j, "heads", r->n_heads);
	json_number(&j, "anchors", r->n_anchors);
	json_key(&j, "anchored_to");
	if (r->anchored_seq > 0)
		json_int(&j, r->anchored_seq);
	else
		json_null(&j);
	json_number(&j, "n_faults", r->n_faults);
	json_number(&j, "n_notices", r->n_notices);
	json_key(&j, "faults");
	json_open(&j, '[');
	for (size_t i = 0; i < r->n_kept; i++)
		fault_json(c, &r->faults[i], &j);
	json_close(&j, ']');
	json_close(&j, '}');
	buf_char(c->out, '\n');
}

static void
fault_text(struct cli *c, const struct journal_fault *f)
{
	struct err e = { .code = -EINVAL, .text = f->text };

	cli_style(c, f->notice ? STYLE_YELLOW : STYLE_RED,
		  f->notice ? STR("! ") : STR("✗ "));
	cli_err(c, &e, c->out);
	buf_char(c->out, '\n');
	if (f->expected.len == 0 && f->found.len == 0)
		return;
	buf_c(c->out, "    ");
	cli_print(c, "the journal says %.*s, found was %.*s",
		  STR_ARG(f->expected), STR_ARG(f->found));
	buf_char(c->out, '\n');
}

/* How far anybody can trust it, in plain words. */
static void
trust_text(struct cli *c, struct store *s, const struct journal_report *r)
{
	if (r->anchored_seq == 0)
		cli_print(c,
			  "No anchor was given: whoever is root could have "
			  "rewritten everything since %.*s. Keep one on "
			  "another machine or on paper: yamori journal sign "
			  "--out FILE\n",
			  STR_ARG(instant(c, s, r->first_at)));
	else
		cli_print(c,
			  "The anchor confirms everything up to entry %" PRId64
			  ", signed on %.*s. What came later, whoever is root "
			  "could have rewritten.\n",
			  r->anchored_seq,
			  STR_ARG(instant(c, s, r->anchored_at)));
}

static void
report_text(struct cli *c, struct store *s, const struct journal_report *r)
{
	for (size_t i = 0; i < r->n_kept; i++)
		fault_text(c, &r->faults[i]);
	if (r->n_faults + r->n_notices > (int64_t)r->n_kept)
		cli_print(c, "and %lld more\n",
			  (long long)(r->n_faults + r->n_notices -
				      (int64_t)r->n_kept));
	if (r->n_faults == 0)
		cli_style(c, STYLE_GREEN, STR("✓ "));
	cli_print(c, "Entries %" PRId64 " to %" PRId64 ", %.*s", r->first_seq,
		  r->last_seq, STR_ARG(instant(c, s, r->first_at)));
	cli_print(c, " to %.*s", STR_ARG(instant(c, s, r->last_at)));
	buf_c(c->out, "\n  ");
	cli_print(c, "%lld values, %lld erased, %lld left out",
		  (long long)r->n_fields, (long long)r->n_erased,
		  (long long)r->n_redacted);
	if (s != NULL) {
		buf_c(c->out, "\n  ");
		cli_print(c, "%lld rows of %lld tables were compared",
			  (long long)(r->n_rows), (long long)r->n_tables);
	}
	buf_c(c->out, "\n  ");
	cli_print(c, "%lld signed heads agree; key %.*s", (long long)r->n_heads,
		  STR_ARG(journal_fingerprint_print(c->arena, r->fingerprint)));
	buf_c(c->out, "\n");
	if (r->n_faults > 0)
		cli_print(c, "%lld faults were found.\n",
			  (long long)r->n_faults);
	trust_text(c, s, r);
}

static int
verify(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	const char *anchor = cli_option(c, "anchor");
	const char *pack = cli_option(c, "pack");
	struct journal_check check = {
		.anchors = &anchor,
		.n_anchors = anchor != NULL,
		.key = cli_option(c, "key"),
	};
	struct journal_report r;

	if (c->n_args > 1)
		return cli_usage(c, e, "'verify' takes options only");
	if (pack != NULL && check.key == NULL)
		return cli_usage(c, e,
				 "--pack needs --key: the public key as the "
				 "organisation gave it to you");
	if (pack == NULL && org_open(c, STORE_READ, &s, e) < 0)
		return e->code;
	int code = pack != NULL
			   ? journal_verify_pack(c->arena, pack, &check, &r, e)
			   : journal_verify(s, c->arena, &check, &r, e);
	if (code < 0)
		return code;
	if (c->json)
		report_json(c, s, &r);
	else
		report_text(c, s, &r);
	return r.n_faults > 0 ? EXIT_FAILS : EXIT_OK;
}

/* --- sign, export, erase --- */

static int
anchor_write(struct store *s, const char *path, struct err *e)
{
	auto_buf text = { 0 };

	buf_init(&text, 65536);
	if (journal_anchor_print(s, &text, e) < 0)
		return e->code;
	return fs_write_atomic(path, buf_view(&text), 0644, e);
}

static int
sign(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct journal_signed h;
	const char *out = cli_option(c, "out");
	const char *reason = cli_option(c, "after-restore");

	if (c->n_args > 1)
		return cli_usage(c, e, "'sign' takes options only");
	if (org_open(c, STORE_WRITE, &s, e) < 0)
		return e->code;
	int r = cli_has(c, "rotate") ? journal_rotate(s, c->arena, &h, e)
				     : journal_sign(s, c->arena, reason, &h, e);
	if (r < 0 || (out != NULL && anchor_write(s, out, e) < 0))
		return e->code;
	if (c->json) {
		struct json j;

		json_init(&j, c->out, true);
		json_open(&j, '{');
		json_number(&j, "entry", h.seq);
		json_member(&j, "hash", h.hash);
		json_member(&j, "at", instant(c, s, h.at));
		json_member(&j, "fingerprint", h.fingerprint);
		json_close(&j, '}');
		buf_char(c->out, '\n');
		return EXIT_OK;
	}
	cli_print(c, "Entry %" PRId64 " is signed.\n  %.*s\n", h.seq,
		  STR_ARG(h.hash));
	cli_print(c, "  key %.*s\n",
		  STR_ARG(journal_fingerprint_print(c->arena, h.fingerprint)));
	if (out != NULL)
		cli_print(c,
			  "The anchor is in '%s': keep it on another machine "
			  "or on paper.\n",
			  out);
	return EXIT_OK;
}

static int export(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	const char *without = cli_option(c, "without");
	struct journal_pack what = {
		.no_personal = cli_has(c, "no-personal"),
		.without = &without,
		.n_without = without != NULL,
	};

	if (c->n_args != 2)
		return cli_usage(c, e, "name the file to write");
	if (option_number(c, "from", 1, &what.from, e) < 0 ||
	    org_open(c, STORE_READ, &s, e) < 0 ||
	    journal_export(s, c->args[1], &what, e) < 0)
		return e->code;
	cli_print(c,
		  "'%s' holds the entries up to the last signed head. Whoever "
		  "gets it needs the public key, too: %s/keys/journal.pub\n",
		  c->args[1], c->dir);
	return EXIT_OK;
}

static int
erase(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct journal_place place = { 0 };
	struct journal_erase what = {
		.approved_by = str_c(cli_option(c, "approved-by")),
		.reason = str_c(cli_option(c, "reason")),
		.places = &place,
		.n_places = 1,
	};
	int64_t seq = 0;

	if (c->n_args != 3)
		return cli_usage(c, e, "name the entry and the field to erase");
	if (num_parse(str_c(c->args[1]), &place.seq, e) < 0)
		return e->code;
	place.field = c->args[2];
	if (org_open(c, STORE_WRITE, &s, e) < 0 ||
	    journal_erase(s, &what, &seq, e) < 0)
		return e->code;
	cli_print(c,
		  "Erased: '%s' of entry %" PRId64 "; entry %" PRId64
		  " says so.\n",
		  place.field, place.seq, seq);
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	static const struct {
		const char *verb;
		int (*run)(struct cli *c, struct err *e);
	} verbs[] = {
		{ "show", show },     { "verify", verify }, { "sign", sign },
		{ "export", export }, { "erase", erase },
	};

	if (c->n_args == 0)
		return show(c, e);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(c->args[0], verbs[i].verb) == 0)
			return verbs[i].run(c, e);
	}
	return cli_usage(c, e, "there is no 'journal %s'", c->args[0]);
}

const struct command command_journal = {
	.name = "journal",
	.summary = "what was changed by whom, and proof that nothing was "
		   "altered since",
	.synopsis = "show [ENTRY] | verify [--anchor FILE] | verify --pack "
		    "FILE --key FILE | sign [--out FILE] | export FILE | "
		    "erase ENTRY FIELD --reason TEXT --approved-by NAME",
	.details = "Every change is an entry that holds the hash of the one "
		   "before it. 'verify' recomputes all of them and every row "
		   "they speak of; 'sign' signs the last entry and gives an "
		   "anchor to keep elsewhere; 'export' makes a file that can "
		   "be verified on another machine; 'erase' takes away what "
		   "may not be kept any longer, without breaking the chain.",
	.options = options,
	.run = run,
};
