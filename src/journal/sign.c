/* sign.c - the process that holds the signing key, and how it is asked. */
#include "journal/sign.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"
#include "base/sandbox.h"

#define MESSAGE_MAX 65536
#define LAST_HEAD "yamori last signed head 1\n"

/* One message is one packet: a letter, then its content. */
enum ask {
	ASK_MAKE = 'M',	  /* -> public key */
	ASK_LAST = 'L',	  /* -> seq, hash */
	ASK_BEGIN = 'B',  /* restored, key, organisation; no answer */
	ASK_ENTRY = 'E',  /* hashed bytes; no answer */
	ASK_SIGN = 'S',	  /* -> struct head_answer */
	ASK_ROTATE = 'R', /* organisation -> struct rotation */
};

/* Both ends are one program on one machine, so structs go as they are. */
struct last {
	int64_t seq;
	struct hash hash;
};

struct answer {
	int32_t code;
	char words[256];
	union {
		uint8_t key[KEY_LEN];
		struct last last;
		struct rotation rotation;
		struct {
			struct last place;
			int64_t at;
			uint8_t key[KEY_LEN];
			uint8_t signature[SIGNATURE_LEN];
		} head;
	};
};

/* --- the process --- */

struct role {
	struct arena *arena;
	struct str key_path, next_path, public_path, last_path;
	struct key_pair key;
	struct str organisation; /* from ASK_BEGIN */
	bool restored;
	bool begun;
	struct last place; /* how far the chain was walked */
	struct str kind;   /* of the last entry */
	struct err bad;	   /* stays failed until the next ASK_BEGIN */
};

static int
last_load(struct role *r, struct last *ret, struct err *e)
{
	struct str text;

	if (!fs_exists(r->last_path.p))
		return err_set(e, -ENOENT,
			       "the memory of what was signed is lost ('%s'): "
			       "bring the file back, or see "
			       "'yamori journal sign --after-restore'",
			       r->last_path.p);
	if (fs_read(r->arena, r->last_path.p, 4096, &text, e) < 0)
		return e->code;
	if (!str_starts(text, LAST_HEAD) ||
	    !num_try(text_value(text, "entry"), &ret->seq) ||
	    !hash_from_hex(text_value(text, "hash"), &ret->hash))
		return err_set(e, -EBADMSG, "'%s' is damaged", r->last_path.p);
	return 0;
}

static int
last_save(struct role *r, const struct last *l, struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	buf_fmt(&b,
		LAST_HEAD "# The process that signs extends this head only.\n"
			  "entry: %" PRId64 "\nhash: ",
		l->seq);
	buf_hex(&b, l->hash.b, HASH_LEN);
	buf_char(&b, '\n');
	return fs_write_atomic(r->last_path.p, buf_view(&b), 0600, e);
}

static int
role_make(struct role *r, struct answer *out, struct err *e)
{
	struct last last = { 0 };

	if (fs_exists(r->key_path.p)) {
		if (last_load(r, &last, e) < 0 ||
		    key_load(r->key_path.p, &r->key, e) < 0)
			return e->code;
		if (last.seq != 0)
			return err_set(e, -EEXIST,
				       "the key '%s' has signed another "
				       "journal",
				       r->key_path.p);
	} else {
		key_make(&r->key);
		/* The memory first: a key without it is refused. */
		if (last_save(r, &last, e) < 0 ||
		    key_save(r->key_path.p, &r->key, e) < 0)
			return e->code;
	}
	memcpy(out->key, r->key.public, KEY_LEN);
	return key_public_save(r->public_path.p, r->key.public, e);
}

/* After a rotation was journaled its new key takes the old one's place. */
static int
key_follow(struct role *r, const uint8_t key[KEY_LEN], struct err *e)
{
	struct key_pair next;

	if (key_load(r->key_path.p, &r->key, e) < 0)
		return e->code;
	if (memcmp(r->key.public, key, KEY_LEN) == 0)
		return 0;
	if (!fs_exists(r->next_path.p) ||
	    key_load(r->next_path.p, &next, e) < 0 ||
	    memcmp(next.public, key, KEY_LEN) != 0)
		return err_set(e, -EPERM,
			       "the key in '%s' is not the one the journal "
			       "names",
			       r->key_path.p);
	if (key_save(r->key_path.p, &next, e) < 0 ||
	    key_public_save(r->public_path.p, next.public, e) < 0)
		return e->code;
	(void)unlink(r->next_path.p); /* a copy of the key in use now */
	r->key = next;
	return 0;
}

static int
role_begin(struct role *r, struct str msg, struct err *e)
{
	if (msg.len < 1 + KEY_LEN)
		return err_set(e, -EBADMSG, "message too short");
	r->begun = true;
	r->restored = msg.p[0] != 0;
	r->organisation = str_copy(r->arena, str_from(msg, 1 + KEY_LEN));
	r->place = (struct last){ 0 };
	r->kind = STR("");
	if (key_follow(r, (const uint8_t *)msg.p + 1, e) < 0)
		return e->code;
	return r->restored ? 0 : last_load(r, &r->place, e);
}

