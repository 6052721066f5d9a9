/* tables.c - the journaled tables of the first migrations. */
#include "journal/journal.h"

#define PLAIN(c)                                                               \
	{                                                                      \
		c, CLASS_PLAIN                                                 \
	}
#define PERSONAL(c)                                                            \
	{                                                                      \
		c, CLASS_PERSONAL                                              \
	}

static const struct journal_column journal_table_cols[] = {
	PLAIN("name"),
	PLAIN("shape"),
};

static const struct journal_column journal_actor_cols[] = {
	PLAIN("id"),
	PERSONAL("name"),
};

static const struct journal_column org_cols[] = {
	PLAIN("id"),	  PLAIN("name"), PLAIN("size"), PLAIN("level"),
	PLAIN("answers"), PLAIN("zone"), PLAIN("lang"), PLAIN("created_at"),
};

static const struct journal_column org_role_cols[] = {
	PLAIN("role"),
	PERSONAL("holder"),
};

static const struct journal_column policy_value_cols[] = {
	PLAIN("name"),
	PLAIN("value"),
	PLAIN("reason"),
};

static const struct journal_column policy_exclude_cols[] = {
	PLAIN("control"),
	PLAIN("reason"),
};

static const struct journal_column policy_pending_cols[] = {
	PLAIN("id"),	     PLAIN("asked_at"), PERSONAL("asked_by"),
	PLAIN("what"),	     PLAIN("state"),	PERSONAL("decided_by"),
	PLAIN("decided_at"),
};

static const struct journal_column adopted_cols[] = {
	PLAIN("id"),
	PLAIN("kind"),
	PLAIN("text"),
	PLAIN("text_hash"),
};

static const struct journal_column declaration_cols[] = {
	PLAIN("control"),	 PLAIN("answer"),      PLAIN("sentence"),
	PERSONAL("declared_by"), PLAIN("declared_at"), PLAIN("until_on"),
};

static const struct journal_column postponed_cols[] = {
	PLAIN("control"),
	PLAIN("until_on"),
};

static const struct journal_column host_entry_cols[] = {
	PLAIN("host_id"), PLAIN("name"),	PLAIN("platform"),
	PLAIN("role"),	  PLAIN("state"),	PLAIN("enrolled_at"),
	PLAIN("origin"),  PLAIN("enrolled_on"), PLAIN("machine_id"),
};

static const struct journal_column finding_cols[] = {
	PLAIN("id"),	       PLAIN("control"),      PLAIN("subject"),
	PLAIN("host_id"),      PLAIN("state"),	      PLAIN("opened_at"),
	PLAIN("closed_at"),    PLAIN("detail"),	      PLAIN("waived_until_on"),
	PLAIN("waive_reason"), PERSONAL("waived_by"),
};

#define TABLE(t, k)                                                            \
	{                                                                      \
#t, k, false, t##_cols, ARRAY_LEN(t##_cols)                    \
	}

/* journal_table is first: the others leave a row in it. */
const struct journal_table journal_base_tables[] = {
	TABLE(journal_table, "name"),
	TABLE(journal_actor, "id"),
	TABLE(adopted, "id"),
	TABLE(declaration, "control"),
	TABLE(finding, "id"),
	TABLE(host_entry, "host_id"),
	TABLE(org, "id"),
	TABLE(org_role, "role"),
	TABLE(policy_exclude, "control"),
	TABLE(policy_pending, "id"),
	TABLE(policy_value, "name"),
	TABLE(postponed, "control"),
};
const size_t n_journal_base_tables = ARRAY_LEN(journal_base_tables);
