/* sandbox_linux.c - a process gives up what it does not need: Linux. */
#include "base/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"
#include "base/str.h"

enum {
	P_STDIO = 1 << 0,
	P_RPATH = 1 << 1,
	P_WPATH = 1 << 2,
	P_INET = 1 << 3,
	P_UNIX = 1 << 4,
	P_PROC = 1 << 5,
	P_EXEC = 1 << 6,
	P_NETLINK = 1 << 7,
	P_CLOCK = 1 << 8,
	P_LOOK = 1 << 9,
};

static unsigned
promises_read(const char *words)
{
	static const struct {
		const char *word;
		unsigned bits;
	} known[] = {
		{ "stdio", P_STDIO },
		{ "rpath", P_RPATH },
		{ "wpath", P_RPATH | P_WPATH },
		{ "inet", P_INET },
		{ "unix", P_UNIX },
		{ "netlink", P_NETLINK },
		{ "clock", P_CLOCK },
		{ "look", P_LOOK },
		{ "proc", P_PROC },
		{ "exec", P_EXEC },
	};
	struct str rest = str_c(words), word;
	unsigned all = P_STDIO;

	while (str_next_word(&rest, &word)) {
		unsigned bits = 0;

		for (size_t i = 0; i < ARRAY_LEN(known); i++) {
			if (str_is(word, known[i].word))
				bits = known[i].bits;
		}
		assert(bits != 0);
		all |= bits;
	}
	return all;
}

static int
limit(__rlimit_resource_t what, int64_t v, struct err *e)
{
	struct rlimit l = { .rlim_cur = v < 0 ? 0 : (rlim_t)v,
			    .rlim_max = v < 0 ? 0 : (rlim_t)v };

	if (v != 0 && setrlimit(what, &l) < 0)
		return err_sys(e, "cannot limit a process");
	return 0;
}

