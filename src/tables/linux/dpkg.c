/* dpkg.c - the paragraphs of /var/lib/dpkg/status and of package lists. */
#include "tables/linux/dpkg.h"

static void
source_set(struct dpkg_package *p, struct str v)
{
	size_t open = str_find(v, '(');

	if (open == STR_NONE) {
		p->source = str_trim(v);
		return;
	}
	p->source = str_trim(str_first(v, open));
	p->source_version = str_trim(str_until(str_from(v, open + 1), ')'));
}

static void
status_set(struct dpkg_package *p, struct str v)
{
	struct str word;

	if (str_next_word(&v, &word))
		p->want = word;
	while (str_next_word(&v, &word))
		p->status = word;
}

static void
field_set(struct dpkg_package *p, struct str line)
{
	size_t colon = str_find(line, ':');
	struct str key = str_first(line, colon == STR_NONE ? 0 : colon);
	struct str v = str_trim(str_from(line, key.len + 1));

	if (str_is(key, "Package"))
		p->name = v;
	else if (str_is(key, "Version"))
		p->version = v;
	else if (str_is(key, "Architecture"))
		p->arch = v;
	else if (str_is(key, "Maintainer"))
		p->maintainer = v;
	else if (str_is(key, "Source"))
		source_set(p, v);
	else if (str_is(key, "Status"))
		status_set(p, v);
	else if (str_is(key, "Multi-Arch"))
		p->multi_arch_same = str_is(v, "same");
}

bool
dpkg_next(struct str *rest, struct dpkg_package *ret)
{
	struct dpkg_package p = { 0 };
	struct str line;
	bool any = false;

	while (str_next_line(rest, &line)) {
		if (line.len == 0 && any)
			break;
		/* Continuation lines and long descriptions say nothing here. */
		if (line.len == 0 || line.p[0] == ' ' || line.p[0] == '\t')
			continue;
		any = true;
		if (strchr("PVAMS", line.p[0]) != NULL)
			field_set(&p, line);
	}
	*ret = p;
	return any;
}

bool
dpkg_is_installed(const struct dpkg_package *p)
{
	static const char *const there[] = {
		"installed",	    "unpacked",		"half-configured",
		"triggers-awaited", "triggers-pending", "half-installed"
	};

	for (size_t i = 0; i < ARRAY_LEN(there); i++) {
		if (str_is(p->status, there[i]))
			return p->name.len > 0;
	}
	return false;
}