/* The bytes are ours to read only at both ends: seq, kind and prev. */
static int
role_entry(struct role *r, struct str msg, struct err *e)
{
	const size_t head = sizeof("yamori/1 journal");
	struct reader {
		const uint8_t *p;
		size_t left;
	} in = { (const uint8_t *)msg.p, msg.len };
	struct str part[3];
	int64_t seq = 0;

	if (!r->begun || msg.len < head + 16 + HASH_LEN ||
	    memcmp(msg.p, "yamori/1 journal", head) != 0)
		return err_set(e, -EBADMSG, "these are no bytes of an entry");
	in.p += head;
	in.left -= head;
	for (int i = 0; i < 8; i++)
		seq = (int64_t)((uint64_t)seq << 8 | in.p[i]);
	in.p += 16;
	in.left -= 16;
	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		uint32_t n = 0;

		if (in.left < 4)
			return err_set(e, -EBADMSG,
				       "these are no bytes of an entry");
		for (int k = 0; k < 4; k++)
			n = n << 8 | in.p[k];
		if (n > in.left - 4)
			return err_set(e, -EBADMSG,
				       "these are no bytes of an entry");
		part[i] = (struct str){ (const char *)in.p + 4, n };
		in.p += 4 + n;
		in.left -= 4 + n;
	}
	if (in.left != 4 + 2 * HASH_LEN || seq != r->place.seq + 1 ||
	    memcmp(in.p + 4 + HASH_LEN, r->place.hash.b, HASH_LEN) != 0)
		return err_set(e, -EPERM,
			       "entry %" PRId64 " does not continue the head "
			       "that was signed last (entry %" PRId64 "): "
			       "nothing was signed",
			       seq, r->place.seq);
	r->place.seq = seq;
	r->place.hash = hash_of(msg.p, msg.len);
	if (r->restored)
		r->kind = str_copy(r->arena, part[1]);
	return 0;
}

static int
role_sign(struct role *r, struct answer *out, struct err *e)
{
	struct head h = { .organisation = r->organisation,
			  .seq = r->place.seq,
			  .hash = r->place.hash,
			  .at = moment_now() };

	if (!r->begun || h.seq < 1)
		return err_set(e, -EINVAL, "there is no entry to sign");
	if (r->restored && !str_is(r->kind, "journal.restore"))
		return err_set(e, -EPERM,
			       "the head does not tell of a restore: nothing "
			       "was signed");
	/* Remembered before the signature leaves, never behind it. */
	if (last_save(r, &r->place, e) < 0)
		return e->code;
	out->head.place = r->place;
	out->head.at = h.at;
	memcpy(out->head.key, r->key.public, KEY_LEN);
	key_sign(&r->key, head_bytes(r->arena, &h), out->head.signature);
	return 0;
}

static int
role_rotate(struct role *r, struct str organisation, struct answer *out,
	    struct err *e)
{
	struct key_pair next;
	struct last last;

	if (key_load(r->key_path.p, &r->key, e) < 0 ||
	    last_load(r, &last, e) < 0)
		return e->code;
	key_make(&next);
	if (key_save(r->next_path.p, &next, e) < 0)
		return e->code;

	struct head h = { .organisation = organisation,
			  .seq = last.seq,
			  .hash = last.hash };
	struct str msg = rotation_bytes(r->arena, &h, r->key.public,
					next.public);
	memcpy(out->rotation.old, r->key.public, KEY_LEN);
	memcpy(out->rotation.new, next.public, KEY_LEN);
	key_sign(&r->key, msg, out->rotation.by_old);
	key_sign(&next, msg, out->rotation.by_new);
	key_wipe(&next);
	return 0;
}

/* false for messages that get no answer; a fault waits for the next that
 * does. */
static bool
role_step(struct role *r, char ask, struct str msg, struct answer *out)
{
	struct err e = r->bad;
	int code = e.code;

	if (ask == ASK_BEGIN) {
		r->bad = (struct err){ 0 };
		(void)role_begin(r, msg, &r->bad); /* kept there */
		return false;
	}
	if (ask == ASK_ENTRY) {
		if (code == 0)
			(void)role_entry(r, msg, &r->bad); /* kept there */
		return false;
	}
	if (code == 0 && ask == ASK_MAKE)
		code = role_make(r, out, &e);
	else if (code == 0 && ask == ASK_LAST)
		code = last_load(r, &out->last, &e);
	else if (code == 0 && ask == ASK_SIGN)
		code = role_sign(r, out, &e);
	else if (code == 0 && ask == ASK_ROTATE)
		code = role_rotate(r, msg, out, &e);
	else if (code == 0)
		code = err_set(&e, -EINVAL, "unknown message");
	out->code = code;
	if (code < 0) {
		auto_buf words = { 0 };

		buf_init(&words, 4096);
		err_print(&e, NULL, NULL, &words);
		(void)snprintf(out->words, sizeof(out->words), "%s", words.p);
	}
	return true;
}

