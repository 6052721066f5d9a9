/* test_catalog.c - the data files are understood whole, and counted. */
#include "catalog/catalog.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "store/store.h"
#include "unit.h"

#define N_CONTROLS 793
#define N_REQUIREMENTS 1073
#define N_LEDGERS 65

struct state {
	struct arena *a;
	struct diags d;
	struct catalog *c;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct state *s = ARENA_NEW(a, struct state);
	struct err e = { 0 };

	s->a = a;
	diags_init(&s->d, a);
	if (catalog_read(a, STR("data"), &s->d, &s->c, &e) < 0)
		return -1;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct state *s = *state;

	arena_free(s->a);
	return 0;
}

static void
nothing_is_wrong(void **state)
{
	const struct state *s = *state;
	auto_buf b = { 0 };

	buf_init(&b, 100000);
	diags_print(&s->d, NULL, NULL, &b);
	if (s->d.n_errors > 0)
		fprintf(stderr, "%.*s", STR_ARG(buf_view(&b)));
	assert_int_equal(s->d.n_errors, 0);
}

static void
counts(void **state)
{
	const struct catalog *c = ((const struct state *)*state)->c;

	assert_int_equal(c->n_controls, N_CONTROLS);
	assert_int_equal(c->n_requirements, N_REQUIREMENTS);
	assert_int_equal(c->n_ledgers, N_LEDGERS);
	assert_int_equal(c->n_answers, 10);
}

static void
found_by_name(void **state)
{
	const struct catalog *c = ((const struct state *)*state)->c;
	const struct control *k = control_find(c,
					       STR("access.lockout_general"));
	const struct control *of = NULL;

	assert_non_null(k);
	assert_null(control_find(c, STR("access.lockout")));
	assert_non_null(ledger_find(c, STR("asset")));
	assert_non_null(pack_find(c, k->pack));
	assert_non_null(role_find(c, k->done_by));

	const struct parameter *p = catalog_parameter(
		c, STR("access.lockout_general.threshold"), &of);
	assert_non_null(p);
	assert_ptr_equal(of, k);
	assert_true(str_is(p->def, "10"));
	assert_null(catalog_parameter(c, STR("access.lockout_general."), NULL));
	assert_null(catalog_parameter(c, STR("access"), NULL));
	assert_null(catalog_parameter(c, STR(""), NULL));
}

static const struct {
	const char *path, *text, *want;
} file_faults[] = {
	{ "lists/other.yaml", "a: 1", "data/lists/other.yaml:1:1: no list of" },
	{ "lists/packs.yaml", "packs: [x]",
	  "data/lists/packs.yaml:1:9: expected a pack as a map, found text" },
	{ "lists/packs.yaml", "packs: [{id: a, title: {ja: x, en: y}}]",
	  "data/lists/packs.yaml:1:9: 'purpose' is missing" },
	{ "lists/answers.yaml", "answers: [{id: a, type: text}]",
	  "data/lists/answers.yaml:1:25: 'type' is 'text'; expected one of" },
	{ "lists/answers.yaml",
	  "answers: [{id: a, type: int, default: 0, min: 1, question: {ja: x, "
	  "en: y}, help: {ja: x, en: y}}]",
	  "data/lists/answers.yaml:1:39: expected a whole number from 1 to" },
	{ "lists/roles.yaml", "roles: 1",
	  "data/lists/roles.yaml:1:8: expected a list for 'roles'" },
	{ "lists/docs.yaml", "docs: [{id: a, title: {ja: x, en: y}}]",
	  "data/lists/docs.yaml:1:8: 'prefixes' is missing" },
	{ "lists/os_eol.yaml", "eol: []",
	  "data/lists/os_eol.yaml:1:1: 'dated_on' is missing" },
	{ "lists/os_eol.yaml",
	  "dated_on: 2026-11-21\neol: [{os: a, version: '1', eol_on: "
	  "2026-13-01, "
	  "source: x}]",
	  "data/lists/os_eol.yaml:2:37: expected a date like 2026-11-21" },
	{ "requirements/x.yaml",
	  "prefix: x\nrequirements: [{id: y:a, ja: x, en: y, strength: must, "
	  "sources: []}]",
	  "data/requirements/x.yaml:2:16: 'y:a' does not start with 'x:'" },
	{ "requirements/x.yaml",
	  "prefix: x\nrequirements:\n"
	  "  - {id: x:a, ja: x, en: y, strength: must, sources: []}\n"
	  "  - {id: x:a, ja: x, en: y, strength: must, sources: []}\n",
	  "x:a: two requirements of this id" },
	{ "i18n/ja.yaml", "messages: [{id: x}]",
	  "data/i18n/ja.yaml:1:12: 'text' is missing" },
	{ "ledgers/other.yaml",
	  "id: l\nversion: 1\ntitle: {ja: x, en: y}\npurpose: {ja: x, en: y}\n"
	  "level: basic\nkey: [n]\nsources: []\ncovers: []\n"
	  "fields: [{name: n, type: text, label: {ja: x, en: y}}]\n",
	  "data/ledgers/other.yaml:1:1: the file of 'l' should be named so" },
	{ "controls/a/b.yaml",
	  "id: a.c\nstatus: listed\ntitle: {ja: x, en: y}\nlevel: basic\n"
	  "strength: must\nkind: guide\npack: p\ndone_by: r\nsubject: s\n"
	  "sources: []\ncovers: []\nprimary: []\n",
	  "data/controls/a/b.yaml:1:1: the file of 'a.c' should be named so" },
};

