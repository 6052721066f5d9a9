/*
 * host_port.c - table `host_port`: what listens on the network.
 *
 * Source: /proc/net/{tcp,tcp6,udp,udp6}; the process that holds the socket
 * from /proc/PID/fd; the package from the lists of dpkg or rpm. Every account
 * sees the ports; without root only its own processes.
 */
#include "base/arena.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/ip.h"
#include "tables/linux/owner.h"
#include "tables/table.h"

#define PORTS_MAX ((size_t)20000)
#define FDS_MAX ((size_t)1000000) /* looked at; a bound against a flood */

struct port {
	const char *proto;
	struct ip ip;
	int64_t port;
	int64_t inode;
	int64_t pid; /* 0 = not found */
	struct str process, exe;
	struct str package;
	int64_t uid; /* the process's; -1 = not known */
};

struct ports {
	struct port *all;
	size_t n;
	bool full;
	struct port **by_inode;
};

static bool
hex_int(struct str s, int64_t *ret)
{
	uint64_t v;

	if (!num_try_hex(s, &v) || v > INT32_MAX)
		return false;
	*ret = (int64_t)v;
	return true;
}

/*
 * sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
 * A TCP socket listens in state 0A; a UDP one that is not connected (07)
 * takes packets from anybody. 1 if it is such a one.
 */
static int
port_parse(struct str line, const char *state, struct port *ret)
{
	struct str w[10];

	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		if (!str_next_word(&line, &w[i]))
			return -EBADMSG;
	}
	if (!str_is(w[3], state))
		return 0;
	if (!ip_of_words(str_until(w[1], ':'), &ret->ip) ||
	    !hex_int(str_after(w[1], ':'), &ret->port) ||
	    !num_try(w[9], &ret->inode))
		return -EBADMSG;
	return 1;
}

static int
file_read(struct scan *s, const char *name, const char *proto,
	  struct ports *ports, struct err *e)
{
	const char *state = strcmp(proto, "tcp") == 0 ? "0A" : "07";
	struct str rest, line;

	if (scan_file_max(s, scan_path(s, "/proc/net/%s", name),
			  (size_t)64 * 1024 * 1024, &rest, e) < 0)
		return e->code;
	(void)str_next_line(&rest, &line); /* the heads of the columns */
	while (str_next_line(&rest, &line)) {
		struct port p = { .proto = proto, .uid = -1 };

		int is = port_parse(line, state, &p);
		if (is < 0)
			return err_set(e, is, "'%s' makes no sense", name);
		if (is == 0)
			continue;
		if (ports->n == PORTS_MAX) {
			ports->full = true;
			return 0;
		}
		ports->all[ports->n++] = p;
	}
	return 0;
}

static int
inode_cmp(const void *a, const void *b)
{
	const struct port *x = *(struct port *const *)a;
	const struct port *y = *(struct port *const *)b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void
index_make(struct arena *a, struct ports *ports)
{
	ports->by_inode = ARENA_ARRAY(a, ports->n + 1, struct port *);
	for (size_t i = 0; i < ports->n; i++)
		ports->by_inode[i] = &ports->all[i];
	qsort(ports->by_inode, ports->n, sizeof(struct port *), inode_cmp);
}

static struct port *
inode_find(const struct ports *ports, int64_t inode)
{
	size_t lo = 0, hi = ports->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ports->by_inode[mid]->inode < inode)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < ports->n && ports->by_inode[lo]->inode == inode)
		return ports->by_inode[lo];
	return NULL;
}

/* The inode in "socket:[1234]". */
static bool
socket_inode(struct str target, int64_t *ret)
{
	return str_starts(target, "socket:[") && str_ends(target, "]") &&
	       num_try(str_first(str_from(target, 8), target.len - 9), ret);
}

/*
 * The oldest process that holds it stands for the others it forked; but where
 * the service manager only keeps the socket for a service, the service does.
 */
static void
holder_set(struct port *p, int64_t pid)
{
	if (p->pid == 0 || p->pid == 1 || (pid != 1 && pid < p->pid))
		p->pid = pid;
}

static void
pid_sockets(struct scan *s, struct ports *ports, struct str pid_text,
	    int64_t pid, size_t *n_fds)
{
	struct arena *a = scan_arena(s);
	struct arena_mark m = arena_mark(a);
	const char *dir = scan_path(s, "/proc/%.*s/fd", STR_ARG(pid_text));
	struct str *fds;
	size_t n;
	struct err none = { 0 };

	if (scan_dir(s, dir, &fds, &n, &none) < 0)
		n = 0; /* not ours, or it ended meanwhile */
	for (size_t i = 0; i < n && *n_fds < FDS_MAX; i++, (*n_fds)++) {
		struct str target;
		int64_t inode;

		if (scan_link(s, scan_path(s, "%s/%.*s", dir, STR_ARG(fds[i])),
			      &target, &none) < 0 ||
		    !socket_inode(target, &inode))
			continue;
		struct port *p = inode_find(ports, inode);
		if (p != NULL)
			holder_set(p, pid);
	}
	arena_reset(a, m);
}

static void
processes_read(struct scan *s, struct ports *ports)
{
	struct str *names;
	size_t n, n_fds = 0;
	int64_t pid;
	struct err none = { 0 };

	if (scan_dir(s, "/proc", &names, &n, &none) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (num_try(names[i], &pid) && pid > 0)
			pid_sockets(s, ports, names[i], pid, &n_fds);
	}
}

/* The effective account: second word of "Uid:". */
static int64_t
status_uid(struct str status)
{
	struct str line, word;
	int64_t uid;

	while (str_next_line(&status, &line)) {
		if (!str_starts(line, "Uid:"))
			continue;
		line = str_from(line, 4);
		if (str_next_word(&line, &word) &&
		    str_next_word(&line, &word) && num_try(word, &uid))
			return uid;
	}
	return -1;
}

