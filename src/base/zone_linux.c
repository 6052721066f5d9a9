/* zone_linux.c - time zones from the system's zone files (TZif). */
#include "base/moment.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"

#define ZONE_FILE_MAX ((size_t)256 * 1024)
#define HEADER_LEN 44

struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static uint32_t
u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static bool
header_read(struct str s, struct counts *c)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.len < HEADER_LEN || !str_starts(s, "TZif"))
		return false;
	*c = (struct counts){ u32(p + 20), u32(p + 24), u32(p + 28),
			      u32(p + 32), u32(p + 36), u32(p + 40) };
	return c->isut < 10000 && c->isstd < 10000 && c->leap < 10000 &&
	       c->time < 10000 && c->type > 0 && c->type < 256 &&
	       c->chars < 10000;
}

static size_t
body_len(const struct counts *c, size_t time_len)
{
	return c->time * time_len + c->time + c->type * 6 + c->chars +
	       c->leap * (time_len + 4) + c->isstd + c->isut;
}

/* The second part of the file has 64-bit times. */
static bool
body_read(struct arena *a, struct str s, struct zone *z)
{
	struct counts c;

	if (!header_read(s, &c))
		return false;
	s = str_from(s, HEADER_LEN + body_len(&c, 4));
	if (!header_read(s, &c) || s.len < HEADER_LEN + body_len(&c, 8))
		return false;

	const unsigned char *times = (const unsigned char *)s.p + HEADER_LEN;
	const unsigned char *index = times + c.time * 8;
	const unsigned char *types = index + c.time;
	int64_t *from_at = ARENA_ARRAY(a, c.time, int64_t);
	int32_t *offset = ARENA_ARRAY(a, c.time, int32_t);
	for (size_t i = 0; i < c.time; i++) {
		uint64_t t = (uint64_t)u32(times + i * 8) << 32 |
			     u32(times + i * 8 + 4);

		if (index[i] >= c.type || (int64_t)t < -(INT64_C(1) << 40) ||
		    (int64_t)t > INT64_C(1) << 40)
			return false;
		from_at[i] = (int64_t)t * MOMENT_SEC;
		offset[i] = (int32_t)u32(types + index[i] * 6);
	}
	z->n = c.time;
	z->from_at = from_at;
	z->offset = offset;
	z->first_offset = (int32_t)u32(types);
	return true;
}

int
zone_load(struct arena *a, const char *name, const struct zone **ret,
	  struct err *e)
{
	auto_arena *scratch = arena_new();
	struct str file;

	if (strcmp(name, zone_tokyo->name) == 0) {
		*ret = zone_tokyo;
		return 0;
	}
	if (strcmp(name, zone_utc->name) == 0) {
		*ret = zone_utc;
		return 0;
	}
	if (name[0] == '/' || strstr(name, "..") != NULL)
		return err_set(e, -EINVAL, "'%s' is not a time zone", name);

	const char *path = str_fmt(scratch, "/usr/share/zoneinfo/%s", name).p;
	if (fs_read(scratch, path, ZONE_FILE_MAX, &file, e) < 0)
		return err_in(e, "time zone '%s'", name);

	struct zone *z = ARENA_NEW(a, struct zone);
	z->name = arena_dup(a, name, strlen(name));
	if (!body_read(a, file, z))
		return err_set(e, -EBADMSG, "'%s' is not a time zone", name);
	*ret = z;
	return 0;
}
