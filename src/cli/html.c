/* html.c - what a check found, as one HTML page that needs nothing else. */
#include "cli/html.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/moment.h"
#include "check/next.h"
#include "cli/show.h"

#define PAGE_MAX ((size_t)256 * 1024 * 1024)
#define SUBJECTS_SHOWN 100

struct page {
	struct cli *c;
	struct store *s;
	const struct check_run *run;
	struct buf *b;
};

static const char style[] =
	":root{--fg:#1d2327;--bg:#fff;--soft:#5c6670;--line:#dde2e6;"
	"--card:#f6f8f9;--red:#b3261e;--green:#1b6e3c;--amber:#8a5a00;"
	"--grey:#6b747c}"
	"@media(prefers-color-scheme:dark){:root{--fg:#e6e9eb;--bg:#16191c;"
	"--soft:#a3adb5;--line:#343b41;--card:#1f2428;--red:#ff8a80;"
	"--green:#7ed59b;--amber:#f0c060;--grey:#98a2aa}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;"
	"color:var(--fg);background:var(--bg);line-height:1.7;"
	"font-family:system-ui,'Hiragino Sans','Yu Gothic UI','Noto Sans CJK "
	"JP',Meiryo,sans-serif;overflow-wrap:anywhere}"
	"h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 "
	".6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}"
	"h3{font-size:1rem;margin:0}p{margin:.4rem 0}"
	".soft{color:var(--soft);font-size:.875rem}"
	".id{color:var(--soft);font:.8rem ui-monospace,monospace}"
	".tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.6rem;"
	"margin:1rem 0}"
	".tile{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}"
	".tile b{display:block;font-size:1.7rem;line-height:1.2}"
	".red b,.red .mark{color:var(--red)}"
	".green b,.green .mark{color:var(--green)}"
	".amber b,.amber .mark{color:var(--amber)}"
	".grey b,.grey .mark{color:var(--grey)}"
	".bar{display:flex;height:.6rem;border-radius:.3rem;overflow:hidden;"
	"background:var(--line)}.bar i{display:block}"
	"ol.next{margin:0;padding-left:1.4rem}ol.next li{margin:.4rem 0}"
	"details{border:1px solid var(--line);border-radius:.5rem;"
	"margin:.5rem 0;padding:0 .9rem}"
	"details[open]{padding-bottom:.7rem}"
	"summary{cursor:pointer;padding:.6rem 0;list-style-position:inside}"
	"summary .t{font-weight:600}"
	"h4{margin:.9rem 0 .1rem;font-size:.85rem;color:var(--soft)}"
	".pre{white-space:pre-wrap;margin:0}"
	"ul{margin:.2rem 0;padding-left:1.3rem}"
	"ul.plain{list-style:none;padding:0}"
	"ul.plain li{padding:.25rem 0;border-bottom:1px solid var(--line)}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;padding:.3rem .6rem .3rem 0;"
	"border-bottom:1px solid var(--line);vertical-align:top}"
	"th{font-size:.85rem;color:var(--soft);font-weight:600}"
	"@media(max-width:34rem){.tiles{grid-template-columns:repeat(2,1fr)}"
	"body{padding:1rem .8rem 3rem}}"
	"@media print{body{max-width:none}details{break-inside:avoid}"
	"a{color:inherit}}";

static void
text(struct page *p, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		switch (s.p[i]) {
		case '<':
			buf_c(p->b, "&lt;");
			break;
		case '>':
			buf_c(p->b, "&gt;");
			break;
		case '&':
			buf_c(p->b, "&amp;");
			break;
		case '"':
			buf_c(p->b, "&quot;");
			break;
		default:
			buf_char(p->b, s.p[i]);
			break;
		}
	}
}

static void
raw(struct page *p, const char *html)
{
	buf_c(p->b, html);
}

static void
word(struct page *p, const char *id)
{
	text(p, str_c(cli_text(p->c, id)));
}

static struct str
words(const struct page *p, struct words w)
{
	return p->c->lang == LANG_JA ? w.ja : w.en;
}

static struct str
reason(struct page *p, const struct reason *r)
{
	return show_reason(p->c, p->run->policy->catalog, r);
}

static void
tile(struct page *p, const char *class, const char *label, int64_t n)
{
	buf_fmt(p->b, "<div class=\"tile %s\"><b>%" PRId64 "</b>", class, n);
	word(p, label);
	raw(p, "</div>");
}

static void
bar_part(struct page *p, const char *color, int64_t n, int64_t all)
{
	if (n > 0)
		buf_fmt(p->b,
			"<i style=\"width:%.2f%%;background:var(--%s)\"></i>",
			100.0 * (double)n / (double)all, color);
}