NORETURN static void
role_run(const char *keys, int fd)
{
	struct role r = { .arena = arena_new() };
	struct str dir = str_c(keys);
	struct err e = { 0 };
	char *msg = arena_alloc(r.arena, MESSAGE_MAX);

	r.key_path = fs_join(r.arena, dir, STR("journal.key"));
	r.next_path = fs_join(r.arena, dir, STR("journal.key.next"));
	r.public_path = fs_join(r.arena, dir, STR("journal.pub"));
	r.last_path = fs_join(r.arena, dir, STR("journal.last"));
	const struct sandbox_path paths[] = { { keys, "rw" }, { 0 } };
	const struct sandbox box = { .promises = "stdio wpath",
				     .paths = paths,
				     .file_size = 65536,
				     .n_files = 16 };
	if (sandbox_enter(&box, &e) < 0)
		_exit(1);
	for (;;) {
		ssize_t n = read(fd, msg, MESSAGE_MAX);
		struct answer out = { 0 };

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (role_step(&r, msg[0],
			      (struct str){ msg + 1, (size_t)n - 1 }, &out) &&
		    write(fd, &out, sizeof(out)) != (ssize_t)sizeof(out))
			break;
	}
	key_wipe(&r.key);
	_exit(0);
}

/* --- how it is asked --- */

struct signer {
	int fd;
	pid_t pid;
};

int
signer_open(struct arena *a, const char *keys, struct signer **ret,
	    struct err *e)
{
	int pair[2];

	if (fs_mkdirs(keys, 0700, e) < 0)
		return e->code;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "cannot start the process that signs");
	pid_t pid = fork();
	if (pid < 0) {
		(void)err_sys(e, "cannot start the process that signs");
		(void)close(pair[0]); /* never used */
		(void)close(pair[1]);
		return e->code;
	}
	if (pid == 0) {
		/* Of the databases and all else nothing stays open. */
		if (dup2(pair[1], 3) != 3 || close_range(4, ~0U, 0) < 0)
			_exit(1);
		role_run(keys, 3);
	}
	(void)close(pair[1]); /* the other end has it */
	struct signer *s = ARENA_NEW(a, struct signer);
	*s = (struct signer){ pair[0], pid };
	*ret = s;
	return 0;
}

void
signer_close(struct signer *s)
{
	if (s == NULL)
		return;
	(void)close(s->fd); /* the process ends at the end of its input */
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int
tell(struct signer *s, char ask, struct str msg, struct err *e)
{
	char p[MESSAGE_MAX];

	if (msg.len > sizeof(p) - 1)
		return err_set(e, -EFBIG, "an entry is too large to sign");
	p[0] = ask;
	if (msg.len > 0)
		memcpy(p + 1, msg.p, msg.len);
	for (;;) {
		ssize_t n = send(s->fd, p, msg.len + 1, MSG_NOSIGNAL);

		if (n >= 0)
			return 0;
		if (errno != EINTR)
			return err_sys(e, "the process that signs is gone");
	}
}

static int
question(struct signer *s, char ask, struct str msg, struct answer *ret,
	 struct err *e)
{
	ssize_t n;

	if (tell(s, ask, msg, e) < 0)
		return e->code;
	do
		n = read(s->fd, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*ret))
		return err_set(e, -EIO, "the process that signs is gone");
	ret->words[sizeof(ret->words) - 1] = '\0';
	if (ret->code < 0)
		return err_set(e, ret->code, "%s", ret->words);
	return 0;
}

int
signer_make(struct signer *s, uint8_t ret[KEY_LEN], struct err *e)
{
	struct answer out;

	if (question(s, ASK_MAKE, STR(""), &out, e) < 0)
		return e->code;
	memcpy(ret, out.key, KEY_LEN);
	return 0;
}

int
signer_last(struct signer *s, int64_t *ret_seq, struct hash *ret, struct err *e)
{
	struct answer out;

	if (question(s, ASK_LAST, STR(""), &out, e) < 0)
		return e->code;
	*ret_seq = out.last.seq;
	*ret = out.last.hash;
	return 0;
}

int
signer_begin(struct signer *s, struct str organisation,
	     const uint8_t key[KEY_LEN], bool restored, struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	buf_char(&b, restored ? 1 : 0);
	buf_add(&b, key, KEY_LEN);
	buf_str(&b, organisation);
	return tell(s, ASK_BEGIN, buf_view(&b), e);
}

int
signer_entry(struct signer *s, const struct entry *en, struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, MESSAGE_MAX);
	entry_bytes(en, &b);
	return tell(s, ASK_ENTRY, buf_view(&b), e);
}

int
signer_sign(struct signer *s, struct head *ret, struct err *e)
{
	struct answer out;

	if (question(s, ASK_SIGN, STR(""), &out, e) < 0)
		return e->code;
	ret->seq = out.head.place.seq;
	ret->hash = out.head.place.hash;
	ret->at = out.head.at;
	memcpy(ret->key, out.head.key, KEY_LEN);
	memcpy(ret->signature, out.head.signature, SIGNATURE_LEN);
	ret->is_signed = true;
	return 0;
}

int
signer_rotate(struct signer *s, struct str organisation, struct rotation *ret,
	      struct err *e)
{
	struct answer out;

	if (question(s, ASK_ROTATE, organisation, &out, e) < 0)
		return e->code;
	*ret = out.rotation;
	return 0;
}
