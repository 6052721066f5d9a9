/* runner.c - a process that runs programs for one that may not. */
#include "facts/runner.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/msg.h"
#include "base/proc.h"

#define WORDS_MAX 4096
#define REQUEST_MAX ((size_t)4 * 1024 * 1024)
#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)
#define TIME_US (20 * MOMENT_SEC)

enum { RUN = 1, RAN, FAILED };

/*
 * What the table files ask. More words may follow, but no options: what
 * changes something is said by an option or another word in front.
 */
static const char *const questions[] = {
	"apcaccess status",
	"apt list --upgradable",
	"apt-config dump",
	"chronyc -c tracking",
	"clamscan --version",
	"dnf -C -q updateinfo list --updates",
	"ip -6 neigh show",
	"ip6tables-legacy-save",
	"ip6tables-save",
	"iptables-legacy-save",
	"iptables-save",
	"iw dev",
	("journalctl --no-pager -q -o json"
	 " --output-fields=MESSAGE,SYSLOG_IDENTIFIER -n 7000 -t sshd"
	 " -t sshd-session -t login -t su -t sudo"),
	"nft -a list ruleset",
	"nft -j list ruleset",
	"rpm -qa --qf",
	"rpm -qf --qf",
	"sshd -T",
	"sshd -T -C",
	"systemctl is-active",
	("systemctl list-units --all --no-legend --plain --no-pager"
	 " --type=service,socket"),
	"systemctl show --timestamp=utc --property=Id,LastTriggerUSec",
	"upsc",
	"zfs get -H -o value encryption",
};

static bool
is_question(const char *question, const char *const argv[])
{
	struct str rest = str_c(question), word;
	size_t i = 0;

	while (str_next_word(&rest, &word)) {
		if (argv[i] == NULL || !str_is(word, argv[i]))
			return false;
		i++;
	}
	for (; argv[i] != NULL; i++) {
		if (argv[i][0] == '-' && strcmp(argv[i], "--") != 0)
			return false;
	}
	return true;
}

bool
runner_allows(const char *const argv[])
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		if (is_question(questions[i], argv))
			return true;
	}
	return false;
}

static int
run(struct arena *a, struct str body, struct str *ret, int *ret_exit,
    struct err *e)
{
	static const struct proc_limits limits = {
		.time_us = TIME_US,
		.output_max = OUTPUT_MAX,
	};
	struct reader r = { .rest = body };
	const char **argv = ARENA_ARRAY(a, WORDS_MAX + 1, const char *);
	size_t n = 0;

	while (r.rest.len > 0 && !r.bad && n < WORDS_MAX)
		argv[n++] = str_to_c(a, rd_str(&r));
	argv[n] = NULL;
	if (!rd_end(&r) || n == 0)
		return err_set(e, -EBADMSG, "a question makes no sense");
	if (!runner_allows(argv))
		return err_set(e, -EPERM, "'%s' is not to be run so", argv[0]);
	return proc_run(a, argv, &limits, ret, ret_exit, e);
}

/* One question; 0 when there will be no more. */
static int
serve_one(int fd, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct msg m;
	struct str said = { 0 };
	struct err why = { 0 };
	int code = 0;

	int n = msg_recv(a, fd, REQUEST_MAX, INT64_MAX, &m, e);
	if (n <= 0)
		return n;
	buf_init(&b, OUTPUT_MAX + 64);
	int r = m.type == RUN ? run(a, m.body, &said, &code, &why) : -EBADMSG;
	put_i64(&b, r < 0 ? r : code);
	put_str(&b, said);
	if (msg_send(fd, r < 0 ? FAILED : RAN, buf_view(&b), e) < 0)
		return e->code;
	return 1;
}

int
runner_start(int *ret_fd, struct err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "cannot start another process");
	auto_fd int ours = pair[0], theirs = pair[1];
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, "cannot start another process");
	if (pid == 0) {
		(void)close(ours);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else the end does */
		while (serve_one(theirs, e) > 0)
			;
		_exit(0);
	}
	*ret_fd = fd_steal(&ours);
	return 0;
}

int
runner_exec(void *ctx, struct arena *a, const char *const argv[],
	    struct str *ret, int *ret_exit, struct err *e)
{
	const int *fd = ctx;
	auto_buf b = { 0 };
	struct msg m;

	buf_init(&b, REQUEST_MAX);
	for (size_t i = 0; argv[i] != NULL; i++)
		put_str(&b, str_c(argv[i]));
	if (b.bad)
		return err_set(e, -EFBIG, "too many words for '%s'", argv[0]);
	if (msg_send(*fd, RUN, buf_view(&b), e) < 0)
		return e->code;
	int n = msg_recv(a, *fd, OUTPUT_MAX + 64, msg_clock_us() + 2 * TIME_US,
			 &m, e);
	if (n < 0)
		return n;

	struct reader r = { .rest = m.body };
	int code = n == 0 ? -EIO : (int)rd_i64(&r);
	struct str said = n == 0 ? str_c("") : rd_str(&r);
	if (n == 0 || !rd_end(&r) || m.type != RAN)
		return err_set(e, code < 0 ? code : -EIO, "cannot run '%s'",
			       argv[0]);
	*ret = said;
	*ret_exit = code;
	return 0;
}
