/* image.c - how the catalog lies in its database. */
#include "catalog/image.h"

#include "base/buf.h"

#define OFF(type, member) offsetof(struct type, member)
#define STR_COL(type, member)                                                  \
	{                                                                      \
		.name = #member, .kind = COL_KIND_STR,                         \
		.off = OFF(type, member)                                       \
	}
#define WORDS_COL(type, member)                                                \
	{                                                                      \
		.name = #member, .kind = COL_KIND_WORDS,                       \
		.off = OFF(type, member)                                       \
	}
#define INT_COL(type, member)                                                  \
	{                                                                      \
		.name = #member, .kind = COL_KIND_INT,                         \
		.off = OFF(type, member)                                       \
	}
#define INT64_COL(type, member)                                                \
	{                                                                      \
		.name = #member, .kind = COL_KIND_INT64,                       \
		.off = OFF(type, member)                                       \
	}
#define BOOL_COL(type, member)                                                 \
	{                                                                      \
		.name = #member, .kind = COL_KIND_BOOL,                        \
		.off = OFF(type, member)                                       \
	}
#define NAMES_COL(type, member, list)                                          \
	{                                                                      \
		.name = #member, .kind = COL_KIND_NAMES,                       \
		.off = OFF(type, member), .names = list,                       \
		.n_names = ARRAY_LEN(list)                                     \
	}
#define COLS(list) .cols = list, .n_cols = ARRAY_LEN(list)
#define PART(type, ptr, count)                                                 \
	.off_list = OFF(type, ptr), .off_n = OFF(type, count)

static const char *const condition_names[] = { "is", "min", "max" };
static const char *const event_names[] = { "", "on", "before", "after",
					   "within" };

static const struct col control_cols[] = {
	STR_COL(control, id),
	STR_COL(control, area),
	BOOL_COL(control, complete),
	NAMES_COL(control, level, level_names),
	NAMES_COL(control, strength, strength_names),
	NAMES_COL(control, kind, control_kind_names),
	STR_COL(control, pack),
	STR_COL(control, done_by),
	STR_COL(control, subject),
	WORDS_COL(control, title),
	WORDS_COL(control, text),
	WORDS_COL(control, why),
	WORDS_COL(control, fix),
	WORDS_COL(control, attack),
	WORDS_COL(control, note_today),
	WORDS_COL(control, question),
	STR_COL(control, effort),
	INT_COL(control, impact),
	BOOL_COL(control, costs_money),
	{ "every", COL_KIND_STR, OFF(control, cadence.every), NULL, 0 },
	{ "every_param", COL_KIND_STR, OFF(control, cadence.every_param), NULL,
	  0 },
	{ "event_when", COL_KIND_NAMES, OFF(control, cadence.when), event_names,
	  ARRAY_LEN(event_names) },
	{ "event", COL_KIND_STR, OFF(control, cadence.event), NULL, 0 },
	{ "event_within", COL_KIND_STR, OFF(control, cadence.within), NULL, 0 },
	STR_COL(control, assess),
};

static const struct col parameter_cols[] = {
	STR_COL(parameter, name),
	NAMES_COL(parameter, type, param_type_names),
	{ "default_value", COL_KIND_STR, OFF(parameter, def), NULL, 0 },
	{ "min_value", COL_KIND_STR, OFF(parameter, min), NULL, 0 },
	{ "max_value", COL_KIND_STR, OFF(parameter, max), NULL, 0 },
	WORDS_COL(parameter, label),
};

static const struct col condition_cols[] = {
	STR_COL(condition, answer),
	NAMES_COL(condition, test, condition_names),
	INT64_COL(condition, value),
};

static const struct col use_cols[] = {
	STR_COL(use, name),
	{ "of_control", COL_KIND_STR, OFF(use, control), NULL, 0 },
	{ "of_parameter", COL_KIND_STR, OFF(use, parameter), NULL, 0 },
};

