/* catalog.c - the tree of data files as one catalog, and finding in it. */
#include "catalog/catalog.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/fs.h"
#include "catalog/read.h"

#define FILES_MAX 5000 /* in one folder */

/* What every file kind does with its tree; to is the catalog being built. */
typedef void take_file(const struct reader_ctx *r, const struct yaml *y,
		       struct catalog *to);

struct walk {
	struct arena *a;
	struct diags *d;
	struct catalog *to;
	struct str shown; /* what stands before a name in complaints */
};

static void
refuse(const struct walk *w, struct str name, const struct err *e)
{
	diags_error(w->d, str_fmt(w->a, "%.*s:1:1", STR_ARG(name)), "%s",
		    e->text.args[0][0] != '\0' ? "cannot be read" : e->text.id);
}

static void
take_one(const struct walk *w, struct str path, struct str shown,
	 take_file *take)
{
	struct reader_ctx r = { .a = w->a, .d = w->d, .file = shown };
	struct err e = { 0 };
	struct str text;

	if (fs_read(w->a, str_to_c(w->a, path), YAML_SIZE_MAX + 1, &text, &e) <
	    0) {
		refuse(w, shown, &e);
		return;
	}

	const struct yaml *y = yaml_parse(w->a, shown, text, w->d);
	if (y != NULL)
		take(&r, y, w->to);
}

