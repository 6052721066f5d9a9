/* norm.c - fuzz: normal form is valid, bounded, and its own normal form */
#include "base/norm.h"

#include "base/arena.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len }, rest = text;
	struct str once = norm_text(a, text);
	int32_t chars[NORM_CLUSTER];
	enum norm_class class;
	size_t n;

	assert(str_utf8_ok(once));
	assert(once.len <= len * NORM_GROWTH);
	assert(str_eq(norm_text(a, once), once));
	while (rest.len > 0) {
		size_t before = rest.len;

		assert(norm_next(&rest, chars, &n, &class));
		assert(rest.len < before && n <= NORM_CLUSTER);
	}
	return 0;
}
