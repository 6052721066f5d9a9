/* host.c - which of our hosts a fact file speaks of; enrolment. */
#include "facts/host.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "facts/facts.h"
#include "journal/change.h"
#include "store/store.h"

#define ID_BYTES 8

static struct str
random_id(struct store *s, struct arena *a)
{
	char raw[ID_BYTES];

	store_random(s, raw, sizeof(raw));
	return hex_encode(a, (struct str){ raw, sizeof(raw) });
}

struct new_host {
	struct str host_id, name, platform, machine_id;
	const char *origin;
};

static int
host_add(struct store *s, const struct new_host *h, struct err *e)
{
	auto_arena *a = arena_new();
	auto_change *c = NULL;
	int64_t now = moment_now();
	struct str today = on_print(a, days_of_at(now, store_zone(s)));

	if (change_begin(s, "host.enrol", h->host_id, &c, e) < 0)
		return e->code;
	if (change_run(c, e, "host_entry", h->host_id,
		       "INSERT INTO host_entry(host_id, name, platform, role, "
		       "state, enrolled_at, enrolled_on, origin, machine_id, "
		       "change_seq) "
		       "VALUES(?, ?, ?, 'unknown', 'active', ?, ?, ?, ?, ?)",
		       "sssiscsi", h->host_id, h->name, h->platform, now, today,
		       h->origin, h->machine_id, change_seq(c)) < 0)
		return e->code;
	return change_commit(c, e);
}

/*
 * The host with this machine id; one without an id is known by its name. An
 * active one is preferred, but a retired one is found as well, so that it
 * does not come back as a new host.
 */
static int
by_machine(struct store *s, struct arena *a, struct str machine_id,
	   struct str name, struct str *ret, struct err *e)
{
	return store_get_str(s, a, ret, e,
			     "SELECT host_id FROM host_entry "
			     "WHERE machine_id = ?1 AND origin <> 'token' "
			     "AND (?1 <> '' OR name = ?2) "
			     "ORDER BY state, enrolled_at, host_id LIMIT 1",
			     "ss", machine_id, name);
}

static int
signature_check(struct store *s, struct arena *a,
		const struct host_claim *claim, struct err *e)
{
	const struct fact_header *h = claim->header;
	auto_store *secret = NULL;
	struct str key = { 0 };

	if (store_open_secret(store_dir(s), STORE_READ, &secret, e) < 0)
		return e->code;
	int r = store_get_str(secret, a, &key, e,
			      "SELECT key FROM host_key WHERE key_id = ? "
			      "AND host_id = ? AND revoked_at IS NULL",
			      "ss", h->key_id, h->host_id);
	if (r < 0)
		return r;
	bool known = r > 0 && key.len == HASH_LEN;
	if (!known ||
	    !hash_eq(hash_hmac(key, claim->sum.b, HASH_LEN), *claim->signature))
		return err_set(e, -EACCES,
			       "'%s' is signed with a key that was not given "
			       "to this host; nothing was taken from it",
			       claim->path);
	return 0;
}

/* A retired machine does not come back by sending a file. */
static int
state_check(struct store *s, struct arena *a, const char *path,
	    struct str host_id, struct err *e)
{
	struct str state = { 0 };

	if (store_get_str(s, a, &state, e,
			  "SELECT state FROM host_entry WHERE host_id = ?", "s",
			  host_id) < 0)
		return e->code;
	if (!str_is(state, "active"))
		return err_set(e, -EACCES,
			       "'%s' is from a host that is not enrolled or "
			       "was retired",
			       path);
	return 0;
}

int
host_identify(struct store *s, struct arena *a, const struct host_claim *claim,
	      struct ingest_report *ret, struct err *e)
{
	const struct fact_header *h = claim->header;

