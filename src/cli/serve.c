/*
 * serve.c - yamori serve: collects, checks and signs by itself.
 *
 * The parent reads no foreign byte. At each round it starts `probe` (its own
 * rights, no network), which writes this machine's facts into a file without
 * a name, and then `work` (the user yamori), which takes them, takes what
 * lies in inbox/, checks, and has the journal's head signed.
 */
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"
#include "check/check.h"
#include "cli/cli.h"
#include "cli/inbox.h"
#include "cli/org.h"
#include "facts/facts.h"
#include "journal/journal.h"
#include "policy/adopt.h"

#define FACTS_FD 3
#define SERVICE_USER "yamori"
#define RETRY_US (60 * MOMENT_SEC)

static const struct option options[] = {
	{ "every", "DURATION", "time between rounds (default 6h)" },
	{ "once", NULL, "one round, then end" },
	{ "role", "ROLE", "(internal) probe or work" },
	{ 0 },
};

static void
say(const char *what, const struct err *e, struct cli *c)
{
	auto_buf b = { 0 };

	buf_init(&b, 8192);
	buf_c(&b, "yamori serve: ");
	buf_c(&b, what);
	if (e != NULL) {
		buf_c(&b, ": ");
		cli_err(c, e, &b);
	}
	buf_char(&b, '\n');
	(void)fs_write_full(STDERR_FILENO, b.p, b.len); /* the last resort */
}

/* Role `probe`: reads this machine; no foreign byte comes in. */
static int
probe(struct err *e)
{
	return probe_run(FACTS_FD, NULL, e);
}

/* Everything once a day, and in between what changed. */
static int
check_all(struct cli *c, struct store *s, struct err *e)
{
	static const struct check_scope all = { .level = -1 };
	struct catalog *cat;
	struct policy *p;
	struct check_run *run;

	if (catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    policy_load(s, c->arena, cat, &p, e) < 0 ||
	    check_changed(s, c->arena, p, &all, &run, e) < 0)
		return e->code;
	return check_store(s, run, &all, e);
}

/* Role `work`: one round; what fails is said, the rest is done. */
static int
work(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct ingest_report r;
	struct journal_signed head;
	struct err part = { 0 };

	if (org_open(c, STORE_WRITE, &s, e) < 0)
		return e->code;
	if (facts_take_local(s, c->arena, "/proc/self/fd/3", &r, &part) < 0)
		say("this machine", &part, c);
	if (inbox_take(c, s, NULL, &part) < 0)
		say("inbox", &part, c);
	if (check_all(c, s, e) < 0)
		return e->code;
	if (journal_sign(s, c->arena, NULL, &head, &part) < 0)
		say("sign", &part, c);
	return EXIT_OK;
}

/* Becomes the owner of the directory, if we may and it is not ours. */
static int
rights_drop(const char *dir, struct err *e)
{
	const struct passwd *pw = getpwnam(SERVICE_USER);
	uint32_t owner;

	if (geteuid() != 0)
		return 0;
	if (fs_owner(dir, &owner, e) < 0)
		return e->code;
	if (owner == 0 || pw == NULL)
		return 0; /* root's own directory stays root's */
	if (pw->pw_uid != owner)
		return err_set(e, -EPERM,
			       "'%s' belongs neither to root nor to the user "
			       "%s",
			       dir, SERVICE_USER);
	if (setgroups(0, NULL) < 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
		return err_sys(e, "cannot become the user %s", SERVICE_USER);
	return 0;
}

/* Starts ourselves in a role, with the facts as descriptor 3. */
static int
role_run(struct cli *c, const char *role, int facts, struct err *e)
{
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, "cannot start the role %s", role);
	if (pid == 0) {
		sigset_t none;

		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		if ((strcmp(role, "work") == 0 && rights_drop(c->dir, e) < 0))
			say(role, e, c);
		else if (dup2(facts, FACTS_FD) == FACTS_FD)
			(void)execl("/proc/self/exe", "yamori", "--dir", c->dir,
				    "--lang", c->lang == LANG_JA ? "ja" : "en",
				    "serve", "--role", role, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, -EIO, "the role %s did not finish", role);
	return 0;
}

static int
round_run(struct cli *c, struct err *e)
{
	/* Without MFD_CLOEXEC: the roles inherit it as descriptor 3. */
	auto_fd int facts = memfd_create("facts", MFD_CLOEXEC);

	if (facts < 0)
		return err_sys(e, "cannot make room for the facts");
	if (role_run(c, "probe", facts, e) < 0)
		return e->code;
	return role_run(c, "work", facts, e);
}

/* Waits for the time or a signal to end; true = go on. */
static bool
sleep_until_next(int signals, int64_t us)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	int64_t ms = us / 1000;

	while (ms > 0) {
		int part = ms > 3600000 ? 3600000 : (int)ms;
		int n = poll(&p, 1, part);

		if (n > 0)
			return false;
		ms -= part;
	}
	return true;
}

static bool
told_to_end(int signals)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static struct str
every_words(struct cli *c, const char *every)
{
	static const struct parameter duration = { .type = PARAM_DURATION };

	return policy_print(c->arena, &duration, str_c(every),
			    c->lang == LANG_JA);
}

static int
parent(struct cli *c, const char *every, int64_t every_us, struct err *e)
{
	bool once = cli_has(c, "once");
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "cannot wait for signals");
	auto_fd int signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		return err_sys(e, "cannot wait for signals");
	if (!once) {
		cli_print(c,
			  "yamori keeps running and looks again every %.*s; "
			  "Ctrl+C ends it.\n",
			  STR_ARG(every_words(c, every)));
		cli_flush(c);
	}

	for (;;) {
		struct err failed = { 0 };
		int r = round_run(c, &failed);

		if (r < 0 && once) {
			*e = failed;
			return r;
		}
		if (r < 0 && !told_to_end(signals)) /* Ctrl+C ends all of us */
			say("round", &failed, c);
		if (once ||
		    !sleep_until_next(signals, r < 0 ? RETRY_US : every_us))
			return EXIT_OK;
	}
}

static int
run(struct cli *c, struct err *e)
{
	const char *role = cli_option(c, "role");
	const char *every = cli_option(c, "every");
	struct duration d;

	if (role != NULL && strcmp(role, "probe") == 0)
		return probe(e);
	if (role != NULL && strcmp(role, "work") == 0)
		return work(c, e);
	if (role != NULL)
		return cli_usage(c, e, "there is no role '%s'", role);
	if (every == NULL)
		every = "6h";
	if (duration_parse(str_c(every), &d, e) < 0)
		return err_in(e, "--every");
	int64_t us = duration_us(&d);
	if (us < 60 * MOMENT_SEC || us > 31 * MOMENT_DAY)
		return err_set(e, -ERANGE, "--every: from 1min to 31d");

	auto_store *s = NULL; /* says at once when there is no organisation */
	if (org_open(c, STORE_READ, &s, e) < 0)
		return e->code;
	store_close(s);
	s = NULL;
	return parent(c, every, us, e);
}

const struct command command_serve = {
	.name = "serve",
	.summary = "collect, check and sign by itself, again and again",
	.synopsis = "[--every DURATION] [--once]",
	.details = "Runs until it is told to end (SIGTERM). Fact files put "
		   "into the directory's inbox/ are taken at each round.",
	.options = options,
	.no_json = true,
	.run = run,
};
