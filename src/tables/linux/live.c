/* live.c - this machine as the world of the table files. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/proc.h"
#include "tables/linux/walk.h"
#include "tables/scan.h"

#define DIR_MAX 100000
#define HEAD_LEN 512

static int
live_file(void *ctx UNUSED, struct arena *a, const char *path, size_t max,
	  struct str *ret, struct err *e)
{
	return fs_read(a, path, max, ret, e);
}

static int
live_dir(void *ctx UNUSED, struct arena *a, const char *path, struct str **ret,
	 size_t *ret_n, struct err *e)
{
	return fs_list(a, path, DIR_MAX, ret, ret_n, e);
}

static int
live_link(void *ctx UNUSED, struct arena *a, const char *path, struct str *ret,
	  struct err *e)
{
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		return err_sys(e, "cannot read link '%s'", path);
	*ret = str_copy(a, (struct str){ target, (size_t)n });
	return 0;
}

static int
live_stat(void *ctx UNUSED, struct arena *a UNUSED, const char *path,
	  struct scan_stat *ret, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_sys(e, "cannot examine '%s'", path);
	*ret = (struct scan_stat){
		.mode = st.st_mode,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.size = st.st_size,
		.modified_at = st.st_mtim.tv_sec * MOMENT_SEC,
		.dev = st.st_dev,
	};
	return 0;
}

static int
live_exec(void *ctx UNUSED, struct arena *a, const char *const argv[],
	  struct str *ret, int *ret_exit, struct err *e)
{
	static const struct proc_limits limits = {
		.time_us = 20 * MOMENT_SEC,
		.output_max = (size_t)4 * 1024 * 1024,
	};

	return proc_run(a, argv, &limits, ret, ret_exit, e);
}

static int
call_uname(struct arena *a, const char *arg UNUSED, struct str *ret,
	   struct err *e)
{
	struct utsname u;

	if (uname(&u) < 0)
		return err_sys(e, "cannot ask for the kernel's name");
	*ret = str_fmt(a, "sysname=%s\nnodename=%s\nrelease=%s\nmachine=%s\n",
		       u.sysname, u.nodename, u.release, u.machine);
	return 0;
}

static int
call_adjtimex(struct arena *a, const char *arg UNUSED, struct str *ret,
	      struct err *e)
{
	struct timex t = { 0 };
	int state = adjtimex(&t);

	if (state < 0)
		return err_sys(e, "cannot ask the kernel about the clock");
	/* The kernel counts in nanoseconds when STA_NANO is set. */
	long offset = (t.status & STA_NANO) ? t.offset / 1000 : t.offset;
	*ret = str_fmt(a,
		       "synchronised=%d\noffset_us=%ld\nmax_error_us=%ld\n"
		       "est_error_us=%ld\n",
		       state != TIME_ERROR && !(t.status & STA_UNSYNC), offset,
		       t.maxerror, t.esterror);
	return 0;
}

static int
call_euid(struct arena *a, const char *arg UNUSED, struct str *ret,
	  struct err *e UNUSED)
{
	*ret = str_fmt(a, "%ld", (long)geteuid());
	return 0;
}

static int
call_statvfs(struct arena *a, const char *arg, struct str *ret, struct err *e)
{
	struct statvfs v;

	if (statvfs(arg, &v) < 0)
		return err_sys(e, "cannot examine '%s'", arg);
	uint64_t used = v.f_blocks - v.f_bfree;
	uint64_t all = used + v.f_bavail;
	*ret = str_fmt(a, "size_bytes=%" PRIu64 "\nused_percent=%d\n",
		       (uint64_t)v.f_blocks * v.f_frsize,
		       all > 0 ? (int)((used * 100 + all - 1) / all) : 0);
	return 0;
}

static int
prefix_len(const struct sockaddr *mask)
{
	const void *p = mask;
	const struct sockaddr_in *v4 = p;
	const struct sockaddr_in6 *v6 = p;
	int n = 0;

	if (mask == NULL)
		return 0;
	if (mask->sa_family == AF_INET)
		return __builtin_popcount(v4->sin_addr.s_addr);
	for (size_t i = 0; i < 16; i++)
		n += __builtin_popcount(v6->sin6_addr.s6_addr[i]);
	return n;
}

/* "eth0 192.0.2.1 24", one a line. */
static int
call_addresses(struct arena *a, const char *arg UNUSED, struct str *ret,
	       struct err *e)
{
	struct ifaddrs *all;
	char text[INET6_ADDRSTRLEN];
	auto_buf b = { 0 };

	if (getifaddrs(&all) < 0)
		return err_sys(e, "cannot ask for the addresses");
	buf_init(&b, FS_SMALL_MAX);
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		const void *p = i->ifa_addr;
		const struct sockaddr_in *v4 = p;
		const struct sockaddr_in6 *v6 = p;

		if (p == NULL ||
		    (v4->sin_family != AF_INET && v4->sin_family != AF_INET6))
			continue;
		if (v4->sin_family == AF_INET)
			p = &v4->sin_addr;
		else
			p = &v6->sin6_addr;
		const char *ok = inet_ntop(v4->sin_family, p, text,
					   sizeof(text));
		assert(ok != NULL);
		buf_fmt(&b, "%s %s %d\n", i->ifa_name, text,
			prefix_len(i->ifa_netmask));
	}
	freeifaddrs(all);
	*ret = str_copy(a, buf_view(&b));
	return b.bad ? err_set(e, -EFBIG, "too many addresses") : 0;
}

/* The first bytes of a file that is too large to be read whole. */
static int
call_head(struct arena *a, const char *arg, struct str *ret, struct err *e)
{
	auto_fd int fd = open(arg, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", arg);

	char *p = arena_alloc(a, HEAD_LEN + 1);
	ssize_t n = fs_read_full(fd, p, HEAD_LEN);
	if (n < 0)
		return err_sys(e, "cannot read '%s'", arg);
	*ret = (struct str){ p, (size_t)n };
	return 0;
}

/* What scan_call knows; a name may be followed by ":ARGUMENT". */
static const struct {
	const char *name;
	int (*call)(struct arena *a, const char *arg, struct str *ret,
		    struct err *e);
} calls[] = {
	{ "addresses", call_addresses }, { "uname", call_uname },
	{ "adjtimex", call_adjtimex },	 { "euid", call_euid },
	{ "head", call_head },		 { "statvfs", call_statvfs },
};

static int
live_call(void *ctx UNUSED, struct arena *a, const char *name, struct str *ret,
	  struct err *e)
{
	struct str head = str_until(str_c(name), ':');

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (str_is(head, calls[i].name))
			return calls[i].call(a, str_after(str_c(name), ':').p,
					     ret, e);
	}
	return err_set(e, -ENOSYS, "no call '%s' on this system", name);
}

void
world_live(struct world *w)
{
	*w = (struct world){
		.file = live_file,
		.dir = live_dir,
		.link = live_link,
		.stat = live_stat,
		.exec = live_exec,
		.call = live_call,
		.walk = live_walk,
		.as_root = geteuid() == 0,
	};
}
