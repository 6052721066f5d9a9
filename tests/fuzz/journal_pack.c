/* journal_pack.c - fuzz target: packs and anchors of a journal */
#include "fuzz.h"

#include "base/arena.h"
#include "base/err.h"
#include "journal/head.h"
#include "journal/pack.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len };
	struct journal_check check = { 0 };
	struct journal_report report;
	struct head head;
	struct err e = { 0 };

	/* What it says of nonsense does not matter, only that it ends. */
	if (anchor_parse(a, text, &head, &e) < 0) {
		e = (struct err){ 0 };
		(void)pack_check(a, text, &check, &report, &e);
	}
	return 0;
}