	if (claim->local != NULL) {
		ret->origin = FACT_LOCAL;
		ret->host_id = str_c(claim->local);
		return 0;
	}
	if (claim->signature != NULL) {
		ret->origin = FACT_SIGNED;
		ret->host_id = h->host_id;
		if (signature_check(s, a, claim, e) < 0)
			return e->code;
		return state_check(s, a, claim->path, h->host_id, e);
	}

	int r = by_machine(s, a, h->machine_id, h->hostname, &ret->host_id, e);
	if (r < 0)
		return r;
	if (r > 0)
		return state_check(s, a, claim->path, ret->host_id, e);
	struct new_host host = {
		.host_id = random_id(s, a),
		.name = h->hostname.len > 0 ? h->hostname : STR("?"),
		.platform = h->platform,
		.machine_id = h->machine_id,
		.origin = "by_hand",
	};
	ret->new_host = true;
	ret->host_id = host.host_id;
	return host_add(s, &host, e);
}

int
host_local(struct store *s, struct arena *a, struct str machine_id,
	   struct str hostname, struct str *ret_id, bool *ret_new,
	   struct err *e)
{
	int r = by_machine(s, a, machine_id, hostname, ret_id, e);

	*ret_new = r == 0;
	if (r < 0)
		return r;
	if (r > 0)
		return state_check(s, a, "collect", *ret_id, e);
	struct new_host host = {
		.host_id = random_id(s, a),
		.name = hostname,
		.platform = STR("linux"),
		.machine_id = machine_id,
		.origin = "local",
	};
	*ret_id = host.host_id;
	return host_add(s, &host, e);
}

static int
key_add(struct store *s, const struct enrolment *n, const char *key,
	struct err *e)
{
	auto_store *secret = NULL;

	if (store_open_secret(store_dir(s), STORE_WRITE, &secret, e) < 0)
		return e->code;
	int r = store_run(secret, e,
			  "INSERT INTO host_key(key_id, host_id, key, made_at)"
			  " VALUES(?, ?, ?, ?)",
			  "ssbi", n->key_id, n->host_id,
			  (struct str){ key, HASH_LEN }, moment_now());
	return r < 0 ? r : 0;
}

int
host_enrol(struct store *s, struct arena *a, struct str name,
	   struct str platform, struct enrolment *ret, struct err *e)
{
	char key[HASH_LEN];
	struct new_host host = {
		.host_id = random_id(s, a),
		.name = name,
		.platform = platform,
		.origin = "token",
	};
	struct enrolment n = { .host_id = host.host_id,
			       .key_id = random_id(s, a) };

	random_bytes(key, sizeof(key));
	n.key_hex = hex_encode(a, (struct str){ key, sizeof(key) });
	/* A key without a host opens nothing, so it goes first. */
	if (key_add(s, &n, key, e) < 0 || host_add(s, &host, e) < 0)
		return e->code;
	*ret = n;
	return 0;
}

int
host_retire(struct store *s, struct str host_id, struct str reason,
	    struct err *e)
{
	auto_change *c = NULL;
	int64_t now = moment_now();

	if (change_begin(s, "host.retire", host_id, &c, e) < 0)
		return e->code;
	int n = change_run(c, e, "host_entry", host_id,
			   "UPDATE host_entry SET state = 'retired', "
			   "change_seq = ? "
			   "WHERE host_id = ? AND state = 'active'",
			   "is", change_seq(c), host_id);
	if (n < 0)
		return n;
	if (n == 0)
		return err_set(e, -ENOENT, "there is no active host '%.*s'",
			       STR_ARG(host_id));
	change_field(c, "reason", reason);
	if (change_commit(c, e) < 0)
		return e->code;

	auto_store *secret = NULL;
	if (store_open_secret(store_dir(s), STORE_WRITE, &secret, e) < 0)
		return e->code;
	n = store_run(secret, e,
		      "UPDATE host_key SET revoked_at = ? WHERE host_id = ? "
		      "AND revoked_at IS NULL",
		      "is", now, host_id);
	return n < 0 ? n : 0;
}
