/* firewall_nft.c - what `nft -j list ruleset` prints. */
#include "tables/linux/firewall.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/num.h"

#define VALUE_MAX ((size_t)2048)
#define VALUE_DEPTH 8

/* Elements of named sets, as they are written. */
struct set {
	struct str family, table, name, elements;
	struct set *next;
};

struct nft {
	struct firewall *f;
	struct set *sets;
	struct str vmap; /* of the rule being read */
	int code;	 /* the first fault of a value that was read twice */
};

static void value_print(struct buf *out, struct json_read *r, int depth);

static void
list_print(struct buf *out, struct json_read *r, const char *sep, int depth)
{
	bool first = true;

	if (!json_read_array(r))
		return;
	while (json_read_item(r)) {
		if (!first)
			buf_c(out, sep);
		first = false;
		value_print(out, r, depth + 1);
	}
}

/* {"prefix": {"addr": "192.0.2.0", "len": 24}} */
static void
prefix_print(struct buf *out, struct json_read *r, int depth)
{
	struct str key;
	int64_t len = -1;

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		if (str_is(key, "addr"))
			value_print(out, r, depth + 1);
		else if (str_is(key, "len"))
			len = json_read_int(r, -1);
		else
			json_read_skip(r);
	}
	if (len >= 0)
		buf_fmt(out, "/%" PRId64, len);
}

/* {"val": 22, "timeout": 60} of an element */
static void
element_print(struct buf *out, struct json_read *r, int depth)
{
	struct str key;

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		if (str_is(key, "val"))
			value_print(out, r, depth + 1);
		else
			json_read_skip(r);
	}
}

static void
object_print(struct buf *out, struct json_read *r, int depth)
{
	struct str key;

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		if (str_is(key, "set"))
			list_print(out, r, ",", depth);
		else if (str_is(key, "range"))
			list_print(out, r, "-", depth);
		else if (str_is(key, "concat"))
			list_print(out, r, ".", depth);
		else if (str_is(key, "prefix"))
			prefix_print(out, r, depth);
		else if (str_is(key, "elem"))
			element_print(out, r, depth);
		else
			json_read_skip(r);
	}
}

static void
value_print(struct buf *out, struct json_read *r, int depth)
{
	switch (depth < VALUE_DEPTH ? json_read_kind(r) : JSON_BAD) {
	case JSON_TEXT:
		buf_str(out, json_read_text(r));
		break;
	case JSON_NUMBER:
		buf_fmt(out, "%" PRId64, json_read_int(r, -1));
		break;
	case JSON_ARRAY:
		list_print(out, r, ",", depth);
		break;
	case JSON_OBJECT:
		object_print(out, r, depth);
		break;
	case JSON_BOOL:
	case JSON_NULL:
	case JSON_BAD:
		json_read_skip(r);
		break;
	}
}

static struct str
set_elements(const struct nft *n, const struct fw_chain *c, struct str name)
{
	for (const struct set *x = n->sets; x != NULL; x = x->next) {
		if (str_eq(x->family, c->family) &&
		    str_eq(x->table, c->table) && str_eq(x->name, name))
			return x->elements;
	}
	return STR("");
}

/* The right side of a match as text; a named set gives its elements. */
static struct str
right_text(const struct nft *n, const struct fw_chain *c, struct str raw,
	   bool not )
{
	struct json_read r;
	auto_buf b = { 0 };

	buf_init(&b, VALUE_MAX);
	json_read_init(&r, n->f->arena, raw);
	if (not )
		buf_char(&b, '!');
	value_print(&b, &r, 0);

	struct str text = buf_view(&b);
	struct str elements = str_starts(text, "@")
				      ? set_elements(n, c, str_from(text, 1))
				      : STR("");
	if (elements.len > 0) {
		buf_reset(&b);
		json_read_init(&r, n->f->arena, elements);
		value_print(&b, &r, 0);
		text = buf_view(&b);
	}
	return str_copy(n->f->arena, text);
}

struct match {
	struct str op, kind, field, protocol, right;
};

