/* utmp.c - the binary records of wtmp, btmp and lastlog. */
#include "tables/linux/utmp.h"

#include "base/moment.h"

#define LEN_32 ((size_t)384) /* times of 32 bits, as on x86 */
#define LEN_64 ((size_t)400)
#define LASTLOG_LEN ((size_t)292)
#define KIND_MAX 9

enum { AT_KIND = 0, AT_LINE = 8, AT_USER = 44, AT_HOST = 76 };

static uint32_t
u32_at(struct str s, size_t at)
{
	uint32_t v;

	assert(at + sizeof(v) <= s.len);
	memcpy(&v, s.p + at, sizeof(v)); /* written by this very machine */
	return v;
}

static uint64_t
u64_at(struct str s, size_t at)
{
	uint64_t v;

	assert(at + sizeof(v) <= s.len);
	memcpy(&v, s.p + at, sizeof(v));
	return v;
}

static struct str
field(struct str s, size_t at, size_t max)
{
	return str_until(str_first(str_from(s, at), max), '\0');
}

/* How many of the first records look like one when cut at len. */
static size_t
plausible(struct str text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < 32 && (i + 1) * len <= text.len; i++) {
		struct str r = str_from(text, i * len);
		uint32_t kind = u32_at(r, AT_KIND);

		n += kind > 0 && kind <= KIND_MAX && (kind >> 16) == 0;
	}
	return n;
}

bool
utmp_init(struct utmp *u, struct str text)
{
	size_t a = plausible(text, LEN_32);
	size_t b = plausible(text, LEN_64);

	*u = (struct utmp){ .rest = text,
			    .record_len = b > a ? LEN_64 : LEN_32 };
	return text.len == 0 || a > 0 || b > 0;
}

bool
utmp_next(struct utmp *u, struct utmp_record *ret)
{
	while (u->rest.len >= u->record_len) {
		struct str r = str_first(u->rest, u->record_len);
		uint32_t kind = u32_at(r, AT_KIND);
		int64_t s, us;

		u->rest = str_from(u->rest, u->record_len);
		if (u->record_len == LEN_32) {
			s = u32_at(r, 340);
			us = (int32_t)u32_at(r, 344);
		} else {
			s = (int64_t)u64_at(r, 344);
			us = (int64_t)u64_at(r, 352);
		}
		/* Years past 3000 and broken kinds are no records. */
		if (kind > KIND_MAX || s < 0 || s > INT64_C(32503680000) ||
		    us < 0 || us >= MOMENT_SEC) {
			u->n_bad++;
			continue;
		}
		*ret = (struct utmp_record){
			.kind = (int)kind,
			.line = field(r, AT_LINE, 32),
			.user = field(r, AT_USER, 32),
			.host = field(r, AT_HOST, 256),
			.at = s * MOMENT_SEC + us,
		};
		return true;
	}
	if (u->rest.len > 0) {
		u->n_bad++;
		u->rest = str_from(u->rest, u->rest.len);
	}
	return false;
}

int64_t
lastlog_at(struct str text, int64_t uid)
{
	if (uid < 0 || (uint64_t)uid >= text.len / LASTLOG_LEN)
		return 0;
	return (int64_t)u32_at(text, (size_t)uid * LASTLOG_LEN) * MOMENT_SEC;
}
