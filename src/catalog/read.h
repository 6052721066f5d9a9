/* read.h - typed values out of a YAML tree, with complaints; private. */
#ifndef CATALOG_READ_H
#define CATALOG_READ_H

#include "catalog/catalog.h"
#include "catalog/yaml.h"

/* A file that is being read; every complaint goes to d with its place. */
struct reader_ctx {
	struct arena *a;
	struct diags *d;
	struct str file;
};

struct str read_place(const struct reader_ctx *r, const struct yaml *y);
#define READ_BAD(r, y, ...) diags_error((r)->d, read_place(r, y), __VA_ARGS__)

/* Is y a map (else complains), and has it only these keys, space-separated? */
bool read_map(const struct reader_ctx *r, const struct yaml *y,
	      const char *what, const char *keys);

/* The value below key; complains when it is needed and absent. */
const struct yaml *read_key(const struct reader_ctx *r, const struct yaml *map,
			    const char *key, bool needed);

/*
 * The same, of a type: an absent or wrong one gives an empty value (p ==
 * NULL, 0, false). Text is never empty; null counts as absent.
 */
struct str read_text(const struct reader_ctx *r, const struct yaml *map,
		     const char *key, bool needed);
struct str read_name(const struct reader_ctx *r, const struct yaml *map,
		     const char *key, bool needed);
struct str read_duration(const struct reader_ctx *r, const struct yaml *map,
			 const char *key, bool needed);
struct str read_date(const struct reader_ctx *r, const struct yaml *map,
		     const char *key);
struct words read_words(const struct reader_ctx *r, const struct yaml *map,
			const char *key, bool needed);
struct words read_words_here(const struct reader_ctx *r,
			     const struct yaml *map);
int64_t read_int(const struct reader_ctx *r, const struct yaml *map,
		 const char *key, int64_t min, int64_t max, int64_t def);
bool read_bool(const struct reader_ctx *r, const struct yaml *map,
	       const char *key, bool def);
int read_enum(const struct reader_ctx *r, const struct yaml *map,
	      const char *key, const char *const *names, size_t n, bool needed);
#define READ_ENUM(r, map, key, names)                                          \
	read_enum(r, map, key, names, ARRAY_LEN(names), true)

/* A list below key, or NULL and 0. */
const struct yaml *read_list(const struct reader_ctx *r, const struct yaml *map,
			     const char *key, bool needed);
size_t read_texts(const struct reader_ctx *r, const struct yaml *map,
		  const char *key, bool needed, struct str **ret);
size_t read_sources(const struct reader_ctx *r, const struct yaml *map,
		    struct source_ref **ret);

/* [{value, ja, en}] */
size_t read_named(const struct reader_ctx *r, const struct yaml *map,
		  const char *key, struct named **ret);

/* Lower case letters, digits and _, a letter first; at most 60 bytes. */
bool name_ok(struct str s);

/* The text of a scalar for a parameter of type p; NULL text = null. */
bool read_value(const struct reader_ctx *r, const struct yaml *y,
		const struct parameter *p, struct str *ret);

size_t read_parameters(const struct reader_ctx *r, const struct yaml *map,
		       struct parameter **ret);
size_t read_examples(const struct reader_ctx *r, const struct yaml *map,
		     struct example **ret);

struct control *read_control(const struct reader_ctx *r, const struct yaml *y);
struct ledger *read_ledger(const struct reader_ctx *r, const struct yaml *y);

size_t read_packs(const struct reader_ctx *r, const struct yaml *y,
		  struct pack **ret);
size_t read_answers(const struct reader_ctx *r, const struct yaml *y,
		    struct answer **ret);
size_t read_roles(const struct reader_ctx *r, const struct yaml *y,
		  struct catalog_role **ret);
size_t read_docs(const struct reader_ctx *r, const struct yaml *y,
		 struct source_doc **ret);
size_t read_eol(const struct reader_ctx *r, const struct yaml *y,
		struct os_eol **ret);
size_t read_requirements(const struct reader_ctx *r, const struct yaml *y,
			 struct requirement **ret);
size_t read_messages(const struct reader_ctx *r, const struct yaml *y,
		     struct catalog_message **ret);

#endif