static void
head(struct page *p)
{
	const struct check_run *run = p->run;
	const int64_t *n = run->counts;
	int64_t all = (int64_t)run->n_results - n[RESULT_NOT_APPLICABLE];

	raw(p, "<!doctype html>\n<html lang=\"");
	raw(p, p->c->lang == LANG_JA ? "ja" : "en");
	raw(p, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
	       "content=\"width=device-width,initial-scale=1\"><title>");
	text(p, run->policy->org_name);
	raw(p, " - yamori</title><style>");
	raw(p, style);
	raw(p, "</style></head>\n<body>\n<header><h1>");
	text(p, run->policy->org_name);
	raw(p, "</h1><p class=\"soft\">");
	word(p, "Information security check");
	raw(p, " &middot; ");
	text(p, at_print_short(p->c->arena, run->at, store_zone(p->s)));
	raw(p, "</p></header>\n<div class=\"tiles\">");
	tile(p, "green", "Fine", n[RESULT_PASS]);
	tile(p, "red", "To do", n[RESULT_FAIL] + n[RESULT_ERROR]);
	tile(p, "grey", "Not yet known", n[RESULT_UNKNOWN]);
	tile(p, "amber", "Accepted exceptions", n[RESULT_WAIVED]);
	raw(p, "</div><div class=\"bar\" role=\"presentation\">");
	if (all > 0) {
		bar_part(p, "green", n[RESULT_PASS], all);
		bar_part(p, "red", n[RESULT_FAIL] + n[RESULT_ERROR], all);
		bar_part(p, "amber", n[RESULT_WAIVED], all);
	}
	raw(p, "</div>\n");
}

static void
next_section(struct page *p, const struct next *next)
{
	if (next->n == 0)
		return;
	raw(p, "<h2>");
	word(p, "The next things to do");
	raw(p, "</h2><ol class=\"next\">");
	for (size_t i = 0; i < next->n; i++) {
		const struct control *k = next->things[i]->control;
		struct err_text minutes;

		raw(p, "<li><a href=\"#");
		text(p, k->id);
		raw(p, "\">");
		text(p, words(p, k->title));
		raw(p, "</a> <span class=\"soft\">");
		minutes = (struct err_text){ .id = N_("about %lld minutes"),
					     .n_args = 1 };
		(void)snprintf(minutes.args[0], sizeof(minutes.args[0]),
			       "%" PRId64, next->minutes[i]);
		minutes.id = cli_text(p->c, minutes.id);
		err_text_print(&minutes, NULL, NULL, p->b);
		raw(p, "</span></li>");
	}
	raw(p, "</ol>\n");
}

static int64_t
host_fails(const struct check_run *run, struct str host_id)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->n_results; i++) {
		const struct control_result *r = &run->results[i];

		for (size_t k = 0; k < r->n_subjects; k++)
			n += r->subjects[k].result == RESULT_FAIL &&
			     str_eq(r->subjects[k].host_id, host_id);
	}
	return n;
}

#define HOSTS_SHOWN 200

static int
host_name_cmp(const void *a, const void *b)
{
	const struct check_host *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c != 0 ? c : str_cmp(x->id, y->id);
}

static void
hosts_section(struct page *p)
{
	size_t n = p->run->n_hosts;
	struct check_host *hosts = ARENA_ARRAY(p->c->arena, n,
					       struct check_host);

	raw(p, "<h2>");
	word(p, "Machines");
	raw(p, "</h2>");
	if (p->run->n_hosts == 0) {
		raw(p, "<p>");
		word(p, "no machine has been collected yet");
		raw(p, "</p>\n");
		return;
	}
	raw(p, "<table><thead><tr><th>");
	word(p, "Name");
	raw(p, "</th><th>");
	word(p, "System");
	raw(p, "</th><th>");
	word(p, "To do");
	raw(p, "</th></tr></thead><tbody>");
	memcpy(hosts, p->run->hosts, n * sizeof(*hosts));
	qsort(hosts, n, sizeof(*hosts), host_name_cmp);
	for (size_t i = 0; i < n && i < HOSTS_SHOWN; i++) {
		const struct check_host *h = &hosts[i];

		raw(p, "<tr><td>");
		text(p, h->name);
		raw(p, "</td><td>");
		text(p, h->platform);
		buf_fmt(p->b, "</td><td>%" PRId64 "</td></tr>",
			host_fails(p->run, h->id));
	}
	raw(p, "</tbody></table>\n");
}

static void
subjects(struct page *p, const struct control_result *r, enum result result)
{
	size_t shown = 0;

	raw(p, "<ul>");
	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct subject_result *sub = &r->subjects[i];
		struct str why;

		if (sub->result != result)
			continue;
		if (shown++ == SUBJECTS_SHOWN)
			break;
		raw(p, "<li>");
		text(p, show_subject(p->c, p->run, sub));
		if (sub->detail.len > 0) {
			raw(p, " <span class=\"soft\">");
			text(p, sub->detail);
			raw(p, "</span>");
		}
		why = reason(p, &sub->reason);
		if (why.len > 0) {
			raw(p, " &mdash; ");
			text(p, why);
		}
		raw(p, "</li>");
	}
	raw(p, "</ul>");
	if (r->counts[result] > SUBJECTS_SHOWN)
		buf_fmt(p->b, "<p class=\"soft\">+%" PRId64 "</p>",
			r->counts[result] - SUBJECTS_SHOWN);
}

