/* test_json_read.c - JSON read value by value */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"

static bool
is_json(const char *text)
{
	auto_arena *a = arena_new();
	struct json_read r;
	struct err e = { 0 };

	json_read_init(&r, a, str_c(text));
	json_read_skip(&r);
	return json_read_end(&r, &e) == 0;
}

static void
test_grammar(void **state)
{
	static const char *const good[] = {
		"0",	       "-1.5e+3",  "true",    " null ",
		"[]",	       "{}",	   "[1,2]",   "{\"a\":[{}]}",
		"\"\\u00e9\"", "\"\\\"\"", "[1 , 2]",
	};
	static const char *const wrong[] = {
		"",	   "01",       "1.",	     "-",     "tru",
		"nulll",   "[1,]",     "[,1]",	     "[1 2]", "{a:1}",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1}",   "\"a",
		"\"\\x\"", "\"\n\"",   "[",	     "1 2",   "\"\\u12g4\"",
		"+1",	   "1e",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!is_json(good[i]))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		if (is_json(wrong[i]))
			fail_msg("taken: %s", wrong[i]);
	}
}

static void
test_values(void **state)
{
	auto_arena *a = arena_new();
	struct json_read r;
	struct err e = { 0 };
	struct str key;
	int n = 0;

	(void)state;
	json_read_init(&r, a,
		       STR("{\"t\":\"a\\n\\ud83d\\ude00\\ud800b\",\"n\":-12,"
			   "\"f\":1.5,\"b\":true,\"x\":{\"y\":[1]}}"));
	assert_true(json_read_object(&r));
	while (json_read_key(&r, &key)) {
		n++;
		if (str_is(key, "t"))
			assert_true(str_is(json_read_text(&r),
					   "a\n\xf0\x9f\x98\x80\xef\xbf\xbd"
					   "b"));
		else if (str_is(key, "n"))
			assert_int_equal(json_read_int(&r, 0), -12);
		else if (str_is(key, "f"))
			assert_int_equal(json_read_int(&r, 7), 7);
		else if (str_is(key, "b"))
			assert_true(json_read_bool(&r, false));
		else
			assert_true(str_is(json_read_raw(&r), "{\"y\":[1]}"));
	}
	assert_int_equal(n, 5);
	assert_int_equal(json_read_end(&r, &e), 0);
}

static void
test_other_kind_is_skipped(void **state)
{
	auto_arena *a = arena_new();
	struct json_read r;
	struct err e = { 0 };

	(void)state;
	json_read_init(&r, a, STR("[{\"a\":1}, \"x\", 5]"));
	assert_true(json_read_array(&r));
	assert_true(json_read_item(&r));
	assert_int_equal(json_read_int(&r, 9), 9);
	assert_true(json_read_item(&r));
	assert_false(json_read_object(&r));
	assert_true(json_read_item(&r));
	assert_int_equal(json_read_text(&r).len, 0);
	assert_false(json_read_item(&r));
	assert_int_equal(json_read_end(&r, &e), 0);
}

static void
test_depth(void **state)
{
	char text[2 * (JSON_READ_DEPTH + 1) + 1] = { 0 };

	(void)state;
	memset(text, '[', JSON_READ_DEPTH);
	memset(text + JSON_READ_DEPTH, ']', JSON_READ_DEPTH);
	assert_true(is_json(text));
	memset(text, '[', JSON_READ_DEPTH + 1);
	memset(text + JSON_READ_DEPTH + 1, ']', JSON_READ_DEPTH + 1);
	assert_false(is_json(text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_other_kind_is_skipped),
		cmocka_unit_test(test_depth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