/* {"payload": {"protocol": "tcp", "field": "dport"}}, {"meta": {"key":..}} */
static void
left_parse(struct json_read *r, struct match *m)
{
	struct str key;

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &m->kind)) {
		if (!json_read_object(r))
			continue;
		while (json_read_key(r, &key)) {
			if (str_is(key, "protocol"))
				m->protocol = json_read_text(r);
			else if (str_is(key, "field") || str_is(key, "key"))
				m->field = json_read_text(r);
			else
				json_read_skip(r);
		}
	}
}

static void
states_set(struct fw_rule *r, bool not, struct str list)
{
	struct str state;

	r->states = true;
	r->new_states = not ;
	while (str_next(&list, ',', &state)) {
		if (!str_is(state, "established") && !str_is(state, "related"))
			r->new_states = true;
	}
}

static bool
is_transport(struct str protocol)
{
	return str_is(protocol, "tcp") || str_is(protocol, "udp") ||
	       str_is(protocol, "sctp") || str_is(protocol, "dccp") ||
	       str_is(protocol, "udplite");
}

static void
match_apply(const struct nft *n, struct fw_rule *r, const struct match *m)
{
	const struct fw_chain *c = &n->f->chains[r->chain];
	bool not = str_is(m->op, "!=");
	struct str v = right_text(n, c, m->right, not );
	bool meta = str_is(m->kind, "meta"),
	     payload = str_is(m->kind, "payload");

	if (str_is(m->kind, "ct") && str_is(m->field, "state"))
		states_set(r, not, v);
	else if (meta &&
		 (str_is(m->field, "iifname") || str_is(m->field, "iif")))
		r->interface = v;
	else if (meta && str_is(m->field, "l4proto"))
		r->proto = v;
	else if (payload && str_is(m->field, "saddr"))
		r->source = v;
	else if (payload && str_is(m->field, "dport"))
		r->ports = v;
	else if (payload &&
		 (str_is(m->field, "protocol") || str_is(m->field, "nexthdr")))
		r->proto = v;
	else if (!meta || !str_is(m->field, "nfproto"))
		r->special = true;
	if (is_transport(m->protocol) || str_starts(m->protocol, "icmp"))
		r->proto = m->protocol;
}

static void
match_parse(struct nft *n, struct fw_rule *rule, struct json_read *r)
{
	struct match m = { .op = STR("==") };
	struct str key;

	rule->conditional = true;
	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		if (str_is(key, "op"))
			m.op = json_read_text(r);
		else if (str_is(key, "left"))
			left_parse(r, &m);
		else if (str_is(key, "right"))
			m.right = json_read_raw(r);
		else
			json_read_skip(r);
	}
	if (!r->bad)
		match_apply(n, rule, &m);
}

static void
jump_parse(struct fw_rule *rule, enum fw_verdict v, struct json_read *r)
{
	struct str key;

	rule->verdict = v;
	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		if (str_is(key, "target"))
			rule->target = json_read_text(r);
		else
			json_read_skip(r);
	}
}

/* One member of a statement: its name is taken, its value is next. */
static void
statement_parse(struct nft *n, struct fw_rule *rule, struct str name,
		struct json_read *r)
{
	static const struct {
		const char *name;
		enum fw_verdict verdict;
	} verdicts[] = {
		{ "accept", FW_ACCEPT }, { "drop", FW_DROP },
		{ "reject", FW_REJECT }, { "return", FW_RETURN },
		{ "queue", FW_OTHER },
	};
	static const char *const harmless[] = { "counter", "log", "mangle",
						"notrack", "quota" };

	if (str_is(name, "match")) {
		match_parse(n, rule, r);
		return;
	}
	if (str_is(name, "vmap")) {
		rule->conditional = true;
		rule->verdict = FW_OTHER;
		n->vmap = json_read_raw(r);
		return;
	}
	if (str_is(name, "jump") || str_is(name, "goto")) {
		jump_parse(rule, str_is(name, "jump") ? FW_JUMP : FW_GOTO, r);
		return;
	}
	json_read_skip(r);
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		if (str_is(name, verdicts[i].name)) {
			rule->verdict = verdicts[i].verdict;
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
		if (str_is(name, harmless[i]))
			return;
	}
	/* xt and what is new: it may or may not apply. */
	rule->conditional = true;
	rule->special |= !str_is(name, "limit");
}

