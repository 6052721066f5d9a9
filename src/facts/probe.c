/* probe.c - the role that reads this machine, and what becomes of it. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/common/fact_write.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/sandbox.h"
#include "facts/facts.h"
#include "facts/runner.h"
#include "store/store.h"

#define ID_HEX 32

static int
fd_put(void *ctx, struct str bytes, struct err *e)
{
	const int *fd = ctx;

	if (fs_write_full(*fd, bytes.p, bytes.len) < 0)
		return err_sys(e, "cannot write the fact file");
	return 0;
}

/* The system's own ids are hashed: they are nobody else's business. */
static struct str
id_of_file(struct arena *a, const struct world *w, const char *path, size_t hex)
{
	struct err none = { 0 };
	struct str text = { 0 };

	if (w->file(w->ctx, a, path, 4096, &text, &none) < 0)
		return str_c("");
	struct hash h = hash_of_str(
		str_fmt(a, "yamori %.*s", STR_ARG(str_trim(text))));
	return str_first(hash_hex(a, h), hex);
}

static struct str
nodename(struct arena *a, const struct world *w)
{
	struct str text = { 0 }, line, rest;
	struct err none = { 0 };

	if (w->call(w->ctx, a, "uname", &text, &none) == 0) {
		rest = text;
		while (str_next_line(&rest, &line)) {
			if (str_starts(line, "nodename="))
				return str_after(line, '=');
		}
	}
	if (w->file(w->ctx, a, "/etc/hostname", 4096, &text, &none) == 0)
		return str_trim(text);
	return STR("localhost");
}

static struct fact_header
header_of(struct arena *a, const struct world *w)
{
	int64_t now = w->now != 0 ? w->now : moment_now();

	return (struct fact_header){
		.machine_id = id_of_file(a, w, "/etc/machine-id", ID_HEX),
		.boot_id = id_of_file(a, w, "/proc/sys/kernel/random/boot_id",
				      16),
		.sequence = now / 1000,
		.taken_at = now,
		.platform = STR("linux"),
		.hostname = nodename(a, w),
		.as = w->as_root ? STR("root") : STR("user"),
		.version = STR("0.1.0"),
	};
}

/* Looks at everything, changes nothing, starts nothing, no network. */
static int
confine(struct err *e)
{
	static const struct sandbox box = {
		.promises = "stdio rpath netlink clock look",
	};

	return sandbox_enter(&box, e);
}

int
probe_run(int fd, const char *root, struct err *e)
{
	auto_arena *a = arena_new();
	struct fact_writer w;
	struct world world;
	auto_fd int runner = -1;

	if (root != NULL) {
		world_recorded(&world, a, root);
	} else {
		world_live(&world);
		world.exec = runner_exec;
		world.ctx = &runner;
		if (runner_start(&runner, e) < 0 || confine(e) < 0)
			return e->code;
	}
	world_share(&world, a); /* one walk over files for all tables */
	struct fact_header h = header_of(a, &world);
	if (fact_writer_begin(&w, &h, fd_put, &fd, e) < 0)
		return e->code;
	if (fact_collect(&w, &world, e) < 0) {
		fact_writer_done(&w);
		return e->code;
	}
	return fact_writer_end(&w, str_c(""), e);
}

int
probe_child(int fd, struct err *e)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, "cannot start the probe");
	if (pid == 0) {
		struct err probe = { 0 };

		_exit(probe_run(fd, NULL, &probe) < 0);
	}
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, -EIO,
			       "the probe of this machine did not finish");
	return 0;
}

int
facts_take_local(struct store *s, struct arena *a, const char *path,
		 struct ingest_report *ret, struct err *e)
{
	struct world world;
	struct str host_id;
	bool new_host = false;

	world_live(&world);
	struct str machine_id = id_of_file(a, &world, "/etc/machine-id",
					   ID_HEX);
	/* A machine without an id is still this machine, and only one. */
	if (machine_id.len == 0)
		machine_id = STR("this machine has no id");
	if (host_local(s, a, machine_id, nodename(a, &world), &host_id,
		       &new_host, e) < 0)
		return e->code;
	int r = facts_ingest(s, a, path, str_to_c(a, host_id), ret, e);
	ret->new_host = new_host;
	return r;
}

int
facts_collect_local(struct store *s, struct arena *a, struct ingest_report *ret,
		    struct err *e)
{
	/* The probe's words go where no name leads. */
	auto_fd int fd = memfd_create("facts", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "cannot make room for the facts");
	if (probe_child(fd, e) < 0)
		return e->code;
	return facts_take_local(s, a, str_fmt(a, "/proc/self/fd/%d", fd).p, ret,
				e);
}
