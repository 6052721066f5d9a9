/* lists.c - packs, answers, roles, documents, dates and messages. */
#include "base/arena.h"
#include "base/diags.h"
#include "catalog/read.h"

/*
 * The list below `key` of a file whose other keys are `others`; NULL when it
 * is not there.
 */
static const struct yaml *
list_of(const struct reader_ctx *r, const struct yaml *y, const char *key,
	const char *keys)
{
	if (!read_map(r, y, "this file", keys))
		return NULL;
	return read_list(r, y, key, true);
}

size_t
read_packs(const struct reader_ctx *r, const struct yaml *y, struct pack **ret)
{
	const struct yaml *l = list_of(r, y, "packs", "packs");
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct pack);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];

		if (!read_map(r, it, "a pack", "id title purpose"))
			continue;
		(*ret)[i] = (struct pack){
			.id = read_name(r, it, "id", true),
			.title = read_words(r, it, "title", true),
			.purpose = read_words(r, it, "purpose", true),
		};
	}
	return n;
}

static struct answer
read_answer(const struct reader_ctx *r, const struct yaml *y)
{
	static const char *const types[] = { "bool", "int" };
	struct answer a = {
		.id = read_name(r, y, "id", true),
		.is_int = READ_ENUM(r, y, "type", types) == 1,
		.question = read_words(r, y, "question", true),
		.help = read_words(r, y, "help", true),
		.max = 1,
	};

	if (a.is_int) {
		a.min = read_int(r, y, "min", 0, INT32_MAX, 0);
		a.max = read_int(r, y, "max", a.min, INT32_MAX, INT32_MAX);
		a.def = read_int(r, y, "default", a.min, a.max, a.min);
	} else {
		a.def = read_bool(r, y, "default", true);
	}
	return a;
}

size_t
read_answers(const struct reader_ctx *r, const struct yaml *y,
	     struct answer **ret)
{
	const struct yaml *l = list_of(r, y, "answers", "answers");
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct answer);
	for (size_t i = 0; i < n; i++)
		if (read_map(r, l->items[i], "an answer",
			     "id type default min max question help"))
			(*ret)[i] = read_answer(r, l->items[i]);
	return n;
}

size_t
read_roles(const struct reader_ctx *r, const struct yaml *y,
	   struct catalog_role **ret)
{
	const struct yaml *l = list_of(r, y, "roles", "roles");
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct catalog_role);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];

		if (!read_map(r, it, "a role", "id title duty"))
			continue;
		(*ret)[i] = (struct catalog_role){
			.id = read_name(r, it, "id", true),
			.title = read_words(r, it, "title", true),
			.duty = read_words(r, it, "duty", true),
		};
	}
	return n;
}

size_t
read_docs(const struct reader_ctx *r, const struct yaml *y,
	  struct source_doc **ret)
{
	const struct yaml *l = list_of(r, y, "docs", "docs");
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct source_doc);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];
		struct source_doc *s = &(*ret)[i];

		if (!read_map(r, it, "a document",
			      "id prefixes publisher title"))
			continue;
		s->id = read_text(r, it, "id", true);
		s->n_prefixes = read_texts(r, it, "prefixes", true,
					   &s->prefixes);
		s->publisher = read_words(r, it, "publisher", true);
		s->title = read_words(r, it, "title", true);
	}
	return n;
}

size_t
read_eol(const struct reader_ctx *r, const struct yaml *y, struct os_eol **ret)
{
	const struct yaml *l = list_of(r, y, "eol", "dated_on eol");
	size_t n = l != NULL ? l->n : 0;

	if (l != NULL && read_date(r, y, "dated_on").p == NULL)
		READ_BAD(r, y, "'%s' is missing", "dated_on");
	*ret = ARENA_ARRAY(r->a, n, struct os_eol);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];

		if (!read_map(r, it, "a release",
			      "os version edition eol_on extended_on source"))
			continue;
		(*ret)[i] = (struct os_eol){
			.os_id = read_text(r, it, "os", true),
			.version_id = read_text(r, it, "version", true),
			.edition = read_text(r, it, "edition", false),
			.eol_on = read_date(r, it, "eol_on"),
			.extended_on = read_date(r, it, "extended_on"),
			.source = read_text(r, it, "source", true),
		};
	}
	return n;
}

size_t
read_requirements(const struct reader_ctx *r, const struct yaml *y,
		  struct requirement **ret)
{
	const struct yaml *l = list_of(r, y, "requirements",
				       "prefix requirements");
	struct str prefix = read_name(r, y, "prefix", true);
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct requirement);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];
		struct requirement *q = &(*ret)[i];

		if (!read_map(r, it, "a requirement",
			      "id ja en strength sources"))
			continue;
		q->id = read_text(r, it, "id", true);
		q->text = read_words_here(r, it);
		q->strength = (enum strength)READ_ENUM(r, it, "strength",
						       strength_names);
		q->n_sources = read_sources(r, it, &q->sources);
		if (q->id.p != NULL && prefix.p != NULL &&
		    !str_eq(str_until(q->id, ':'), prefix))
			READ_BAD(r, it, "'%.*s' does not start with '%.*s:'",
				 STR_ARG(q->id), STR_ARG(prefix));
	}
	return n;
}

size_t
read_messages(const struct reader_ctx *r, const struct yaml *y,
	      struct catalog_message **ret)
{
	const struct yaml *l = list_of(r, y, "messages", "messages");
	size_t n = l != NULL ? l->n : 0;

	*ret = ARENA_ARRAY(r->a, n, struct catalog_message);
	for (size_t i = 0; i < n; i++) {
		const struct yaml *it = l->items[i];

		if (!read_map(r, it, "a message", "id text note"))
			continue;
		(*ret)[i].id = read_text(r, it, "id", true);
		(*ret)[i].text = read_text(r, it, "text", true);
	}
	return n;
}
