/* foreign.h - runs a query of a stranger in a process without rights. */
#ifndef STORE_FOREIGN_H
#define STORE_FOREIGN_H

#include "store/query.h"

/* NULL, a number or a text; of a row also a real number or a blob. */
struct foreign_value {
	enum stmt_type type;
	int64_t i;
	double r;
	struct str s;
};

struct foreign_param {
	const char *name; /* ":now" */
	struct foreign_value value;
};

struct foreign_job {
	struct str sql;
	size_t n_params;
	const struct foreign_param *params;
	int64_t time_us; /* 0 = 5 seconds */
	int64_t memory;	 /* bytes; 0 = 256 MB */
	int64_t max_rows;
	int64_t max_bytes; /* of all rows together */
};

/*
 * The columns come first, then each row; what they point to is gone after
 * the call. A negative answer stops the query and is passed on.
 */
struct foreign_sink {
	int (*columns)(void *ctx, const struct str *names, size_t n,
		       struct err *e);
	int (*row)(void *ctx, const struct foreign_value *values, size_t n,
		   struct err *e);
	void *ctx;
};

/*
 * Starts argv (argv[0] is a path; the program's own, with the words that
 * make it call foreign_serve) and hands it the job. A new program, because a
 * fork that goes on would share SQLite's locks with us. Whatever it does, at
 * the deadline it is killed. 0 = all rows came, 1 = cut at a limit of rows or
 * bytes; -ETIMEDOUT, -EPERM, -EINVAL, -EFBIG as the query had it, -EBADMSG
 * when the process ended, which it does when it is out of memory.
 */
int foreign_run(const char *const argv[], const struct foreign_job *job,
		const struct foreign_sink *sink, struct err *e);

/*
 * In that program: takes one job from `in`, gives up all rights, runs it on
 * s (opened STORE_READ), writes rows to `out`. An error of the query goes to
 * the other side; negative only when that cannot be told.
 */
int foreign_serve(struct store *s, const struct query_rules *rules, int in,
		  int out, struct err *e);

#endif
