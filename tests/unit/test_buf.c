/* test_buf.c - arenas, growing text, and the JSON written into it */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

static void
test_arena(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	size_t total = 0;

	for (size_t n = 0; n < 5000; n += 7) {
		char *p = arena_alloc(a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		total += n;
	}
	assert_true(arena_used(a) >= total);
	assert_string_equal(arena_dup(a, "abcdef", 3), "abc");
	int64_t *v = ARENA_ARRAY(a, 100, int64_t);
	assert_int_equal(v[99], 0);
}

/* What is reset is given out again, zeroed. */
static void
test_arena_mark(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	struct arena_mark empty = arena_mark(a);
	char *kept = arena_dup(a, "kept", 4);
	size_t before = arena_used(a);
	struct arena_mark m = arena_mark(a);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 200; i++)
			memset(arena_alloc(a, 1000), 0xee, 1000);
		arena_reset(a, m);
		assert_int_equal(arena_used(a), before);
		char *p = arena_alloc(a, 64);
		for (int i = 0; i < 64; i++)
			assert_int_equal(p[i], 0);
		arena_reset(a, m);
	}
	assert_string_equal(kept, "kept");
	arena_reset(a, empty);
	assert_int_equal(arena_used(a), 0);
}

static void
test_buf(void **state)
{
	(void)state;
	auto_buf b = { 0 };

	buf_init(&b, 10);
	assert_int_equal(buf_view(&b).len, 0);
	buf_c(&b, "abc");
	buf_fmt(&b, "%d", 1234567);
	assert_false(b.bad);
	assert_string_equal(b.p, "abc1234567");
	buf_char(&b, 'x'); /* one too many */
	assert_true(b.bad);
	assert_string_equal(b.p, "abc1234567");
	buf_add(&b, "", 0);
	assert_true(b.bad);
	buf_reset(&b);
	assert_false(b.bad);
	buf_fmt(&b, "%s", "12345678901");
	assert_true(b.bad);
	assert_int_equal(b.len, 0);
	buf_c(&b, "y"); /* bad stays, so no part is lost in the middle */
	assert_int_equal(b.len, 0);
	buf_reset(&b);
	buf_hex(&b, (const uint8_t *)"\x00\xff\x1a", 3);
	assert_string_equal(b.p, "00ff1a");
	buf_reset(&b);
	buf_add(&b, "a\0b", 3);
	assert_true(str_eq(buf_view(&b), STR("a\0b")));
}

static void
test_buf_grows(void **state)
{
	(void)state;
	auto_buf b = { 0 };

	buf_init(&b, 1000000);
	for (int i = 0; i < 200000; i++)
		buf_fmt(&b, "%05d", i % 100000);
	assert_false(b.bad);
	assert_int_equal(b.len, 1000000);
	assert_memory_equal(b.p + 500000 - 5, "9999900000", 10);
}

static void
test_json(void **state)
{
	(void)state;
	struct json j;
	auto_buf b = { 0 };

	buf_init(&b, 10000);
	json_init(&j, &b, false);
	json_open(&j, '{');
	json_key(&j, "a\"b");
	json_str(&j, STR("\\ \n\t\r\x01\x7f\" あ"));
	json_key(&j, "list");
	json_open(&j, '[');
	json_int(&j, INT64_MIN);
	json_bool(&j, true);
	json_null(&j);
	json_c(&j, NULL);
	json_c(&j, "x");
	json_raw(&j, STR("{\"y\":1}"));
	json_open(&j, '[');
	json_close(&j, ']');
	json_close(&j, ']');
	json_key(&j, "bad");
	json_str(&j, STR("a\xff"));
	json_close(&j, '}');
	assert_string_equal(
		b.p, "{\"a\\\"b\":\"\\\\ \\n\\t\\u000d\\u0001\\u007f\\\" あ\","
		     "\"list\":[-9223372036854775808,true,null,null,\"x\","
		     "{\"y\":1},[]],\"bad\":\"a\ufffd\"}");
}

static void
test_json_pretty(void **state)
{
	(void)state;
	struct json j;
	auto_buf b = { 0 };

	buf_init(&b, 10000);
	json_init(&j, &b, true);
	json_open(&j, '{');
	json_key(&j, "a");
	json_open(&j, '[');
	json_int(&j, 1);
	json_int(&j, 2);
	json_close(&j, ']');
	json_key(&j, "b");
	json_open(&j, '{');
	json_close(&j, '}');
	json_close(&j, '}');
	assert_string_equal(b.p, "{\n  \"a\": [\n    1,\n    2\n  ],\n"
				 "  \"b\": {}\n}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_arena_mark),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_grows),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_pretty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
