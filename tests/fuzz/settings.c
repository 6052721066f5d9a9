/* settings.c - fuzz: small readers of text that others may have written */
#include "base/arena.h"
#include "fuzz.h"
#include "tables/linux/files.h"
#include "tables/linux/ip.h"
#include "tables/linux/mounts.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len }, word;
	struct mounts m;
	struct ip ip;

	/* Mounts are compared with one another. */
	if (len > 20000)
		return 0;
	mounts_parse(a, text, &m);
	(void)mounts_of(&m, STR("/srv/data"));
	for (size_t i = 0; i < m.n; i++)
		(void)mount_has_option(&m.v[i], "nosuid");
	(void)file_has_bare_key(text);
	while (str_next_word(&text, &word)) {
		if (ip_of_words(word, &ip) || ip_of_hex6(word, &ip) ||
		    ip_parse(word, &ip))
			(void)ip_print(a, &ip);
	}
	return 0;
}
