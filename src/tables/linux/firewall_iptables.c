/* firewall_iptables.c - what iptables-save and ip6tables-save print. */
#include "tables/linux/firewall.h"

#include "base/arena.h"
#include "base/err.h"

#define WORDS_MAX ((size_t)256)

struct words {
	struct str w[WORDS_MAX];
	size_t n;
};

/* A word may be in quotes, with \" in it; the quotes fall away. */
static bool
word_take(struct arena *a, struct str *rest, struct str *ret)
{
	struct str s = str_trim(*rest);

	if (s.len == 0)
		return false;
	if (s.p[0] != '"') {
		*rest = s;
		return str_next_word(rest, ret);
	}
	char *out = arena_alloc(a, s.len);
	size_t n = 0, i = 1;
	for (; i < s.len && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len)
			i++;
		out[n++] = s.p[i];
	}
	*ret = (struct str){ out, n };
	*rest = str_from(s, i + 1);
	return true;
}

static void
words_split(struct arena *a, struct str line, struct words *ret)
{
	ret->n = 0;
	while (ret->n < WORDS_MAX && word_take(a, &line, &ret->w[ret->n]))
		ret->n++;
}

static enum fw_verdict
target_verdict(struct str target)
{
	static const struct {
		const char *name;
		enum fw_verdict verdict;
	} known[] = {
		{ "ACCEPT", FW_ACCEPT },   { "DROP", FW_DROP },
		{ "REJECT", FW_REJECT },   { "RETURN", FW_RETURN },
		{ "LOG", FW_CONTINUE },	   { "NFLOG", FW_CONTINUE },
		{ "MARK", FW_CONTINUE },   { "CONNMARK", FW_CONTINUE },
		{ "TCPMSS", FW_CONTINUE }, { "TRACE", FW_CONTINUE },
		{ "AUDIT", FW_CONTINUE },  { "QUEUE", FW_OTHER },
		{ "NFQUEUE", FW_OTHER },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_is(target, known[i].name))
			return known[i].verdict;
	}
	return FW_JUMP;
}

static struct str
negated(struct arena *a, bool not, struct str v)
{
	return not ? str_fmt(a, "!%.*s", STR_ARG(v)) : v;
}

/* 137:139 is a range here, 137-139 in the table. */
static struct str
ports_text(struct arena *a, struct str v)
{
	char *p = str_to_c(a, v);

	for (char *c = p; *c != '\0'; c++) {
		if (*c == ':')
			*c = '-';
	}
	return (struct str){ p, v.len };
}

static void
states_set(struct fw_rule *r, bool not, struct str list)
{
	struct str state;

	r->states = true;
	r->new_states = not ;
	while (str_next(&list, ',', &state)) {
		if (!str_is(state, "ESTABLISHED") && !str_is(state, "RELATED"))
			r->new_states = true;
	}
}

/* Those whose options are told, or change nothing about who is meant. */
static bool
is_known_match(struct str name)
{
	static const char *const known[] = {
		"comment", "tcp",   "udp",  "multiport", "conntrack",
		"state",   "limit", "icmp", "icmp6",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_is(name, known[i]))
			return true;
	}
	return false;
}

/* true when the option has a value, which is then used up. */
static bool
option(struct arena *a, struct fw_rule *r, struct str name, struct str value,
       bool not )
{
	struct str v = negated(a, not, value);

	if (str_is(name, "-j") || str_is(name, "-g")) {
		r->target = value;
		r->verdict = str_is(name, "-g") ? FW_GOTO
						: target_verdict(value);
		return true;
	}
	if (str_is(name, "--comment")) {
		r->comment = value;
		return true;
	}
	if (str_is(name, "-m")) { /* some look for something without options */
		if (!str_is(value, "comment"))
			r->conditional = true;
		if (!is_known_match(value))
			r->special = true;
		return true;
	}
	if (str_is(name, "--reject-with"))
		return true;
	/* Options of LOG and its like are no condition either. */
	if (r->target.len > 0 || !str_starts(name, "-"))
		return false;

	r->conditional = true;
	if (str_is(name, "-p"))
		r->proto = v;
	else if (str_is(name, "-s"))
		r->source = v;
	else if (str_is(name, "-i"))
		r->interface = v;
	else if (str_is(name, "--dport") || str_is(name, "--dports"))
		r->ports = ports_text(a, v);
	else if (str_is(name, "--ctstate") || str_is(name, "--state"))
		states_set(r, not, value);
	else {
		r->special |= !str_starts(name, "--limit");
		return false;
	}
	return true;
}

static void
rule_parse(struct firewall *f, struct fw_chain *c, struct str line)
{
	struct words *w = ARENA_NEW(f->arena, struct words);
	struct fw_rule r = { .text = line };
	bool not = false;

	words_split(f->arena, line, w);
	if (w->n < 2)
		return;
	r.chain = firewall_chain_find(f, c, w->w[1]);
	if (r.chain == STR_NONE)
		return;
	for (size_t i = 2; i < w->n; i++) {
		struct str value = i + 1 < w->n ? w->w[i + 1] : STR("");

		if (str_is(w->w[i], "!")) {
			not = true;
			continue;
		}
		if (option(f->arena, &r, w->w[i], value, not ))
			i++;
		not = false;
	}
	if (w->n == WORDS_MAX) /* who knows what the rest asks for */
		r.conditional = true;
	firewall_rule_add(f, &r);
}

/* ":INPUT DROP [0:0]" */
static void
chain_parse(struct firewall *f, struct fw_chain *c, struct str line)
{
	static const struct {
		const char *name;
		enum fw_hook hook;
	} hooks[] = {
		{ "INPUT", FW_IN },
		{ "OUTPUT", FW_OUT },
		{ "FORWARD", FW_FORWARD },
	};
	struct str name, policy;

	if (!str_next_word(&line, &name) || !str_next_word(&line, &policy))
		return;
	c->name = name;
	c->hook = FW_NONE;
	c->policy = str_is(policy, "DROP") ? FW_DROP : FW_ACCEPT;
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
		if (str_is(c->table, "filter") && str_is(name, hooks[i].name))
			c->hook = hooks[i].hook;
	}
	(void)firewall_chain_add(f, c);
}

/* nft shows the same tables, but not what the extensions look for. */
static void
nft_leave_out(struct firewall *f, const struct fw_chain *c)
{
	for (size_t i = 0; i < f->n_chains; i++) {
		struct fw_chain *x = &f->chains[i];

		if (!x->from_iptables && str_eq(x->family, c->family) &&
		    str_eq(x->table, c->table))
			x->left_out = true;
	}
}

int
firewall_iptables_parse(struct firewall *f, const char *family, struct str text,
			struct err *e)
{
	struct fw_chain c = { .family = str_c(family), .from_iptables = true };
	bool through_nft = false, open = false;
	struct str line;

	while (str_next_line(&text, &line)) {
		if (str_starts(line, "#")) {
			through_nft |= str_has(line, "(nf_tables)");
		} else if (str_starts(line, "*")) {
			c.table = str_from(line, 1);
			open = true;
			if (through_nft)
				nft_leave_out(f, &c);
		} else if (str_is(line, "COMMIT")) {
			open = false;
		} else if (open && str_starts(line, ":")) {
			chain_parse(f, &c, str_from(line, 1));
		} else if (open && str_starts(line, "-A ")) {
			rule_parse(f, &c, line);
		} else if (line.len > 0) {
			return err_set(e, -EBADMSG,
				       "the rules of iptables make no sense");
		}
	}
	if (open)
		return err_set(e, -EBADMSG, "the rules of iptables end early");
	return 0;
}
