/* version.c - fuzz: three lines as versions; the order must be one */
#include "base/version.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct str rest = { (const char *)data, len };
	struct str v[3] = { STR(""), STR(""), STR("") };

	for (int i = 0; i < 3 && str_next(&rest, '\n', &v[i]); i++)
		;
	for (int k = VERSION_DPKG; k <= VERSION_WINDOWS; k++) {
		enum version_scheme s = (enum version_scheme)k;
		int ab = version_cmp(s, v[0], v[1]);
		int bc = version_cmp(s, v[1], v[2]);
		int ac = version_cmp(s, v[0], v[2]);

		assert(ab >= -1 && ab <= 1);
		assert(version_cmp(s, v[0], v[0]) == 0);
		assert(version_cmp(s, v[1], v[0]) == -ab);
		if (version_ok(s, v[0]) && version_ok(s, v[1]) &&
		    version_ok(s, v[2])) {
			assert(!(ab <= 0 && bc <= 0) || ac <= 0);
			assert(!(ab >= 0 && bc >= 0) || ac >= 0);
		}
	}
	return 0;
}
