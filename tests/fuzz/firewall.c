/* firewall.c - fuzz: what nft and iptables-save print, by the first byte */
#include "tables/linux/firewall.h"

#include "base/arena.h"
#include "base/err.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct firewall f;
	struct err e = { 0 };
	struct str text = { (const char *)data, len };

	/* Rules times chains is slow on purpose-made input, not wrong. */
	if (len > 20000)
		return 0;
	firewall_init(&f, a);
	if (len > 0 && data[0] == '{') {
		(void)firewall_nft_parse(&f, text, &e);
		firewall_nft_text(&f, str_after(text, '\n'));
	} else {
		(void)firewall_iptables_parse(&f, "ip", text, &e);
	}
	enum fw_hook *hooks = ARENA_ARRAY(a, f.n_chains + 1, enum fw_hook);
	firewall_hooks(&f, hooks);
	(void)firewall_default(&f, data && len && data[0] != '{', "ip", FW_IN);
	return 0;
}
