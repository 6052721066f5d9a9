/* firewall.h - packet filters of Linux, whatever tool made them. */
#ifndef TABLES_LINUX_FIREWALL_H
#define TABLES_LINUX_FIREWALL_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define FIREWALL_CHAINS_MAX ((size_t)5000)
#define FIREWALL_RULES_MAX ((size_t)20000)

enum fw_hook {
	FW_NONE, /* reached by a jump only, or not about filtering */
	FW_IN,
	FW_OUT,
	FW_FORWARD,
};

enum fw_verdict {
	FW_CONTINUE, /* nothing is decided: count, log, mark */
	FW_ACCEPT,
	FW_DROP,
	FW_REJECT,
	FW_RETURN,
	FW_JUMP,
	FW_GOTO,
	FW_OTHER, /* queue and the like */
};

struct fw_chain {
	struct str family; /* ip, ip6, inet */
	struct str table, name;
	enum fw_hook hook;
	enum fw_verdict policy; /* of a chain with a hook */
	bool from_iptables;	/* not from nft */
	bool left_out;		/* iptables knows this table better than nft */
};

struct fw_rule {
	size_t chain;
	int64_t position; /* from 1; firewall_rule_add sets it */
	int64_t handle;	  /* nft's number; 0 = none */
	enum fw_verdict verdict;
	struct str target; /* of a jump */
	bool conditional;
	bool special;	 /* on something that none of the following tells */
	bool states;	 /* looks at the state of the connection ... */
	bool new_states; /* ... and takes others than established, related */
	struct str comment;
	/* Empty = any; "!" in front = all but these. */
	struct str proto, ports, source, interface;
	struct str text; /* empty = not known */
};

struct firewall {
	struct arena *arena;
	struct fw_chain *chains;
	size_t n_chains;
	struct fw_rule *rules;
	size_t n_rules;
	bool full; /* a bound was met */
};

void firewall_init(struct firewall *f, struct arena *a);
size_t firewall_chain_add(struct firewall *f, const struct fw_chain *c);
void firewall_rule_add(struct firewall *f, const struct fw_rule *r);

/* The place of the next rule in this chain. */
int64_t firewall_position(const struct firewall *f, size_t chain);

/* STR_NONE when there is none. */
size_t firewall_chain_find(const struct firewall *f, const struct fw_chain *c,
			   struct str name);

/* Hermetic: `nft -j list ruleset`, its text with handles, *tables-save. */
int firewall_nft_parse(struct firewall *f, struct str json, struct err *e);
void firewall_nft_text(struct firewall *f, struct str text);
int firewall_iptables_parse(struct firewall *f, const char *family,
			    struct str text, struct err *e);

/*
 * All that is loaded now, shared between tables. -ENOENT when no tool can
 * ask the kernel, -EPERM without the rights.
 */
int firewall_load(struct scan *s, const struct firewall **ret, struct err *e);

/*
 * What happens to a packet no condition of any rule speaks of: the policy of
 * the chains on that hook, or what a rule without condition says first. Of
 * several chains the strictest counts. FW_CONTINUE when there is no chain.
 */
enum fw_verdict firewall_default(const struct firewall *f, bool from_iptables,
				 const char *family, enum fw_hook hook);

/* By chain: the first hook from which it is reached; in before the others. */
void firewall_hooks(const struct firewall *f, enum fw_hook *ret);

bool fw_covers(const struct fw_chain *c, const char *family);
const char *fw_verdict_name(enum fw_verdict v); /* accept, ..., other */

/* Who set it up: ufw, firewalld or "". */
const char *firewall_manager(struct scan *s, const struct firewall *f);

/* 1 something brings rules up at boot, 0 nothing does, -1 not known. */
int firewall_at_boot(struct scan *s);

#endif
