/* yaml.c - fuzzes the reading of control and ledger files. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "catalog/catalog.h"
#include "catalog/yaml.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len };
	struct diags d;
	auto_buf b = { 0 };

	buf_init(&b, 4 * YAML_SIZE_MAX);
	diags_init(&d, a);
	const struct yaml *y = yaml_parse(a, STR("f"), text, &d);
	if (y != NULL)
		yaml_json(y, &b);
	(void)control_read(a, STR("f"), text, &d);
	(void)ledger_read(a, STR("f"), text, &d);
	diags_print(&d, NULL, NULL, &b);
	return 0;
}