static const struct col source_cols[] = {
	STR_COL(source_ref, doc),
	STR_COL(source_ref, at),
};

static const struct shape control_parts[] = {
	{ "control_parameter", "control_id",
	  PART(control, parameters, n_parameters), COLS(parameter_cols),
	  sizeof(struct parameter) },
	{ "control_condition", "control_id",
	  PART(control, conditions, n_conditions), COLS(condition_cols),
	  sizeof(struct condition) },
	{ "control_use", "control_id", PART(control, uses, n_uses),
	  COLS(use_cols), sizeof(struct use) },
	{ "control_source", "control_id", PART(control, sources, n_sources),
	  COLS(source_cols), sizeof(struct source_ref) },
};

static const struct text_list control_lists[] = {
	{ "covers", PART(control, covers, n_covers) },
	{ "primary", PART(control, primary, n_primary) },
	{ "needs", PART(control, needs, n_needs) },
	{ "also_by", PART(control, also_by, n_also_by) },
	{ "proof", PART(control, proof, n_proof) },
	{ "rechecks", PART(control, rechecks, n_rechecks) },
};

static const struct col ledger_cols[] = {
	STR_COL(ledger, id),
	INT_COL(ledger, version),
	NAMES_COL(ledger, level, level_names),
	WORDS_COL(ledger, title),
	WORDS_COL(ledger, purpose),
	WORDS_COL(ledger, state_label),
	STR_COL(ledger, retention),
	STR_COL(ledger, flow_note),
};

static const struct col field_cols[] = {
	STR_COL(ledger_field, name),
	NAMES_COL(ledger_field, type, field_type_names),
	{ "ref_to", COL_KIND_STR, OFF(ledger_field, to), NULL, 0 },
	WORDS_COL(ledger_field, label),
	WORDS_COL(ledger_field, help),
	BOOL_COL(ledger_field, required),
	STR_COL(ledger_field, required_when),
	BOOL_COL(ledger_field, many),
	INT_COL(ledger_field, phase),
	NAMES_COL(ledger_field, data_class, data_class_names),
	STR_COL(ledger_field, was),
};

static const struct shape ledger_parts[] = {
	{ "ledger_field", "ledger_id", PART(ledger, fields, n_fields),
	  COLS(field_cols), sizeof(struct ledger_field) },
	{ "ledger_source", "ledger_id", PART(ledger, sources, n_sources),
	  COLS(source_cols), sizeof(struct source_ref) },
};

static const struct text_list ledger_lists[] = {
	{ "key", PART(ledger, key, n_key) },
	{ "approvers", PART(ledger, approvers, n_approvers) },
	{ "covers", PART(ledger, covers, n_covers) },
};

static const struct col pack_cols[] = {
	STR_COL(pack, id),
	WORDS_COL(pack, title),
	WORDS_COL(pack, purpose),
};

static const struct col answer_cols[] = {
	STR_COL(answer, id),
	BOOL_COL(answer, is_int),
	{ "default_value", COL_KIND_INT64, OFF(answer, def), NULL, 0 },
	{ "min_value", COL_KIND_INT64, OFF(answer, min), NULL, 0 },
	{ "max_value", COL_KIND_INT64, OFF(answer, max), NULL, 0 },
	WORDS_COL(answer, question),
	WORDS_COL(answer, help),
};

static const struct col role_cols[] = {
	STR_COL(catalog_role, id),
	WORDS_COL(catalog_role, title),
	WORDS_COL(catalog_role, duty),
};

static const struct col doc_cols[] = {
	STR_COL(source_doc, id),
	WORDS_COL(source_doc, publisher),
	WORDS_COL(source_doc, title),
};

static const struct text_list doc_lists[] = {
	{ "prefixes", PART(source_doc, prefixes, n_prefixes) },
};

static const struct col requirement_cols[] = {
	STR_COL(requirement, id),
	WORDS_COL(requirement, text),
	NAMES_COL(requirement, strength, strength_names),
};