/* A folder with this file alone; what is said about it first. */
static void
file_complaints(void **state)
{
	static const char *const folders[] = { "controls/a", "controls",
					       "i18n",	     "ledgers",
					       "lists",	     "requirements" };
	char dir[] = "/tmp/yamori-files-XXXXXX";
	auto_arena *a = arena_new();
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(
			fs_mkdirs(str_fmt(a, "%s/%s", dir, folders[i]).p, 0700,
				  &e),
			0);
	for (size_t i = 0; i < ARRAY_LEN(file_faults); i++) {
		const char *path =
			str_fmt(a, "%s/%s", dir, file_faults[i].path).p;
		auto_buf b = { 0 };
		struct catalog *c;
		struct diags d;

		buf_init(&b, 10000);
		diags_init(&d, a);
		assert_int_equal(fs_write_atomic(path,
						 str_c(file_faults[i].text),
						 0600, &e),
				 0);
		assert_int_equal(catalog_read(a, str_c(dir), &d, &c, &e), 0);
		diags_print(&d, NULL, NULL, &b);
		if (!str_starts(buf_view(&b), file_faults[i].want))
			fail_msg("wanted '%s', got '%s'", file_faults[i].want,
				 b.p != NULL ? b.p : "");
		assert_int_equal(unlink(path), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(rmdir(str_fmt(a, "%s/%s", dir, folders[i]).p),
				 0);
	assert_int_equal(rmdir(dir), 0);

	struct catalog *c;
	struct diags d;
	diags_init(&d, a);
	assert_int_equal(catalog_read(a, str_c(dir), &d, &c, &e), -ENOENT);
}

static void
laid_over(void **state)
{
	const struct catalog *c = ((const struct state *)*state)->c;
	auto_arena *a = arena_new();
	const struct str ids[] = { STR("aaa.first"), STR("network.between"),
				   STR("zzz.last"),
				   STR("access.lockout_general") };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct control *old = control_find(c, ids[i]);
		struct control k = { .id = ids[i], .subject = STR("mine") };
		const struct catalog *to = catalog_with_control(a, c, &k);

		assert_int_equal(to->n_controls, N_CONTROLS + (old == NULL));
		assert_true(str_is(control_find(to, ids[i])->subject, "mine"));
		for (size_t j = 0; j < c->n_controls; j++)
			assert_non_null(control_find(to, c->controls[j].id));
		assert_ptr_equal(control_find(c, ids[i]), old);
	}
}

static struct hash
image_hash(struct arena *a, const struct catalog *c, const char *path)
{
	struct err e = { 0 };
	struct str bytes = { 0 };

	assert_int_equal(catalog_image_write(c, path, &e), 0);
	assert_int_equal(fs_read(a, path, (size_t)64 << 20, &bytes, &e), 0);
	(void)unlink(path); /* a leftover shows in the next write */
	return hash_of_str(bytes);
}

/* What is loaded from the program is what the files say, to the last word. */
static void
image_is_the_files(void **state)
{
	const struct state *s = *state;
	auto_arena *a = arena_new();
	auto_store *db = NULL;
	struct catalog *c;
	struct err e = { 0 };
	char dir[] = "/tmp/yamori-catalog-XXXXXX";

	assert_non_null(mkdtemp(dir));
	const char *path = str_fmt(a, "%s/catalog.db", dir).p;
	struct hash once = image_hash(a, s->c, path);
	struct hash twice = image_hash(a, s->c, path);
	assert_true(hash_eq(once, twice));

	assert_int_equal(store_open_memory(&db, &e), 0);
	assert_true(str_eq(store_catalog_hash(db), hash_hex(a, once)));
	assert_int_equal(catalog_load(a, db, &c, &e), 0);
	assert_int_equal(c->n_controls, N_CONTROLS);
	assert_int_equal(c->n_messages, 0);
	c->n_messages = s->c->n_messages;
	c->messages = s->c->messages;
	assert_true(hash_eq(once, image_hash(a, c, path)));
	assert_int_equal(rmdir(dir), 0);
}

static void
image_cannot_be_written(void **state)
{
	auto_store *db = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(store_open_memory(&db, &e), 0);
	assert_true(store_run(db, &e, "DELETE FROM catalog.control", "") < 0);
	assert_int_equal(store_begin(db, &e), 0); /* writing beside it works */
	assert_int_equal(store_commit(db, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(counts),
		cmocka_unit_test(found_by_name),
		cmocka_unit_test(file_complaints),
		cmocka_unit_test(laid_over),
		cmocka_unit_test(image_is_the_files),
		cmocka_unit_test(image_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
