/* sddl.c - what a list of rights in text form gives to everybody. */
#include "tables/windows/sddl.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"

#define LIST_MAX ((size_t)4096)
#define FILE_READ 0x1
#define FILE_WRITE 0x6 /* data and appending */
#define GENERIC_ALL_BIT 0x10000000
#define GENERIC_WRITE_BIT 0x40000000
#define GENERIC_READ_BIT 0x80000000

static const struct {
	const char *alias, *sid, *name;
	bool people, anonymous;
} trustees[] = {
	{ "WD", "S-1-1-0", "Everyone", true, true },
	{ "AN", "S-1-5-7", "Anonymous", true, true },
	{ "BG", "S-1-5-32-546", "Guests", true, true },
	{ "AU", "S-1-5-11", "Authenticated Users", true, false },
	{ "BU", "S-1-5-32-545", "Users", true, false },
	{ "IU", "S-1-5-4", "Interactive", false, false },
	{ "NU", "S-1-5-2", "Network", true, false },
	{ "DU", "", "Domain Users", true, false },
	{ "BA", "S-1-5-32-544", "Administrators", false, false },
	{ "SY", "S-1-5-18", "SYSTEM", false, false },
	{ "BO", "S-1-5-32-551", "Backup Operators", false, false },
	{ "CO", "S-1-3-0", "Creator Owner", false, false },
};

/*
 * Two letters each: "FA", "CCDCLC"; or a number in hexadecimal. false when
 * there is one we do not know.
 */
static bool
mask_of(struct str rights, uint64_t *ret)
{
	static const struct {
		const char *name;
		uint64_t mask;
	} names[] = {
		{ "FA", FILE_READ | FILE_WRITE },
		{ "FR", FILE_READ },
		{ "FW", FILE_WRITE },
		{ "GA", FILE_READ | FILE_WRITE },
		{ "GR", FILE_READ },
		{ "GW", FILE_WRITE },
		{ "CC", 0x1 },
		{ "DC", 0x2 },
		{ "LC", 0x4 },
		/* What says nothing about reading and writing. */
		{ "FX", 0 },
		{ "GX", 0 },
		{ "SW", 0 },
		{ "RP", 0 },
		{ "WP", 0 },
		{ "DT", 0 },
		{ "LO", 0 },
		{ "CR", 0 },
		{ "RC", 0 },
		{ "WD", 0 },
		{ "WO", 0 },
		{ "SD", 0 },
	};
	uint64_t mask = 0;

	if (str_starts(rights, "0x")) {
		if (!num_try_hex(str_from(rights, 2), &mask))
			return false;
		if ((mask & GENERIC_ALL_BIT) != 0)
			mask |= FILE_READ | FILE_WRITE;
		if ((mask & GENERIC_WRITE_BIT) != 0)
			mask |= FILE_WRITE;
		if ((mask & GENERIC_READ_BIT) != 0)
			mask |= FILE_READ;
		*ret = mask & (FILE_READ | FILE_WRITE);
		return true;
	}
	for (size_t i = 0; i < rights.len; i += 2) {
		struct str two = str_first(str_from(rights, i), 2);
		size_t n = 0;

		while (n < ARRAY_LEN(names) && !str_is(two, names[n].name))
			n++;
		if (n == ARRAY_LEN(names))
			return false;
		mask |= names[n].mask;
	}
	*ret = mask;
	return true;
}

static size_t
trustee_of(struct str sid)
{
	size_t i = 0;

	while (i < ARRAY_LEN(trustees) && !str_is(sid, trustees[i].alias) &&
	       !str_is(sid, trustees[i].sid))
		i++;
	/* S-1-5-21-...-513: Domain Users */
	if (i == ARRAY_LEN(trustees) && str_starts(sid, "S-1-5-21-") &&
	    str_ends(sid, "-513"))
		return trustee_of(STR("DU"));
	return i;
}

struct walk {
	struct sddl_rights r;
	uint64_t denied; /* to everybody */
	struct buf allowed;
	bool bad;
};

/* "A;OICI;FA;;;WD" */
static void
ace_read(struct walk *w, struct str ace)
{
	struct str part[6] = { { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		(void)str_next(&ace, ';', &part[i]); /* else it stays empty */
	uint64_t mask = 0;
	size_t t = trustee_of(part[5]);
	bool known = t < ARRAY_LEN(trustees);

	if (!mask_of(part[2], &mask) || part[5].len == 0) {
		w->bad = true;
		return;
	}
	/* IO: only for what is made below. */
	if (str_has(part[1], "IO"))
		return;
	if (str_is(part[0], "D") && known && str_is(part[5], "WD"))
		w->denied |= mask;
	if (!str_is(part[0], "A") || (mask &= ~w->denied) == 0)
		return;
	bool write = (mask & FILE_WRITE) != 0;
	w->r.any_write = w->r.any_write || write;
	if (known && trustees[t].people) {
		w->r.everyone_read = true;
		w->r.everyone_write = w->r.everyone_write || write;
	}
	w->r.anonymous = w->r.anonymous || (known && trustees[t].anonymous);
	if (w->allowed.len > 0)
		buf_c(&w->allowed, ", ");
	buf_str(&w->allowed, known ? str_c(trustees[t].name) : part[5]);
	buf_c(&w->allowed, write ? " write" : " read");
}

bool
sddl_read(struct arena *a, struct str text, struct sddl_rights *ret)
{
	size_t at = str_find_c(text, "D:");
	struct walk w = { 0 };

	if (at == STR_NONE)
		return false;
	buf_init(&w.allowed, LIST_MAX);
	struct str rest = str_from(text, at + 2);
	size_t sacl = str_find_c(rest, "S:(");
	if (sacl != STR_NONE)
		rest = str_first(rest, sacl);
	/* Flags such as P and AI stand before the first bracket. */
	while (str_find(rest, '(') != STR_NONE) {
		rest = str_after(rest, '(');
		ace_read(&w, str_until(rest, ')'));
		rest = str_after(rest, ')');
	}
	w.r.allowed = str_copy(a, buf_view(&w.allowed));
	w.bad = w.bad || w.allowed.bad;
	buf_done(&w.allowed);
	*ret = w.r;
	return !w.bad;
}
