/* test_cidr.c - addresses and networks */
#include "unit.h"

#include <arpa/inet.h>

#include "base/cidr.h"

static void
test_has(void **state)
{
	(void)state;
	static const struct {
		const char *ip, *net;
		int want; /* -1: no address or no network */
	} cases[] = {
		{ "10.1.2.3", "10.0.0.0/8", 1 },
		{ "11.0.0.0", "10.0.0.0/8", 0 },
		{ "10.1.2.3", "10.9.9.9/8", 1 },
		{ "192.0.2.129", "192.0.2.128/25", 1 },
		{ "192.0.2.127", "192.0.2.128/25", 0 },
		{ "192.0.2.1", "192.0.2.1", 1 },
		{ "192.0.2.2", "192.0.2.1", 0 },
		{ "192.0.2.2", "0.0.0.0/0", 1 },
		{ "10.1.2.3", "10.0.0.0/255.0.0.0", 1 },
		{ "11.1.2.3", "10.0.0.0/255.0.0.0", 0 },
		{ "11.1.2.3", "10.0.0.0/0.0.0.0", 1 },
		{ "10.1.2.3", "10.0.0.0/255.0.255.0", -1 },
		{ "::ffff:10.1.2.3", "10.0.0.0/8", 1 },
		{ "10.1.2.3", "::ffff:10.0.0.0/104", 1 },
		{ "::ffff:a01:203", "10.0.0.0/8", 1 },
		{ "10.1.2.3", "::/0", 0 },
		{ "2001:db8::1", "::/0", 1 },
		{ "2001:db8::1", "0.0.0.0/0", 0 },
		{ "2001:db8::1", "2001:db8::/32", 1 },
		{ "2001:db9::1", "2001:db8::/32", 0 },
		{ "fe80::1%eth0", "fe80::/10", 1 },
		{ "fec0::1", "fe80::/10", 0 },
		{ "::1", "::1/128", 1 },
		{ "::", "::1/128", 0 },
		{ "10.1.2.3", "10.0.0.0/33", -1 },
		{ "::1", "::/129", -1 },
		{ "::1", "::/", -1 },
		{ "::1", "::/-1", -1 },
		{ "10.1.2.3", "any", -1 },
		{ "*", "10.0.0.0/8", -1 },
		{ "", "10.0.0.0/8", -1 },
		{ "10.1.2", "10.0.0.0/8", -1 },
		{ "010.1.2.3", "10.0.0.0/8", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cidr net;
		struct cidr_addr ip;
		bool ok = cidr_addr_parse(str_c(cases[i].ip), &ip) &&
			  cidr_parse(str_c(cases[i].net), &net);
		int is = ok ? cidr_has(&net, &ip) : -1;

		if (is != cases[i].want)
			fail_msg("%s in %s: %d", cases[i].ip, cases[i].net, is);
	}
}

/* The system's own reader takes and refuses the same addresses. */
static void
test_as_inet_pton(void **state)
{
	(void)state;
	static const char *const pieces[] = { "0",   "1",	"ffff", "FE80",
					      "::",  ":",	":",	":",
					      "db8", "1.2.3.4", "10000" };
	uint64_t seed = 7;
	int n_good = 0;

	for (int i = 0; i < 300000; i++) {
		char text[200] = "";
		size_t len = 0;
		int n = 1 + i % 15;

		for (int j = 0; j < n; j++) {
			seed = seed * UINT64_C(6364136223846793005) +
			       1442695040888963407U;
			const char *piece =
				pieces[(seed >> 33) % ARRAY_LEN(pieces)];
			/* mostly groups and colons in turn */
			if (j % 2 == 1 && (seed >> 20) % 8 != 0)
				piece = (seed >> 10) % 5 == 0 ? "::" : ":";
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s", piece);
		}
		struct cidr_addr mine = { 0 };
		struct in6_addr theirs = { 0 };
		struct in_addr v4;
		bool good = cidr_addr_parse(str_c(text), &mine);
		if (inet_pton(AF_INET, text, &v4) == 1)
			continue;
		if (good != (inet_pton(AF_INET6, text, &theirs) == 1))
			fail_msg("'%s': %d", text, good);
		if (good && memcmp(&mine, &theirs, 16) != 0)
			fail_msg("'%s' differs", text);
		n_good += good;
	}
	assert_true(n_good > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_as_inet_pton),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
