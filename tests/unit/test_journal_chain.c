/* test_journal_chain.c - the hashed bytes, against vectors made elsewhere */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/json_read.h"
#include "journal/chain.h"
#include "journal/head.h"

struct vectors {
	struct arena *arena;
	struct str text;
};

/* The raw JSON behind a path of names and positions, as "entry/body/0". */
static struct str
raw(struct vectors *v, const char *path)
{
	struct str rest = str_c(path), word, at = v->text;

	while (str_next(&rest, '/', &word)) {
		struct json_read r;
		struct str key, found = { NULL, 0 };

		json_read_init(&r, v->arena, at);
		if (json_read_kind(&r) == JSON_OBJECT) {
			json_read_object(&r);
			while (json_read_key(&r, &key)) {
				struct str one = json_read_raw(&r);
				found = str_eq(key, word) ? one : found;
			}
		} else {
			json_read_array(&r);
			for (int i = 0; json_read_item(&r); i++) {
				struct str one = json_read_raw(&r);
				found = i == word.p[0] - '0' ? one : found;
			}
		}
		at = found;
	}
	return at;
}

static struct str
text(struct vectors *v, const char *path)
{
	struct json_read r;
	struct str s = raw(v, path);

	assert_non_null(s.p);
	json_read_init(&r, v->arena, s);
	return json_read_text(&r);
}

static int64_t
number(struct vectors *v, const char *path)
{
	struct json_read r;

	json_read_init(&r, v->arena, raw(v, path));
	return json_read_int(&r, -1);
}

static struct str
bytes(struct vectors *v, const char *path)
{
	return hex_decode(v->arena, text(v, path));
}

static struct hash
hash_at(struct vectors *v, const char *path)
{
	struct hash h;

	assert_true(hash_from_hex(text(v, path), &h));
	return h;
}

static void
hex_is(struct vectors *v, const void *p, size_t len, const char *path)
{
	struct str got = hex_encode(v->arena, (struct str){ p, len });

	assert_string_equal(got.p, str_to_c(v->arena, text(v, path)));
}

static void
vectors_init(struct vectors *v)
{
	struct err e = { 0 };

	v->arena = arena_new();
	assert_int_equal(fs_read(v->arena, "tests/unit/journal_vectors.json",
				 65536, &v->text, &e),
			 0);
}

static void
test_merkle(void **state)
{
	(void)state;
	struct vectors v;
	struct merkle m;

	vectors_init(&v);
	merkle_init(&m);
	for (int n = 0; n <= 8; n++) {
		char path[40];

		(void)snprintf(path, sizeof(path), "merkle/roots/%d", n);
		struct hash root = merkle_root(&m);
		hex_is(&v, root.b, HASH_LEN, path);
		if (n == 8)
			break;
		(void)snprintf(path, sizeof(path), "merkle/inputs/%d", n);
		struct str in = bytes(&v, path);
		merkle_add(&m, in.p, in.len);
	}
	arena_free(v.arena);
}

static void
test_entry(void **state)
{
	(void)state;
	struct vectors v;
	struct merkle m;
	auto_buf b = { 0 };

	vectors_init(&v);
	merkle_init(&m);
	for (int i = 0; i < 3; i++) {
		struct vectors one = { v.arena, { 0 } };
		struct field f = { .open = true };
		char path[40];

		(void)snprintf(path, sizeof(path), "entry/body/%d", i);
		one.text = raw(&v, path);
		f.name = text(&one, "field");
		f.value = text(&one, "value");
		assert_true(class_parse(text(&one, "class"), &f.class));
		memcpy(f.salt, bytes(&one, "salt").p, SALT_LEN);
		f.seal = field_seal(&f);
		hex_is(&one, f.seal.b, HASH_LEN, "seal");
		merkle_add_field(&m, &f);
	}
	struct entry en = {
		.seq = number(&v, "entry/entry"),
		.at = number(&v, "entry/at"),
		.actor = text(&v, "entry/actor"),
		.kind = text(&v, "entry/kind"),
		.subject = text(&v, "entry/subject"),
		.body_root = merkle_root(&m),
		.prev = hash_at(&v, "entry/prev"),
	};
	hex_is(&v, en.body_root.b, HASH_LEN, "entry/body_root");
	buf_init(&b, 4096);
	entry_bytes(&en, &b);
	hex_is(&v, b.p, b.len, "entry/bytes");
	struct hash h = entry_hash(&en);
	hex_is(&v, h.b, HASH_LEN, "entry/hash");
	arena_free(v.arena);
}

static void
head_read(struct vectors *v, struct head *h)
{
	*h = (struct head){ .organisation = text(v, "head/organisation"),
			    .seq = number(v, "head/entry"),
			    .hash = hash_at(v, "head/hash"),
			    .at = number(v, "head/at"),
			    .is_signed = true };
	memcpy(h->key, bytes(v, "head/key").p, KEY_LEN);
	memcpy(h->signature, bytes(v, "head/signature").p, SIGNATURE_LEN);
}

static void
test_head(void **state)
{
	(void)state;
	struct vectors v;
	struct head h;

	vectors_init(&v);
	head_read(&v, &h);
	struct str msg = head_bytes(v.arena, &h);
	hex_is(&v, msg.p, msg.len, "head/bytes");
	assert_true(head_verify(&h));
	struct key_pair k;
	uint8_t sig[SIGNATURE_LEN];
	memcpy(k.secret, bytes(&v, "head/secret").p, KEY_LEN);
	memcpy(k.public, h.key, KEY_LEN);
	key_sign(&k, msg, sig);
	hex_is(&v, sig, SIGNATURE_LEN, "head/signature");
	h.at++;
	assert_false(head_verify(&h));
	arena_free(v.arena);
}

static void
test_anchor(void **state)
{
	(void)state;
	struct vectors v;
	struct head h, back;
	struct err e = { 0 };
	auto_buf b = { 0 };

	vectors_init(&v);
	head_read(&v, &h);
	buf_init(&b, 65536);
	anchor_print(v.arena, &h, &b);
	assert_int_equal(anchor_parse(v.arena, buf_view(&b), &back, &e), 0);
	assert_true(back.is_signed && head_verify(&back));
	assert_true(str_eq(back.organisation, h.organisation));
	/* By hand: two lines less, and blanks. */
	assert_int_equal(anchor_parse(v.arena,
				      STR("yamori journal anchor 1\n"
					  "entry:  7 \nat: 1\nhash: "
					  "00000000000000000000000000000000"
					  "0000000000000000000000000000000a"
					  "\n"),
				      &back, &e),
			 0);
	assert_false(back.is_signed);
	assert_int_equal(back.seq, 7);
	static const char *const bad[] = {
		"",
		"entry: 1\n",
		"yamori journal anchor 1\nentry: x\nat: 1\n",
		"yamori journal anchor 1\nentry: 1\nat: 1\nhash: 00\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
			anchor_parse(v.arena, str_c(bad[i]), &back, &e),
			-EBADMSG);
	arena_free(v.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merkle),
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_anchor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