static void
process_describe(struct scan *s, struct port *p)
{
	struct str text;
	struct err none = { 0 };
	int pid = (int)p->pid;

	if (scan_file(s, scan_path(s, "/proc/%d/comm", pid), &text, &none) == 0)
		p->process = str_trim(text);
	if (scan_file(s, scan_path(s, "/proc/%d/status", pid), &text, &none) ==
	    0)
		p->uid = status_uid(text);
	if (scan_link(s, scan_path(s, "/proc/%d/exe", pid), &text, &none) == 0)
		p->exe = str_ends(text, " (deleted)")
				 ? str_first(text, text.len - 10)
				 : text;
}

static int
port_cmp(const void *a, const void *b)
{
	const struct port *x = a, *y = b;
	int c = strcmp(x->proto, y->proto);

	if (c == 0)
		c = x->port < y->port ? -1 : x->port > y->port;
	if (c == 0)
		c = x->ip.family - y->ip.family;
	if (c == 0)
		c = memcmp(x->ip.b, y->ip.b, sizeof(x->ip.b));
	if (c == 0)
		c = str_cmp(x->exe, y->exe);
	return c;
}

static bool
packages_find(struct scan *s, struct ports *ports)
{
	struct owned *files = ARENA_ARRAY(scan_arena(s), ports->n + 1,
					  struct owned);
	size_t n = 0;

	for (size_t i = 0; i < ports->n; i++) {
		if (ports->all[i].exe.p != NULL)
			files[n++].path = ports->all[i].exe;
	}
	if (n == 0)
		return true;
	if (!owner_find(s, files, n))
		return false;
	n = 0;
	for (size_t i = 0; i < ports->n; i++) {
		if (ports->all[i].exe.p != NULL)
			ports->all[i].package = files[n++].package;
	}
	return true;
}

static void
user_set(struct scan *s, const struct accounts *c, int64_t uid)
{
	const struct account *u = accounts_uid_find(c, uid);

	if (uid < 0)
		return;
	if (u != NULL)
		scan_text(s, HOST_PORT_USER_NAME, u->name);
	else
		scan_text(s, HOST_PORT_USER_NAME,
			  str_fmt(scan_arena(s), "%" PRId64, uid));
}

static int
port_emit(struct scan *s, const struct port *p, const struct accounts *c,
	  struct err *e)
{
	scan_c(s, HOST_PORT_PROTO, p->proto);
	scan_text(s, HOST_PORT_ADDRESS, ip_print(scan_arena(s), &p->ip));
	scan_int(s, HOST_PORT_PORT, p->port);
	scan_bool(s, HOST_PORT_EXPOSED, !ip_is_loopback(&p->ip));
	if (p->process.p != NULL)
		scan_text(s, HOST_PORT_PROCESS, p->process);
	if (p->exe.p != NULL)
		scan_text(s, HOST_PORT_EXE, p->exe);
	if (p->package.p != NULL)
		scan_text(s, HOST_PORT_PACKAGE, p->package);
	user_set(s, c, p->uid);
	return scan_emit(s, e);
}

static int
sockets_read(struct scan *s, struct ports *ports, struct err *e)
{
	static const struct {
		const char *file, *proto;
		bool v6;
	} files[] = {
		{ "tcp", "tcp", false },
		{ "udp", "udp", false },
		{ "tcp6", "tcp", true },
		{ "udp6", "udp", true },
	};

	ports->all = ARENA_ARRAY(scan_arena(s), PORTS_MAX, struct port);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct err file_err = { 0 };

		if (file_read(s, files[i].file, files[i].proto, ports,
			      &file_err) == 0)
			continue;
		/* A kernel without IPv6 has no such file. */
		if (files[i].v6 && file_err.code == -ENOENT)
			continue;
		*e = file_err;
		return e->code;
	}
	return 0;
}

static bool
same_row(const struct port *x, const struct port *y)
{
	return port_cmp(x, y) == 0 && x->uid == y->uid;
}

static int
scan(struct scan *s, struct err *e)
{
	struct ports ports = { 0 };
	struct accounts c = { 0 };
	struct err none = { 0 };
	bool unknown = false;

	if (sockets_read(s, &ports, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	index_make(scan_arena(s), &ports);
	processes_read(s, &ports);
	for (size_t i = 0; i < ports.n; i++) {
		if (ports.all[i].pid != 0)
			process_describe(s, &ports.all[i]);
		else
			unknown = true;
	}
	bool has_packages = packages_find(s, &ports);
	(void)accounts_load(s, &c, &none); /* without: numbers */
	qsort(ports.all, ports.n, sizeof(*ports.all), port_cmp);
	if (unknown && !scan_as_root(s)) {
		(void)scan_cannot(s, HOST_PORT_PROCESS, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_PORT_EXE, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_PORT_PACKAGE, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_PORT_USER_NAME, CANNOT_NEEDS_ROOT);
	} else if (!has_packages) {
		(void)scan_cannot(s, HOST_PORT_PACKAGE, CANNOT_ABSENT);
	}
	for (size_t i = 0; i < ports.n; i++) {
		/* Workers that share a port have a socket each. */
		if (i > 0 && same_row(&ports.all[i], &ports.all[i - 1]))
			continue;
		if (port_emit(s, &ports.all[i], &c, e) < 0)
			return e->code;
	}
	return ports.full ? scan_cannot(s, SCAN_ALL, CANNOT_LIMIT) : 0;
}

const struct table table_host_port = {
	.contract = &contract_host_port,
	.scan = scan,
};
