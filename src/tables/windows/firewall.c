/* firewall.c - rules of the Windows firewall, as the registry holds them. */
#include "tables/windows/firewall.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tables/windows/win.h"

#define RULES_MAX ((size_t)20000)
#define LIST_MAX ((size_t)8192)

/* Names the system gives to ports that it chooses itself. */
static const struct {
	const char *name, *ports;
} port_names[] = {
	{ "RPC", "49152-65535" },     { "RPC-EPMap", "135" },
	{ "IPHTTPSIn", "443" },	      { "IPHTTPSOut", "443" },
	{ "Ply2Disc", "1024-65535" }, { "mDNS", "5353" },
	{ "CORTANA_OUT", "any" },
};

static void
list_add(struct buf *b, struct str v)
{
	if (b->len > 0)
		buf_char(b, ',');
	buf_str(b, v);
}

static void
port_add(struct buf *b, struct str v)
{
	for (size_t i = 0; i < ARRAY_LEN(port_names); i++) {
		if (str_is(v, port_names[i].name))
			v = str_c(port_names[i].ports);
	}
	list_add(b, v);
}

static const char *
proto_name(struct str number)
{
	if (str_is(number, "6"))
		return "tcp";
	if (str_is(number, "17"))
		return "udp";
	if (str_is(number, "1"))
		return "icmp";
	if (str_is(number, "58"))
		return "icmp6";
	return str_is(number, "256") ? "any" : NULL;
}

struct lists {
	struct buf profiles, ports, source, interface;
};

static void
field_read(struct fw_rule *r, struct lists *l, struct str key, struct str v)
{
	if (str_is(key, "Action"))
		r->allow = !str_is(v, "Block");
	else if (str_is(key, "Active"))
		r->active = win_same(v, STR("TRUE"));
	else if (str_is(key, "Dir"))
		r->in = str_is(v, "In");
	else if (str_is(key, "Protocol"))
		r->proto_number = v;
	else if (str_is(key, "Name"))
		r->name = v;
	else if (str_is(key, "Profile"))
		list_add(&l->profiles, str_is(v, "Domain")    ? STR("domain")
				       : str_is(v, "Private") ? STR("private")
							      : STR("public"));
	else if (str_is(key, "LPort") || str_is(key, "LPort2_10"))
		port_add(&l->ports, v);
	else if (str_starts(key, "RA4") || str_starts(key, "RA6"))
		list_add(&l->source, v);
	else if (str_is(key, "IFType") || str_is(key, "IF"))
		list_add(&l->interface, v);
}

static struct str
list_end(struct arena *a, struct buf *b)
{
	struct str v = STR("any");

	if (b->len > 0)
		v = str_copy(a, buf_view(b));
	buf_done(b);
	return v;
}

bool
fw_rule_parse(struct arena *a, struct str text, struct fw_rule *ret)
{
	struct fw_rule r = { .text = text, .allow = true };
	struct lists l = { 0 };
	struct str rest = text, part;

	if (!str_starts(text, "v") || str_find(text, '|') == STR_NONE)
		return false;
	buf_init(&l.profiles, LIST_MAX);
	buf_init(&l.ports, LIST_MAX);
	buf_init(&l.source, LIST_MAX);
	buf_init(&l.interface, LIST_MAX);
	while (str_next(&rest, '|', &part)) {
		if (str_find(part, '=') != STR_NONE)
			field_read(&r, &l, str_until(part, '='),
				   str_after(part, '='));
	}
	r.profiles = list_end(a, &l.profiles);
	r.ports = list_end(a, &l.ports);
	r.source = list_end(a, &l.source);
	r.interface = list_end(a, &l.interface);
	/* No protocol means every one. */
	r.proto = r.proto_number.len == 0 ? "any" : proto_name(r.proto_number);
	*ret = r;
	return true;
}

int
fw_rules_load(struct scan *s, struct fw_rules *ret, struct err *e)
{
	static const char *const keys[] = {
		WIN_POLICIES "Microsoft\\WindowsFirewall\\FirewallRules",
		WIN_SERVICES "SharedAccess\\Parameters\\FirewallPolicy\\"
			     "FirewallRules",
	};
	struct fw_rules all = { .rules = ARENA_ARRAY(scan_arena(s), RULES_MAX,
						     struct fw_rule) };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct reg_key k;
		int r = scan_reg(s, keys[i], &k, e);

		if (r == -ENOENT && i == 0)
			continue; /* no policy */
		if (r < 0)
			return r;
		for (size_t n = 0; n < k.n_values; n++) {
			struct fw_rule *to = &all.rules[all.n];

			if (all.n == RULES_MAX)
				return err_set(e, -E2BIG, "too many rules");
			if (k.values[n].kind == REG_KIND_TEXT &&
			    fw_rule_parse(scan_arena(s), k.values[n].text,
					  to) &&
			    to->active)
				all.n++;
		}
	}
	*ret = all;
	return 0;
}
