/* test_version.c - the order of versions, against dpkg and rpm themselves */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/proc.h"
#include "base/version.h"

#define N_DPKG 1200
#define N_RPM 3500

static uint32_t
next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (uint32_t)(*seed >> 33);
}

static void
add(struct buf *b, uint64_t *seed, const char *const *pieces, size_t n)
{
	buf_c(b, pieces[next(seed) % n]);
}

/* Short texts of few pieces, so that many differ in one place only. */
static struct str
generate(struct arena *a, uint64_t *seed, bool rpm)
{
	static const char *const numbers[] = {
		"0",	 "1",	     "01",
		"2",	 "9",	     "10",
		"00010", "20240101", "99999999999999999999999"
	};
	static const char *const joints[] = {
		".",   ".",  "+",    "~",  "a", "b", "rc",  "Z",
		".el", "~~", "+deb", "..", "_", "^", "^git"
	};
	auto_buf b = { 0 };

	buf_init(&b, 200);
	if (next(seed) % 4 == 0) {
		add(&b, seed, numbers, 6);
		buf_char(&b, ':');
	}
	add(&b, seed, numbers, ARRAY_LEN(numbers));
	for (uint32_t n = next(seed) % 4; n > 0; n--) {
		/* dpkg knows neither _ nor ^ */
		add(&b, seed, joints, ARRAY_LEN(joints) - (rpm ? 0 : 3));
		if (next(seed) % 3 != 0)
			add(&b, seed, numbers, ARRAY_LEN(numbers));
	}
	if (next(seed) % 2 == 0) {
		buf_char(&b, '-');
		add(&b, seed, numbers, ARRAY_LEN(numbers));
		if (next(seed) % 2 == 0)
			add(&b, seed, joints, 12);
	}
	return str_copy(a, buf_view(&b));
}

static int
dpkg_order(const void *a, const void *b)
{
	return version_cmp(VERSION_DPKG, *(const struct str *)a,
			   *(const struct str *)b);
}

static int
rpm_order(const void *a, const void *b)
{
	return version_cmp(VERSION_RPM, *(const struct str *)a,
			   *(const struct str *)b);
}

/* A chain in which each neighbour is confirmed confirms every pair in it. */
static void
test_dpkg(void **state)
{
	(void)state;
	static const struct proc_limits limits = { 10 * 1000000, 4096 };
	auto_arena *a = arena_new();
	struct str *all = ARENA_ARRAY(a, N_DPKG, struct str);
	uint64_t seed = 20261121;

	for (size_t i = 0; i < N_DPKG; i++) {
		all[i] = generate(a, &seed, false);
		assert_true(version_ok(VERSION_DPKG, all[i]));
	}
	qsort(all, N_DPKG, sizeof(*all), dpkg_order);
	for (size_t i = 1; i < N_DPKG; i++) {
		struct err e = { 0 };
		struct str out;
		int c = dpkg_order(&all[i - 1], &all[i]);
		int code;

		if (str_eq(all[i - 1], all[i]))
			continue;
		const char *argv[] = { "dpkg",	     "--compare-versions",
				       all[i - 1].p, c == 0 ? "eq" : "lt",
				       all[i].p,     NULL };
		if (proc_run(a, argv, &limits, &out, &code, &e) == -ENOENT)
			skip();
		if (code != 0)
			fail_msg("dpkg: not %s %s %s", argv[2], argv[3],
				 argv[4]);
	}
}

static void
test_rpm(void **state)
{
	(void)state;
	static const struct proc_limits limits = { 60 * 1000000, 100000 };
	auto_arena *a = arena_new();
	struct str *all = ARENA_ARRAY(a, N_RPM, struct str);
	uint64_t seed = 4;
	auto_buf script = { 0 };

	/* One argument holds 128 KiB. */
	buf_init(&script, 127 * 1024);
	buf_c(&script, "%{lua: local v = {");
	for (size_t i = 0; i < N_RPM; i++) {
		all[i] = generate(a, &seed, true);
		assert_true(version_ok(VERSION_RPM, all[i]));
	}
	qsort(all, N_RPM, sizeof(*all), rpm_order);
	for (size_t i = 0; i < N_RPM; i++)
		buf_fmt(&script, "'%s',", all[i].p);
	buf_c(&script, "} for i = 1, #v - 1 do "
		       "io.write(rpm.vercmp(v[i], v[i + 1]), ' ') end}");
	assert_false(script.bad);

	const char *argv[] = { "rpm", "--eval", script.p, NULL };
	struct err e = { 0 };
	struct str out, line;
	int code;
	if (proc_run(a, argv, &limits, &out, &code, &e) == -ENOENT)
		skip();
	assert_int_equal(code, 0);
	for (size_t i = 0; i + 1 < N_RPM; i++) {
		assert_true(str_next_word(&out, &line));
		int c = rpm_order(&all[i], &all[i + 1]);
		if (!str_is(line, c < 0 ? "-1" : c > 0 ? "1" : "0"))
			fail_msg("rpm: %s %s: %.*s, not %d", all[i].p,
				 all[i + 1].p, STR_ARG(line), c);
	}
}