static int
limits_set(const struct sandbox *s, struct err *e)
{
	int64_t memory = s->memory;

#ifdef YAMORI_SANITIZED
	memory = 0; /* the sanitizers reserve terabytes of addresses */
#endif
	if (limit(RLIMIT_CORE, -1, e) < 0 ||
	    limit(RLIMIT_CPU, s->cpu_s, e) < 0 ||
	    limit(RLIMIT_AS, memory, e) < 0 ||
	    limit(RLIMIT_NOFILE, s->n_files, e) < 0 ||
	    limit(RLIMIT_FSIZE, s->file_size, e) < 0)
		return e->code;
	/* A write over the limit is to fail, not to kill. */
	if (s->file_size != 0 && signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return err_sys(e, "cannot limit a process");
	return 0;
}

/*
 * Landlock. The headers of Debian 12 know its first versions only, so all of
 * it is written out here; what a kernel does not know is not asked of it.
 */
#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_TRUNCATE (UINT64_C(1) << 14)
#define FS_IOCTL_DEV (UINT64_C(1) << 15)
#define FS_READ (FS_READ_FILE | FS_READ_DIR)
#define FS_OF_FILE                                                             \
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_TCP UINT64_C(3)   /* bind and connect */
#define SCOPE_ALL UINT64_C(3) /* abstract sockets, signals */
#define RULE_PATH 1

struct ruleset {
	uint64_t fs;
	uint64_t net;	/* since version 4 */
	uint64_t scope; /* since version 6 */
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static uint64_t
fs_all(long version)
{
	uint64_t all = (UINT64_C(1) << 13) - 1;

	if (version >= 2)
		all |= UINT64_C(1) << 13; /* moving between folders */
	if (version >= 3)
		all |= FS_TRUNCATE;
	if (version >= 5)
		all |= FS_IOCTL_DEV;
	return all;
}

/* What is held back by rules: all of it, or what no promise gives. */
static struct ruleset
ruleset_of(const struct sandbox *s, unsigned promises, long version)
{
	uint64_t fs = fs_all(version);

	if (s->paths == NULL && (promises & P_RPATH))
		fs &= ~FS_READ;
	if (s->paths == NULL && (promises & P_WPATH))
		fs &= FS_READ | FS_EXECUTE;
	if (s->paths == NULL && (promises & P_EXEC))
		fs &= ~FS_EXECUTE;

	bool alone = (promises & (P_PROC | P_UNIX)) == 0;
	return (struct ruleset){
		.fs = fs,
		.net = version >= 4 && !(promises & P_INET) ? NET_TCP : 0,
		.scope = version >= 6 && alone ? SCOPE_ALL : 0,
	};
}

static int
path_allow(int rules, const struct sandbox_path *p, unsigned promises,
	   uint64_t handled, struct err *e)
{
	uint64_t allowed = 0;
	struct stat st;

	auto_fd int fd = open(p->path, O_PATH | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "cannot open '%s'", p->path);

	for (const char *r = p->rights; *r != '\0'; r++) {
		assert(*r == 'r' || *r == 'w' || *r == 'x');
		if (*r == 'r' && (promises & P_RPATH))
			allowed |= FS_READ;
		if (*r == 'w' && (promises & P_WPATH))
			allowed |= ~(FS_READ | FS_EXECUTE);
		if (*r == 'x' && (promises & P_EXEC))
			allowed |= FS_EXECUTE | FS_READ_FILE;
	}
	allowed &= handled & (S_ISDIR(st.st_mode) ? UINT64_MAX : FS_OF_FILE);
	struct path_rule rule = { allowed, fd };
	if (allowed != 0 &&
	    syscall(SYS_landlock_add_rule, rules, RULE_PATH, &rule, 0) < 0)
		return err_sys(e, "cannot allow '%s'", p->path);
	return 0;
}

/* 0, or 1 when the kernel has none. */
static int
landlock_enter(const struct sandbox *s, unsigned promises, struct err *e)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	if (version < 1)
		return 1;

	struct ruleset set = ruleset_of(s, promises, version);
	size_t size = version >= 6   ? sizeof(set)
		      : version >= 4 ? 2 * sizeof(uint64_t)
				     : sizeof(uint64_t);
	if (set.fs == 0 && set.net == 0 && set.scope == 0)
		return 0;
	auto_fd int rules = (int)syscall(SYS_landlock_create_ruleset, &set,
					 size, 0);
	if (rules < 0)
		return err_sys(e, "cannot make Landlock rules");
	for (const struct sandbox_path *p = s->paths; p && p->path; p++) {
		if (path_allow(rules, p, promises, set.fs, e) < 0)
			return e->code;
	}
	if (syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		return err_sys(e, "cannot enter Landlock");
	return 0;
}

/* Allowed whatever the arguments are. */
#define SYS(n) SCMP_SYS(n)
static const struct {
	unsigned promise;
	int calls[96]; /* 0 (read) only as the very first one */
} classes[] = {
	{ P_STDIO,
	  { SYS(read),
	    SYS(write),
	    SYS(readv),
	    SYS(writev),
	    SYS(pread64),
	    SYS(pwrite64),
	    SYS(preadv),
	    SYS(pwritev),
	    SYS(close),
	    SYS(close_range),
	    SYS(fstat),
	    SYS(lseek),
	    SYS(munmap),
	    SYS(mremap),
	    SYS(madvise),
	    SYS(brk),
	    SYS(futex),
	    SYS(clock_gettime),
	    SYS(clock_getres),
	    SYS(clock_nanosleep),
	    SYS(nanosleep),
	    SYS(gettimeofday),
	    SYS(time),
	    SYS(getpid),
	    SYS(gettid),
	    SYS(getppid),
	    SYS(getuid),
	    SYS(geteuid),
	    SYS(getgid),
	    SYS(getegid),
	    SYS(getrandom),
	    SYS(exit),
	    SYS(exit_group),
	    SYS(rt_sigaction),
	    SYS(rt_sigprocmask),
	    SYS(rt_sigreturn),
	    SYS(sigaltstack),
	    SYS(restart_syscall),
	    SYS(poll),
	    SYS(ppoll),
	    SYS(select),
	    SYS(pselect6),
	    SYS(epoll_create1),
	    SYS(epoll_ctl),
	    SYS(epoll_wait),
	    SYS(epoll_pwait),
	    SYS(eventfd2),
	    SYS(dup),
	    SYS(dup2),
	    SYS(dup3),
	    SYS(fcntl),
	    SYS(pipe2),
	    SYS(ftruncate),
	    SYS(fallocate),
	    SYS(fsync),
	    SYS(fdatasync),
	    SYS(flock),
	    SYS(sendmsg),
	    SYS(recvmsg),
	    SYS(sendto),
	    SYS(recvfrom),
	    SYS(shutdown),
	    SYS(getsockopt),
	    SYS(getsockname),
	    SYS(getpeername),
	    SYS(set_robust_list),
	    SYS(rseq),
	    SYS(sched_yield),
	    SYS(sched_getaffinity),
	    SYS(umask),
	    SYS(uname),
	    SYS(sysinfo),
	    SYS(getrusage),
	    SYS(times),
	    SYS(alarm),
	    SYS(setitimer),
	    SYS(fadvise64),
	    SYS(fstatfs) } },
	{ P_RPATH, { SYS(access),     SYS(faccessat), SYS(faccessat2),
		     SYS(stat),	      SYS(lstat),     SYS(newfstatat),
		     SYS(statx),      SYS(readlink),  SYS(readlinkat),
		     SYS(getdents64), SYS(statfs),    SYS(chdir),
		     SYS(fchdir),     SYS(getcwd),    SYS(getxattr),
		     SYS(lgetxattr),  SYS(fgetxattr), SYS(listxattr),
		     SYS(llistxattr), SYS(flistxattr) } },
	{ P_WPATH,
	  { SYS(open),	   SYS(openat),	   SYS(creat),	   SYS(rename),
	    SYS(renameat), SYS(renameat2), SYS(unlink),	   SYS(unlinkat),
	    SYS(mkdir),	   SYS(mkdirat),   SYS(rmdir),	   SYS(link),
	    SYS(linkat),   SYS(symlink),   SYS(symlinkat), SYS(chmod),
	    SYS(fchmod),   SYS(fchmodat),  SYS(chown),	   SYS(fchown),
	    SYS(fchownat), SYS(lchown),	   SYS(utimensat), SYS(truncate) } },
	{ P_INET | P_UNIX | P_NETLINK,
	  { SYS(connect), SYS(bind), SYS(listen), SYS(accept), SYS(accept4),
	    SYS(setsockopt) } },
	{ P_UNIX, { SYS(socketpair) } },
	{ P_CLOCK, { SYS(adjtimex), SYS(clock_adjtime) } },
	{ P_PROC,
	  { SYS(fork), SYS(vfork), SYS(wait4), SYS(waitid), SYS(kill),
	    SYS(tgkill), SYS(setsid), SYS(setpgid), SYS(getpgid), SYS(getpgrp),
	    SYS(pidfd_open), SYS(pidfd_send_signal) } },
	{ P_EXEC,
	  { SYS(execve), SYS(execveat), SYS(mmap), SYS(mprotect),
	    SYS(arch_prctl), SYS(set_tid_address), SYS(prlimit64) } },
};

/* Allowed when (argument & mask) is `want`. */
static const struct {
	unsigned promise;
	int call;
	struct scmp_arg_cmp arg;
} conditions[] = {
#define IF(n, mask, want)                                                      \
	{                                                                      \
		n, SCMP_CMP_MASKED_EQ, mask, want                              \
	}
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)
#define NAMESPACES                                                             \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |         \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
	{ P_STDIO, SYS(mmap), IF(2, PROT_EXEC, 0) },
	{ P_STDIO, SYS(mprotect), IF(2, PROT_EXEC, 0) },
	{ P_STDIO, SYS(newfstatat), IF(3, AT_EMPTY_PATH, AT_EMPTY_PATH) },
	{ P_STDIO, SYS(prlimit64), IF(2, UINT64_MAX, 0) }, /* only asks */
	{ P_STDIO, SYS(ioctl), IF(1, UINT32_MAX, TCGETS) },
	{ P_STDIO, SYS(ioctl), IF(1, UINT32_MAX, TIOCGWINSZ) },
	{ P_STDIO, SYS(ioctl), IF(1, UINT32_MAX, FIONREAD) },
	{ P_STDIO, SYS(prctl), IF(0, UINT32_MAX, PR_SET_NAME) },
	{ P_RPATH, SYS(open), IF(1, WRITING, O_RDONLY) },
	{ P_RPATH, SYS(openat), IF(2, WRITING, O_RDONLY) },
	{ P_INET, SYS(socket), IF(0, UINT32_MAX, AF_INET) },
	{ P_INET, SYS(socket), IF(0, UINT32_MAX, AF_INET6) },
	{ P_UNIX, SYS(socket), IF(0, UINT32_MAX, AF_UNIX) },
	{ P_NETLINK, SYS(socket), IF(0, UINT32_MAX, AF_NETLINK) },
	{ P_PROC, SYS(clone), IF(0, NAMESPACES, 0) },
};

/* A call this machine's kernel never had is none to allow. */
static int
rule(scmp_filter_ctx f, uint32_t action, int call)
{
	int r = seccomp_rule_add(f, action, call, 0);

	return r == -EDOM || r == -EEXIST ? 0 : r;
}

static int
rules_add(scmp_filter_ctx f, unsigned promises)
{
	/* The library then uses the older calls, whose flags can be seen. */
	int r = rule(f, SCMP_ACT_ERRNO(ENOSYS), SYS(clone3));

	if (r == 0)
		r = rule(f, SCMP_ACT_ERRNO(ENOSYS), SYS(openat2));
	for (size_t i = 0; i < ARRAY_LEN(classes) && r == 0; i++) {
		if (!(promises & classes[i].promise))
			continue;
		for (size_t j = 0; j < ARRAY_LEN(classes[i].calls); j++) {
			int call = classes[i].calls[j];

			if (r != 0 || (call == 0 && (i > 0 || j > 0)))
				break;
			r = rule(f, SCMP_ACT_ALLOW, call);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(conditions) && r == 0; i++) {
		if (!(promises & conditions[i].promise))
			continue;
		r = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
					   conditions[i].call, 1,
					   &conditions[i].arg);
		if (r == -EDOM)
			r = 0;
	}
	/* abort() sends itself a signal. */
	if (r == 0 && !(promises & P_PROC))
		r = seccomp_rule_add(
			f, SCMP_ACT_ALLOW, SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return r;
}

static int
seccomp_enter(unsigned promises, struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (f == NULL)
		return err_set(e, -ENOMEM, "cannot make a system call filter");

	int r = rules_add(f, promises);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	if (r < 0)
		return err_set(e, r, "cannot enter a system call filter");
	return 0;
}

int
sandbox_enter(const struct sandbox *s, struct err *e)
{
	unsigned promises = promises_read(s->promises);

	if (limits_set(s, e) < 0)
		return e->code;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "cannot give up privileges");
	assert(!(promises & P_LOOK) || s->paths == NULL);
	int no_landlock = promises & P_LOOK ? 0
					    : landlock_enter(s, promises, e);
	if (no_landlock < 0 || seccomp_enter(promises, e) < 0)
		return e->code;
	return no_landlock;
}