static void
part(struct page *p, const char *label, struct str s)
{
	if (s.len == 0)
		return;
	raw(p, "<h4>");
	word(p, label);
	raw(p, "</h4><p class=\"pre\">");
	text(p, str_trim(s));
	raw(p, "</p>");
}

static void
sources(struct page *p, const struct control *k)
{
	raw(p, "<p class=\"soft\">");
	for (size_t i = 0; i < k->n_sources; i++) {
		const struct source_doc *d = source_doc_find(
			p->run->policy->catalog, k->sources[i].doc);

		if (i > 0)
			raw(p, "<br>");
		text(p, d ? words(p, d->title) : k->sources[i].doc);
		raw(p, " ");
		text(p, k->sources[i].at);
	}
	raw(p, "</p>");
}

static void
control_details(struct page *p, const struct control_result *r,
		const char *mark, bool open)
{
	const struct control *k = r->control;

	raw(p, "<details id=\"");
	text(p, k->id);
	raw(p, open ? "\" open><summary>" : "\"><summary>");
	buf_fmt(p->b, "<span class=\"mark\">%s</span> <span class=\"t\">",
		mark);
	text(p, words(p, k->title));
	raw(p, "</span> <span class=\"id\">");
	text(p, k->id);
	raw(p, "</span></summary>");
	if (r->counts[r->result] > 0 && r->n_subjects > 0) {
		subjects(p, r, r->result);
		if (r->result == RESULT_FAIL && r->counts[RESULT_WAIVED] > 0)
			subjects(p, r, RESULT_WAIVED);
	} else {
		raw(p, "<p>");
		text(p, reason(p, &r->reason));
		raw(p, "</p>");
	}
	part(p, "Why it matters", words(p, k->why));
	part(p, "How to mend it", words(p, k->fix));
	part(p, "The rule",
	     policy_sentence(p->c->arena, p->run->policy, k,
			     p->c->lang == LANG_JA));
	sources(p, k);
	raw(p, "</details>\n");
}

static void
section(struct page *p, enum result result, const char *title,
	const char *class, const char *mark)
{
	if (p->run->counts[result] == 0)
		return;
	buf_fmt(p->b, "<section class=\"%s\"><h2>", class);
	word(p, title);
	buf_fmt(p->b, " (%" PRId64 ")</h2>\n", p->run->counts[result]);
	for (size_t i = 0; i < p->run->n_results; i++) {
		if (p->run->results[i].result == result)
			control_details(p, &p->run->results[i], mark,
					result == RESULT_FAIL);
	}
	raw(p, "</section>\n");
}

static void
not_applicable_section(struct page *p)
{
	if (p->run->counts[RESULT_NOT_APPLICABLE] == 0)
		return;
	raw(p, "<section><h2>");
	word(p, "Does not apply");
	buf_fmt(p->b, " (%" PRId64 ")</h2><ul class=\"plain\">",
		p->run->counts[RESULT_NOT_APPLICABLE]);
	for (size_t i = 0; i < p->run->n_results; i++) {
		const struct control_result *r = &p->run->results[i];

		if (r->result != RESULT_NOT_APPLICABLE)
			continue;
		raw(p, "<li>");
		text(p, words(p, r->control->title));
		raw(p, " <span class=\"soft\">");
		text(p, reason(p, &r->reason));
		raw(p, "</span></li>");
	}
	raw(p, "</ul></section>\n");
}

static void
foot(struct page *p)
{
	raw(p, "<footer class=\"soft\"><p>");
	word(p,
	     "Made by yamori from what was collected on these machines and "
	     "written in its ledgers. A missing value never counts as fine.");
	raw(p, "</p><p class=\"id\">catalog ");
	text(p, str_first(store_catalog_hash(p->s), 16));
	raw(p, "</p></footer></body></html>\n");
}

int
html_write(struct cli *c, struct store *s, const struct check_run *run,
	   const char *path, struct err *e)
{
	auto_buf b = { 0 };
	struct page p = { .c = c, .s = s, .run = run, .b = &b };
	struct next next;

	buf_init(&b, PAGE_MAX);
	if (run->as_of_on.p == NULL && next_choose(s, run, &next, e) < 0)
		return e->code;
	head(&p);
	next_section(&p, &next);
	hosts_section(&p);
	section(&p, RESULT_FAIL, "To do", "red", "\u2717");
	section(&p, RESULT_ERROR, "The check itself failed", "red", "!");
	section(&p, RESULT_UNKNOWN, "Not yet known", "grey", "?");
	section(&p, RESULT_WAIVED, "Accepted exceptions", "amber", "-");
	section(&p, RESULT_PASS, "Fine", "green", "\u2713");
	not_applicable_section(&p);
	foot(&p);
	if (b.bad)
		return err_set(e, -EFBIG, "the report would be too large");
	return fs_write_atomic(path, buf_view(&b), 0600, e);
}
