/* json_read.c - fuzz: any bytes as JSON; walking and skipping must agree */
#include "base/json_read.h"

#include "base/arena.h"
#include "base/err.h"
#include "fuzz.h"

static void
walk(struct json_read *r)
{
	struct str key;

	switch (json_read_kind(r)) {
	case JSON_OBJECT:
		if (json_read_object(r)) {
			while (json_read_key(r, &key))
				walk(r);
		}
		break;
	case JSON_ARRAY:
		if (json_read_array(r)) {
			while (json_read_item(r))
				walk(r);
		}
		break;
	case JSON_TEXT:
		(void)json_read_text(r);
		break;
	case JSON_NUMBER:
		(void)json_read_int(r, 0);
		break;
	case JSON_BOOL:
		(void)json_read_bool(r, false);
		break;
	case JSON_NULL:
	case JSON_BAD:
		json_read_skip(r);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len };
	struct json_read walked, skipped;
	struct err e = { 0 };

	json_read_init(&walked, a, text);
	walk(&walked);
	json_read_init(&skipped, a, text);
	struct str raw = json_read_raw(&skipped);
	assert(json_read_end(&walked, &e) == json_read_end(&skipped, &e));
	assert(raw.len <= len);
	return 0;
}
