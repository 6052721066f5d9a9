/* shadow.c - /etc/shadow, without ever handing out a password field. */
#include "tables/linux/shadow.h"

#include "base/num.h"

static const char *
algorithm_of(struct str hash)
{
	static const struct {
		const char *prefix, *name;
	} known[] = {
		{ "$y$", "yescrypt" }, { "$gy$", "gost-yescrypt" },
		{ "$7$", "scrypt" },   { "$2a$", "bcrypt" },
		{ "$2b$", "bcrypt" },  { "$2y$", "bcrypt" },
		{ "$2x$", "bcrypt" },  { "$6$", "sha512" },
		{ "$5$", "sha256" },   { "$sha1", "sha1" },
		{ "$md5", "sunmd5" },  { "$1$", "md5" },
		{ "$3$", "nt" },       { "_", "bsdi" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_starts(hash, known[i].prefix))
			return known[i].name;
	}
	return hash.len == 13 ? "des" : "other";
}

struct shadow_state
shadow_state_of(struct str field)
{
	struct shadow_state st = { .algorithm = "" };
	struct str rest = field;

	st.empty = field.len == 0;
	while (rest.len > 0 && (rest.p[0] == '!' || rest.p[0] == '*')) {
		st.locked = true;
		rest = str_from(rest, 1);
	}
	/* 13 characters at least; anything shorter fits no password. */
	st.set = rest.len >= 13;
	if (!st.empty && !st.set)
		st.locked = true;
	if (st.set)
		st.algorithm = algorithm_of(rest);
	return st;
}

static int64_t
number(struct str *rest)
{
	struct str f;
	int64_t n;

	if (!str_next(rest, ':', &f) || !num_try(f, &n) || n < 0)
		return -1;
	return n;
}

bool
shadow_find(struct str text, struct str user, struct shadow_entry *ret)
{
	struct str line, field;

	while (str_next_line(&text, &line)) {
		if (!str_eq(str_until(line, ':'), user) || line.len == user.len)
			continue;
		struct str rest = str_from(line, user.len + 1);
		struct shadow_entry en = { 0 };

		if (!str_next(&rest, ':', &field))
			return false;
		en.state = shadow_state_of(field);
		en.changed = number(&rest);
		(void)number(&rest); /* the least age is not asked for */
		en.max_days = number(&rest);
		(void)number(&rest); /* nor days of warning */
		(void)number(&rest); /* nor of inactivity */
		en.expires = number(&rest);
		*ret = en;
		return true;
	}
	return false;
}