static void
expressions_parse(struct nft *n, struct fw_rule *rule, struct json_read *r)
{
	struct str name;

	if (!json_read_array(r))
		return;
	while (json_read_item(r)) {
		if (!json_read_object(r))
			continue;
		while (json_read_key(r, &name))
			statement_parse(n, rule, name, r);
	}
}

/* ["invalid", {"drop": null}] */
static void
branch_parse(struct nft *n, struct fw_rule rule, struct match m,
	     struct json_read *r)
{
	struct str name;

	if (!json_read_array(r))
		return;
	if (json_read_item(r))
		m.right = json_read_raw(r);
	while (json_read_item(r)) {
		if (!json_read_object(r))
			continue;
		while (json_read_key(r, &name))
			statement_parse(n, &rule, name, r);
	}
	if (r->bad || m.right.len == 0)
		return;
	match_apply(n, &rule, &m);
	rule.conditional = true;
	firewall_rule_add(n->f, &rule);
	if (!n->f->full)
		n->f->rules[n->f->n_rules - 1].position = rule.position;
}

/* A map from values to verdicts is as many rules as it has values. */
static bool
branches_parse(struct nft *n, const struct fw_rule *rule, struct str vmap)
{
	struct match m = { .op = STR("==") };
	struct json_read r;
	struct str key, data = STR(""), word;
	size_t before = n->f->n_rules;

	json_read_init(&r, n->f->arena, vmap);
	if (!json_read_object(&r))
		return false;
	while (json_read_key(&r, &key)) {
		if (str_is(key, "key"))
			left_parse(&r, &m);
		else if (str_is(key, "data"))
			data = json_read_raw(&r);
		else
			json_read_skip(&r);
	}
	json_read_init(&r, n->f->arena, data);
	if (data.len == 0 || !json_read_object(&r))
		return false; /* a map with a name */
	while (json_read_key(&r, &word)) {
		if (!str_is(word, "set"))
			json_read_skip(&r);
		else if (json_read_array(&r))
			while (json_read_item(&r))
				branch_parse(n, *rule, m, &r);
	}
	return n->f->n_rules > before;
}

/* What an object of the list has, of whichever kind it is. */
struct thing {
	struct str family, table, name, chain, hook, policy, type, comment;
	struct str elements, expressions;
	int64_t handle;
};

static void
thing_parse(struct json_read *r, struct thing *t)
{
	struct str key;
	struct {
		const char *key;
		struct str *to;
	} texts[] = {
		{ "family", &t->family },   { "table", &t->table },
		{ "name", &t->name },	    { "chain", &t->chain },
		{ "hook", &t->hook },	    { "policy", &t->policy },
		{ "comment", &t->comment },
	};

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &key)) {
		struct str *to = NULL;

		for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
			if (str_is(key, texts[i].key))
				to = texts[i].to;
		}
		if (to != NULL)
			*to = json_read_text(r);
		else if (str_is(key, "type") && json_read_kind(r) == JSON_TEXT)
			t->type = json_read_text(r);
		else if (str_is(key, "elem"))
			t->elements = json_read_raw(r);
		else if (str_is(key, "expr"))
			t->expressions = json_read_raw(r);
		else if (str_is(key, "handle"))
			t->handle = json_read_int(r, 0);
		else
			json_read_skip(r);
	}
}

static void
chain_thing(struct nft *n, const struct thing *t)
{
	struct fw_chain c = {
		.family = t->family,
		.table = t->table,
		.name = t->name,
		.policy = str_is(t->policy, "drop") ? FW_DROP : FW_ACCEPT,
	};

	/* Chains for address translation decide nothing. */
	if (str_is(t->type, "filter")) {
		c.hook = str_is(t->hook, "input")     ? FW_IN
			 : str_is(t->hook, "output")  ? FW_OUT
			 : str_is(t->hook, "forward") ? FW_FORWARD
						      : FW_NONE;
	}
	(void)firewall_chain_add(n->f, &c);
}

