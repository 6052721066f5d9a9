/*
 * host_sudo.c - table `host_sudo`: /etc/sudoers and what it includes; needs
 * root. Aliases of users are kept as written, those of commands, too.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/mask.h"
#include "tables/linux/sudoers.h"
#include "tables/table.h"

static int
scan(struct scan *s, struct err *e)
{
	struct sudoers su;

	int r = sudoers_load(s, &su, e);
	if (r == -ENOENT)
		return 0; /* no sudo, no rules */
	if (r < 0)
		return scan_cannot_err(s, SCAN_ALL, e);

	for (size_t i = 0; i < su.n_rules; i++) {
		const struct sudo_rule *rule = &su.rule[i];

		scan_c(s, HOST_SUDO_FILE, rule->file);
		scan_int(s, HOST_SUDO_LINE, rule->line);
		scan_text(s, HOST_SUDO_WHO, rule->who);
		scan_text(s, HOST_SUDO_RUN_AS, rule->run_as);
		scan_text(s, HOST_SUDO_COMMANDS,
			  mask_secrets(scan_arena(s), rule->commands));
		scan_bool(s, HOST_SUDO_NOPASSWD, rule->nopasswd);
		scan_bool(s, HOST_SUDO_ALL_COMMANDS, rule->all_commands);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	if (su.denied)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	if (su.full)
		return scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);
	return su.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_sudo = {
	.contract = &contract_host_sudo,
	.scan = scan,
};