static void
is(enum version_scheme s, const char *a, const char *b, int want)
{
	int c = version_cmp(s, str_c(a), str_c(b));

	if (c != want || version_cmp(s, str_c(b), str_c(a)) != -want)
		fail_msg("%s %s: %d, not %d", a, b, c, want);
}

/* What holds on a machine that has neither tool. */
static void
test_known(void **state)
{
	(void)state;
	is(VERSION_DPKG, "1.0~rc1", "1.0", -1);
	is(VERSION_DPKG, "1:0.1", "9.9", 1);
	is(VERSION_DPKG, "0:1.0", "1.0-0", 0);
	is(VERSION_DPKG, "1.0-1+deb12u1", "1.0-1", 1);
	is(VERSION_DPKG, "1.10", "1.9", 1);
	is(VERSION_DPKG, "2.4.57-2", "2.4.57-10", -1);
	is(VERSION_RPM, "1.0^git1", "1.0", 1);
	is(VERSION_RPM, "1.0^git1", "1.0.1", -1);
	is(VERSION_RPM, "1.0~rc1", "1.0", -1);
	is(VERSION_RPM, "1.0a", "1.0.1", -1);
	is(VERSION_RPM, "1.0", "1.0-1", -1);
	is(VERSION_RPM, "1_0", "1.0", 0);
	is(VERSION_SEMVER, "1.0.0-alpha", "1.0.0-alpha.1", -1);
	is(VERSION_SEMVER, "1.0.0-alpha.1", "1.0.0-alpha.beta", -1);
	is(VERSION_SEMVER, "1.0.0-alpha.beta", "1.0.0-beta", -1);
	is(VERSION_SEMVER, "1.0.0-beta.2", "1.0.0-beta.11", -1);
	is(VERSION_SEMVER, "1.0.0-rc.1", "1.0.0", -1);
	is(VERSION_SEMVER, "v1.2", "1.2.0+build5", 0);
	is(VERSION_SEMVER, "1.2.10", "1.2.9", 1);
	is(VERSION_WINDOWS, "10.0.19045", "10.0.19045.0", 0);
	is(VERSION_WINDOWS, "10.0.19045.5011", "10.0.19045.4957", 1);
	is(VERSION_WINDOWS, "10.0.9", "10.0.26100", -1);
	is(VERSION_WINDOWS, "18446744073709551617.1", "1.1", 1);
}

static void
test_ok(void **state)
{
	(void)state;
	static const struct {
		enum version_scheme scheme;
		const char *text;
		bool ok;
	} cases[] = {
		{ VERSION_DPKG, "1:2.3-4~bpo12+1", true },
		{ VERSION_DPKG, "", false },
		{ VERSION_DPKG, "unknown", false },
		{ VERSION_DPKG, "1 2", false },
		{ VERSION_RPM, "1:2.3^1~x-4.el9_5", true },
		{ VERSION_RPM, "1.0-", false },
		{ VERSION_RPM, "", false },
		{ VERSION_SEMVER, "v1.2.3-rc.1+b", true },
		{ VERSION_SEMVER, "22", true },
		{ VERSION_SEMVER, "1.2.", false },
		{ VERSION_SEMVER, "1.2-", false },
		{ VERSION_SEMVER, "latest", false },
		{ VERSION_WINDOWS, "10.0.26100.1742", true },
		{ VERSION_WINDOWS, "10.0a", false },
		{ VERSION_WINDOWS, "", false },
	};
	enum version_scheme s;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (version_ok(cases[i].scheme, str_c(cases[i].text)) !=
		    cases[i].ok)
			fail_msg("'%s'", cases[i].text);
	}
	assert_true(version_scheme_parse(STR("rpm"), &s));
	assert_int_equal(s, VERSION_RPM);
	assert_false(version_scheme_parse(STR("deb"), &s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_ok),
		cmocka_unit_test(test_dpkg),
		cmocka_unit_test(test_rpm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