/* Every NAME.yaml of one folder, in the order of the names. */
static int
take_folder(const struct walk *w, struct str dir, struct str shown,
	    take_file *take, struct err *e)
{
	struct str *names;
	size_t n;

	if (fs_list(w->a, str_to_c(w->a, dir), FILES_MAX, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++)
		if (str_ends(names[i], ".yaml") && names[i].p[0] != '.')
			take_one(w, fs_join(w->a, dir, names[i]),
				 fs_join(w->a, shown, names[i]), take);
	return 0;
}

/* The controls lie one folder deeper: AREA/NAME.yaml. */
static int
take_areas(const struct walk *w, struct str dir, struct str shown,
	   take_file *take, struct err *e)
{
	struct str *names;
	size_t n;

	if (fs_list(w->a, str_to_c(w->a, dir), FILES_MAX, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		struct str sub = fs_join(w->a, dir, names[i]);
		struct stat st;

		if (stat(str_to_c(w->a, sub), &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		if (take_folder(w, sub, fs_join(w->a, shown, names[i]), take,
				e) < 0)
			return e->code;
	}
	return 0;
}

/* Arrays grow by doubling; n is their only counter. */
static void *
push(struct arena *a, void *p, size_t n, size_t size)
{
	if (n > 0 && (n & (n - 1)) != 0)
		return p;

	void *q = arena_array(a, n == 0 ? 1 : n * 2, size);
	if (n > 0)
		memcpy(q, p, n * size);
	return q;
}

#define PUSH(a, list, n, value)                                                \
	do {                                                                   \
		(list) = push(a, list, n, sizeof((list)[0]));                  \
		(list)[(n)++] = (value);                                       \
	} while (0)

/* data/controls/AREA/NAME.yaml holds AREA.NAME. */
static bool
path_fits(struct str file, struct str id)
{
	if (file.len < id.len + 5)
		return false;

	struct str tail = str_from(file, file.len - id.len - 5);
	struct str area = str_until(id, '.'), name = str_after(id, '.');
	struct str path = str_first(tail, id.len);
	return str_eq(str_until(path, '/'), area) &&
	       str_eq(str_after(path, '/'), name) &&
	       (file.len == tail.len || file.p[file.len - tail.len - 1] == '/');
}

static void
take_control(const struct reader_ctx *r, const struct yaml *y,
	     struct catalog *to)
{
	struct control *c = read_control(r, y);

	if (c == NULL)
		return;
	if (!path_fits(r->file, c->id))
		READ_BAD(r, y, "the file of '%.*s' should be named so",
			 STR_ARG(c->id));
	PUSH(r->a, to->controls, to->n_controls, *c);
}

static void
take_ledger(const struct reader_ctx *r, const struct yaml *y,
	    struct catalog *to)
{
	struct ledger *l = read_ledger(r, y);

	if (l == NULL)
		return;
	if (!str_ends(r->file, str_to_c(r->a, str_fmt(r->a, "/%.*s.yaml",
						      STR_ARG(l->id)))))
		READ_BAD(r, y, "the file of '%.*s' should be named so",
			 STR_ARG(l->id));
	PUSH(r->a, to->ledgers, to->n_ledgers, *l);
}

static void
take_requirements(const struct reader_ctx *r, const struct yaml *y,
		  struct catalog *to)
{
	struct requirement *list;
	size_t n = read_requirements(r, y, &list);

	for (size_t i = 0; i < n; i++)
		if (list[i].id.p != NULL)
			PUSH(r->a, to->requirements, to->n_requirements,
			     list[i]);
}

static void
take_messages(const struct reader_ctx *r, const struct yaml *y,
	      struct catalog *to)
{
	struct catalog_message *list;
	size_t n = read_messages(r, y, &list);

	for (size_t i = 0; i < n; i++)
		if (list[i].id.p != NULL && list[i].text.p != NULL)
			PUSH(r->a, to->messages, to->n_messages, list[i]);
}

static void
take_list(const struct reader_ctx *r, const struct yaml *y, struct catalog *to)
{
	if (str_ends(r->file, "/packs.yaml"))
		to->n_packs = read_packs(r, y, &to->packs);
	else if (str_ends(r->file, "/answers.yaml"))
		to->n_answers = read_answers(r, y, &to->answers);
	else if (str_ends(r->file, "/roles.yaml"))
		to->n_roles = read_roles(r, y, &to->roles);
	else if (str_ends(r->file, "/docs.yaml"))
		to->n_docs = read_docs(r, y, &to->docs);
	else if (str_ends(r->file, "/os_eol.yaml"))
		to->n_eol = read_eol(r, y, &to->eol);
	else
		READ_BAD(r, y, "no list of this name is known");
}

/* Every element sorted here starts with its id. */
static int
cmp_id(const void *x, const void *y)
{
	const struct str *a = x, *b = y;

	return str_cmp(*a, *b);
}

static int
cmp_eol(const void *x, const void *y)
{
	const struct os_eol *a = x, *b = y;
	int n = str_cmp(a->os_id, b->os_id);

	if (n == 0)
		n = str_cmp(a->version_id, b->version_id);
	return n != 0 ? n : str_cmp(a->edition, b->edition);
}

static void
sort(void *list, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	if (n > 1)
		qsort(list, n, size, cmp);
}

/* Two of one id: the second is named. list is sorted. */
#define REFUSE_TWICE(d, list, n, what)                                         \
	for (size_t i = 1; i < (n); i++)                                       \
		if (str_eq((list)[i].id, (list)[i - 1].id))                    \
	diags_error(d, (list)[i].id, "two %s of this id", what)

static void
arrange(struct catalog *c, struct diags *d)
{
	sort(c->controls, c->n_controls, sizeof(c->controls[0]), cmp_id);
	sort(c->ledgers, c->n_ledgers, sizeof(c->ledgers[0]), cmp_id);
	sort(c->requirements, c->n_requirements, sizeof(c->requirements[0]),
	     cmp_id);
	sort(c->messages, c->n_messages, sizeof(c->messages[0]), cmp_id);
	sort(c->eol, c->n_eol, sizeof(c->eol[0]), cmp_eol);
	REFUSE_TWICE(d, c->controls, c->n_controls, "controls");
	REFUSE_TWICE(d, c->ledgers, c->n_ledgers, "ledgers");
	REFUSE_TWICE(d, c->requirements, c->n_requirements, "requirements");
	REFUSE_TWICE(d, c->messages, c->n_messages, "messages");
}

int
catalog_read(struct arena *a, struct str dir, struct diags *d,
	     struct catalog **ret, struct err *e)
{
	struct catalog *c = ARENA_NEW(a, struct catalog);
	struct walk w = { .a = a, .d = d, .to = c };
	static const struct {
		const char *name;
		take_file *take;
		bool areas, may;
	} parts[] = {
		{ "lists", take_list, false, false },
		{ "requirements", take_requirements, false, false },
		{ "ledgers", take_ledger, false, false },
		{ "controls", take_control, true, false },
		{ "i18n", take_messages, false, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct str sub = fs_join(a, dir, str_c(parts[i].name));
		struct str shown = fs_join(a, STR("data"),
					   str_c(parts[i].name));

		if (parts[i].may && !fs_exists(str_to_c(a, sub)))
			continue;
		if ((parts[i].areas ? take_areas : take_folder)(
			    &w, sub, shown, parts[i].take, e) < 0)
			return err_in(e, "catalog");
	}
	arrange(c, d);
	*ret = c;
	return 0;
}

struct catalog *
catalog_with_control(struct arena *a, const struct catalog *c,
		     const struct control *k)
{
	struct catalog *to = ARENA_NEW(a, struct catalog);
	size_t at = 0;

	*to = *c;
	to->controls = ARENA_ARRAY(a, c->n_controls + 1, struct control);
	while (at < c->n_controls && str_cmp(c->controls[at].id, k->id) < 0)
		at++;

	bool there = at < c->n_controls && str_eq(c->controls[at].id, k->id);
	size_t rest = c->n_controls - at - there;
	if (at > 0)
		memcpy(to->controls, c->controls, at * sizeof(*k));
	to->controls[at] = *k;
	if (rest > 0)
		memcpy(to->controls + at + 1, c->controls + at + there,
		       rest * sizeof(*k));
	to->n_controls = at + 1 + rest;
	return to;
}

/* list is sorted by the id its elements start with. */
static const void *
find_sorted(const void *list, size_t n, size_t size, struct str id)
{
	return n > 0 ? bsearch(&id, list, n, size, cmp_id) : NULL;
}

const struct control *
control_find(const struct catalog *c, struct str id)
{
	return find_sorted(c->controls, c->n_controls, sizeof(c->controls[0]),
			   id);
}

const struct ledger *
ledger_find(const struct catalog *c, struct str id)
{
	return find_sorted(c->ledgers, c->n_ledgers, sizeof(c->ledgers[0]), id);
}

const struct requirement *
requirement_find(const struct catalog *c, struct str id)
{
	return find_sorted(c->requirements, c->n_requirements,
			   sizeof(c->requirements[0]), id);
}

#define FIND_IN_ORDER(list, n, wanted)                                         \
	for (size_t i = 0; i < (n); i++)                                       \
		if (str_eq((list)[i].id, wanted))                              \
			return &(list)[i];                                     \
	return NULL

const struct pack *
pack_find(const struct catalog *c, struct str id)
{
	FIND_IN_ORDER(c->packs, c->n_packs, id);
}

const struct answer *
answer_find(const struct catalog *c, struct str id)
{
	FIND_IN_ORDER(c->answers, c->n_answers, id);
}

const struct catalog_role *
role_find(const struct catalog *c, struct str id)
{
	FIND_IN_ORDER(c->roles, c->n_roles, id);
}

const struct source_doc *
source_doc_find(const struct catalog *c, struct str id)
{
	FIND_IN_ORDER(c->docs, c->n_docs, id);
}

const struct parameter *
catalog_parameter(const struct catalog *c, struct str full,
		  const struct control **ret_control)
{
	struct str area = str_until(full, '.');
	struct str name = str_until(str_after(full, '.'), '.');
	struct str id = str_first(full, area.len + 1 + name.len);
	const struct control *k = control_find(c, id);

	if (k == NULL)
		return NULL;

	const struct parameter *p = parameter_find(k,
						   str_from(full, id.len + 1));
	if (p != NULL && ret_control != NULL)
		*ret_control = k;
	return p;
}