static void
set_thing(struct nft *n, const struct thing *t)
{
	struct set *x = ARENA_NEW(n->f->arena, struct set);

	*x = (struct set){ t->family, t->table, t->name, t->elements, n->sets };
	n->sets = x;
}

static void
rule_thing(struct nft *n, const struct thing *t)
{
	struct fw_chain of = { .family = t->family, .table = t->table };
	struct fw_rule rule = { .handle = t->handle, .comment = t->comment };
	struct json_read r;

	rule.chain = firewall_chain_find(n->f, &of, t->chain);
	if (rule.chain == STR_NONE)
		return;
	json_read_init(&r, n->f->arena, t->expressions);
	n->vmap = STR("");
	if (t->expressions.len > 0)
		expressions_parse(n, &rule, &r);
	if (r.bad)
		n->code = -EBADMSG;
	struct str vmap = n->vmap;
	rule.position = firewall_position(n->f, rule.chain);
	if (vmap.len > 0 && branches_parse(n, &rule, vmap))
		return;
	firewall_rule_add(n->f, &rule);
}

static void
item_parse(struct nft *n, struct json_read *r, int round)
{
	struct str kind;

	if (!json_read_object(r))
		return;
	while (json_read_key(r, &kind)) {
		struct thing t = { 0 };

		thing_parse(r, &t);
		if (round == 0 && str_is(kind, "chain"))
			chain_thing(n, &t);
		else if (round == 0 && str_is(kind, "set"))
			set_thing(n, &t);
		else if (round == 1 && str_is(kind, "rule"))
			rule_thing(n, &t);
	}
}

int
firewall_nft_parse(struct firewall *f, struct str json, struct err *e)
{
	struct nft n = { .f = f };

	/* Chains and sets first: rules may name those further down. */
	for (int round = 0; round < 2; round++) {
		struct json_read r;
		struct str key;

		json_read_init(&r, f->arena, json);
		if (!json_read_object(&r))
			return err_set(e, -EBADMSG, "nft printed no rules");
		while (json_read_key(&r, &key)) {
			if (!str_is(key, "nftables"))
				json_read_skip(&r);
			else if (json_read_array(&r))
				while (json_read_item(&r))
					item_parse(&n, &r, round);
		}
		if (json_read_end(&r, e) < 0)
			return err_in(e, "rules of nft");
	}
	return n.code < 0 ? err_set(e, n.code, "a rule of nft makes no sense")
			  : 0;
}

/* "table inet filter {" ... "tcp dport 22 accept # handle 5" */
void
firewall_nft_text(struct firewall *f, struct str text)
{
	struct str line, family = STR(""), table = STR(""), word;
	size_t next = 0;

	while (str_next_line(&text, &line)) {
		size_t at = str_find_c(line, " # handle ");
		int64_t handle;

		if (str_starts(line, "table ")) {
			struct str rest = str_from(line, 6);

			family = table = STR("");
			if (str_next_word(&rest, &word))
				family = word;
			if (str_next_word(&rest, &word))
				table = word;
			continue;
		}
		if (at == STR_NONE ||
		    !num_try(str_from(line, at + 10), &handle))
			continue;
		/* Both lists have the same order, so the hit is near. */
		for (size_t i = 0; i < f->n_rules; i++) {
			struct fw_rule *r = &f->rules[(next + i) % f->n_rules];
			const struct fw_chain *c = &f->chains[r->chain];

			if (r->handle != handle || !str_eq(c->table, table) ||
			    !str_eq(c->family, family))
				continue;
			r->text = str_trim(str_first(line, at));
			next = (next + i) % f->n_rules;
			/* Others of the same rule stand right behind it. */
			while (next + 1 < f->n_rules &&
			       f->rules[next + 1].handle == handle &&
			       f->rules[next + 1].chain == r->chain)
				f->rules[++next].text = r->text;
			break;
		}
	}
}