static const struct shape requirement_parts[] = {
	{ "requirement_source", "requirement_id",
	  PART(requirement, sources, n_sources), COLS(source_cols),
	  sizeof(struct source_ref) },
};

static const struct col eol_cols[] = {
	STR_COL(os_eol, os_id),	      STR_COL(os_eol, version_id),
	STR_COL(os_eol, edition),     STR_COL(os_eol, eol_on),
	STR_COL(os_eol, extended_on), STR_COL(os_eol, source),
};

static const struct col message_cols[] = {
	STR_COL(catalog_message, id),
	{ "ja", COL_KIND_STR, OFF(catalog_message, text), NULL, 0 },
};

static const struct col choice_cols[] = {
	STR_COL(choice_row, owner),
	STR_COL(choice_row, part),
	STR_COL(choice_row, list),
	{ "value", COL_KIND_STR, OFF(choice_row, named.value), NULL, 0 },
	{ "label", COL_KIND_WORDS, OFF(choice_row, named.label), NULL, 0 },
};

const struct shape control_choice_shape = {
	.table = "control_choice",
	COLS(choice_cols),
	.size = sizeof(struct choice_row),
};

const struct shape ledger_choice_shape = {
	.table = "ledger_choice",
	COLS(choice_cols),
	.size = sizeof(struct choice_row),
};

#define SELF(name, columns, type)                                              \
	.self = { .table = name, COLS(columns), .size = sizeof(struct type) }

const struct owner_shape owner_shapes[] = {
	{ SELF("control", control_cols, control), .parts = control_parts,
	  .n_parts = ARRAY_LEN(control_parts), .lists_table = "control_list",
	  .lists = control_lists, .n_lists = ARRAY_LEN(control_lists),
	  PART(catalog, controls, n_controls) },
	{ SELF("ledger", ledger_cols, ledger), .parts = ledger_parts,
	  .n_parts = ARRAY_LEN(ledger_parts), .lists_table = "ledger_list",
	  .lists = ledger_lists, .n_lists = ARRAY_LEN(ledger_lists),
	  PART(catalog, ledgers, n_ledgers) },
	{ SELF("pack", pack_cols, pack), PART(catalog, packs, n_packs) },
	{ SELF("answer", answer_cols, answer),
	  PART(catalog, answers, n_answers) },
	{ SELF("duty_role", role_cols, catalog_role),
	  PART(catalog, roles, n_roles) },
	{ SELF("source_doc", doc_cols, source_doc),
	  .lists_table = "source_doc_list", .lists = doc_lists,
	  .n_lists = ARRAY_LEN(doc_lists), PART(catalog, docs, n_docs) },
	{ SELF("requirement", requirement_cols, requirement),
	  .parts = requirement_parts, .n_parts = ARRAY_LEN(requirement_parts),
	  PART(catalog, requirements, n_requirements) },
	{ SELF("os_eol", eol_cols, os_eol), PART(catalog, eol, n_eol) },
	{ SELF("message", message_cols, catalog_message),
	  PART(catalog, messages, n_messages) },
};
const size_t n_owner_shapes = ARRAY_LEN(owner_shapes);

void
shape_columns(const struct shape *sh, const char *behind, struct buf *b)
{
	for (size_t i = 0; i < sh->n_cols; i++) {
		const struct col *c = &sh->cols[i];

		if (b->len > 0 && i > 0)
			buf_c(b, ", ");
		if (c->kind == COL_KIND_WORDS)
			buf_fmt(b, "%s_ja%s, %s_en%s", c->name, behind, c->name,
				behind);
		else
			buf_fmt(b, "%s%s", c->name, behind);
	}
}

size_t
shape_n_columns(const struct shape *sh)
{
	size_t n = sh->n_cols;

	for (size_t i = 0; i < sh->n_cols; i++)
		n += sh->cols[i].kind == COL_KIND_WORDS;
	return n;
}
