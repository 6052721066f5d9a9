/* test_err.c - failures, and lists of complaints */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"

static void
prints(const struct err *e, err_lookup *lookup, const char *want)
{
	auto_buf b = { 0 };

	buf_init(&b, 10000);
	err_print(e, lookup, NULL, &b);
	assert_string_equal(b.p ? b.p : "", want);
}

static const char *
japanese(void *ctx, const char *id)
{
	(void)ctx;
	if (strcmp(id, "cannot copy '%s' to '%s'") == 0)
		return "'%2$s' に '%1$s' を写せません";
	if (strcmp(id, "No such file or directory") == 0)
		return "ありません";
	return strcmp(id, "line %d") == 0 ? "%d 行目" : id;
}

static void
test_format(void **state)
{
	(void)state;
	struct err e = { 0 };

	prints(&e, NULL, "");
	assert_int_equal(err_set(&e, -EINVAL, "%s|%.*s|%c|%d %%", "a", 2, "bcd",
				 'e', -5),
			 -EINVAL);
	prints(&e, NULL, "a|bc|e|-5 %");
	assert_int_equal(e.code, -EINVAL);
	(void)err_set(&e, -EIO, "%u %x %lld %zu", 4000000000u, 0xbeefu,
		      -9000000000LL, (size_t)1 << 40);
	prints(&e, NULL, "4000000000 beef -9000000000 1099511627776");
	(void)err_set(&e, -EIO, "%ld %llu", -1L, ULLONG_MAX);
	prints(&e, NULL, "-1 18446744073709551615");
}

static void
test_prefixes(void **state)
{
	(void)state;
	struct err e = { 0 };

	errno = ENOENT;
	assert_int_equal(err_sys(&e, "cannot copy '%s' to '%s'", "a", "b"),
			 -ENOENT);
	assert_int_equal(err_in(&e, "line %d", 3), -ENOENT);
	assert_int_equal(err_in(&e, "file %s", "x"), -ENOENT);
	prints(&e, NULL,
	       "file x: line 3: cannot copy 'a' to 'b': "
	       "No such file or directory");
	prints(&e, japanese,
	       "file x: 3 行目: 'b' に 'a' を写せません: "
	       "ありません");
	(void)err_in(&e, "third");
	(void)err_in(&e, "too many");
	prints(&e, NULL,
	       "third: file x: line 3: cannot copy 'a' to 'b': "
	       "No such file or directory");
	/* A new one starts afresh. */
	(void)err_set(&e, -EIO, "other");
	prints(&e, NULL, "other");
}

static void
test_long_argument(void **state)
{
	(void)state;
	struct err e = { 0 };
	char text[400] = "";

	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "あ", 4);
	(void)err_set(&e, -EIO, "%s", text);
	assert_int_equal(strlen(e.text.args[0]), ERR_ARG_MAX);
	assert_true(str_utf8_ok(str_c(e.text.args[0])));
	(void)err_set(&e, -EIO, "x%s",
		      text + 1); /* no character starts there */
	assert_true(strlen(e.text.args[0]) <= ERR_ARG_MAX);
}

static void
test_diags(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	struct diags d;
	auto_buf b = { 0 };
	char place[] = "f.yaml:1:2";

	diags_init(&d, a);
	diags_error(&d, str_c(place), "unknown key '%s'", "x");
	place[0] = 'g'; /* it was copied */
	diags_warning(&d, STR("f.yaml:9"), "odd");
	assert_int_equal(d.n_errors, 1);
	assert_int_equal(d.n_warnings, 1);
	buf_init(&b, 100000);
	diags_print(&d, NULL, NULL, &b);
	assert_string_equal(b.p,
			    "f.yaml:1:2: unknown key 'x'\nf.yaml:9: odd\n");

	for (int i = 0; i < 500; i++)
		diags_error(&d, STR("p"), "more");
	assert_int_equal(d.n_kept, DIAGS_MAX);
	assert_int_equal(d.n_errors, 501);
	buf_reset(&b);
	diags_print(&d, NULL, NULL, &b);
	assert_true(str_ends(buf_view(&b), "p: more\n... and 302 more\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_long_argument),
		cmocka_unit_test(test_diags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
