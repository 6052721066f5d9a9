/* pam.c - PAM stacks: read with their includes, and tried out on paper. */
#include "tables/linux/pam.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "tables/table.h"

#define DEPTH_MAX 12
#define LINE_MAX_LEN ((size_t)64 * 1024)
#define ORDINARY_UID 1000

const char *const pam_ways[] = {
	"login",   "sshd",	   "su",      "su-l",	  "sudo",
	"sudo-i",  "gdm-password", "lightdm", "sddm",	  "kde",
	"lxdm",	   "xdm",	   "greetd",  "polkit-1", "xrdp-sesman",
	"cockpit", "vsftpd",	   "proftpd", "dovecot",  NULL,
};

static bool
type_of(struct str word, enum pam_type *ret)
{
	static const char *const names[] = { "auth", "account", "password",
					     "session" };

	if (str_starts(word, "-"))
		word = str_from(word, 1);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is_nocase(word, names[i])) {
			*ret = (enum pam_type)i;
			return true;
		}
	}
	return false;
}

/* A control is one word, or all between brackets. */
static bool
control_take(struct str *rest, struct str *ret)
{
	*rest = str_trim(*rest);
	if (rest->len == 0 || rest->p[0] != '[')
		return str_next_word(rest, ret);
	size_t end = str_find(*rest, ']');
	if (end == STR_NONE)
		return false;
	*ret = str_first(*rest, end + 1);
	*rest = str_from(*rest, end + 1);
	return true;
}

static struct str
module_name(struct str word)
{
	for (size_t i = word.len; i > 0; i--) {
		if (word.p[i - 1] == '/')
			return module_name(str_from(word, i));
	}
	if (str_ends(word, ".so"))
		word.len -= 3;
	return word;
}

static bool
is_include(struct str control)
{
	return str_is(control, "include") || str_is(control, "substack");
}

static bool
rule_parse(struct str line, struct pam_rule *ret)
{
	struct pam_rule r = { 0 };
	struct str word, rest = line;

	if (!str_next_word(&rest, &word))
		return false;
	if (str_is(word, "@include")) {
		r.all_types = true;
		r.control = str_c("include");
		if (!str_next_word(&rest, &r.module))
			return false;
		*ret = r;
		return true;
	}
	if (!type_of(word, &r.type) || !control_take(&rest, &r.control) ||
	    !str_next_word(&rest, &word))
		return false;
	r.module = is_include(r.control) ? word : module_name(word);
	r.args = str_trim(rest);
	*ret = r;
	return true;
}

/* A line that ends in a backslash goes on; # begins a comment anywhere. */
static bool
next_line(struct arena *a, struct str *rest, struct str *ret)
{
	auto_buf all = { 0 };
	struct str line;
	bool any = false, more = true;

	buf_init(&all, LINE_MAX_LEN);
	while (more && str_next_line(rest, &line)) {
		any = true;
		line = str_until(line, '#');
		more = str_ends(line, "\\");
		if (more)
			line.len--;
		buf_str(&all, line);
		if (more)
			buf_char(&all, ' ');
	}
	*ret = str_trim(str_copy(a, buf_view(&all)));
	return any;
}

static bool
stack_add(struct arena *a, struct pam_stack *st, const struct pam_rule *r)
{
	/* Room is made at every power of two. */
	if (st->n == PAM_RULES_MAX)
		return false;
	if ((st->n & (st->n - 1)) == 0) {
		struct pam_rule *more = ARENA_ARRAY(
			a, st->n > 0 ? st->n * 2 : 1, struct pam_rule);

		if (st->n > 0)
			memcpy(more, st->rule, st->n * sizeof(*more));
		st->rule = more;
	}
	st->rule[st->n++] = *r;
	return true;
}

void
pam_parse(struct arena *a, struct str text, struct pam_stack *ret)
{
	struct pam_stack st = { 0 };
	struct pam_rule r;
	struct str line;

	while (next_line(a, &text, &line)) {
		if (rule_parse(line, &r) && !stack_add(a, &st, &r))
			break;
	}
	*ret = st;
}

static int
service_read(struct scan *s, const char *name, struct str *ret, struct err *e)
{
	if (name[0] == '/')
		return scan_file(s, name, ret, e);
	if (scan_file(s, scan_path(s, "/etc/pam.d/%s", name), ret, e) !=
	    -ENOENT)
		return e->code;
	*e = (struct err){ 0 };
	return scan_file(s, scan_path(s, "/usr/lib/pam.d/%s", name), ret, e);
}

bool
pam_has_service(struct scan *s, const char *service)
{
	return scan_exists(s, scan_path(s, "/etc/pam.d/%s", service)) ||
	       scan_exists(s, scan_path(s, "/usr/lib/pam.d/%s", service));
}

static int
file_add(struct scan *s, const char *name, enum pam_type type,
	 struct pam_stack *to, int depth, struct err *e)
{
	struct arena *a = scan_arena(s);
	struct pam_stack lines;
	struct str text;

	if (depth == DEPTH_MAX)
		return err_set(e, -ELOOP, "'%s' includes itself", name);
	if (service_read(s, name, &text, e) < 0)
		return e->code;
	pam_parse(a, text, &lines);
	for (size_t i = 0; i < lines.n; i++) {
		struct pam_rule r = lines.rule[i];
		struct pam_stack *sub = to;

		if (!r.all_types && r.type != type)
			continue;
		if (is_include(r.control)) {
			bool apart = str_is(r.control, "substack");

			if (apart)
				sub = r.sub = ARENA_NEW(a, struct pam_stack);
			/* PAM denies everything when one is not there. */
			if (file_add(s, str_to_c(a, r.module), type, sub,
				     depth + 1, e) < 0)
				return e->code;
			if (!apart)
				continue;
		}
		if (!stack_add(a, to, &r))
			return err_set(e, -E2BIG, "more than %zu PAM rules",
				       PAM_RULES_MAX);
	}
	return 0;
}

int
pam_load(struct scan *s, const char *service, enum pam_type type,
	 struct pam_stack *ret, struct err *e)
{
	struct pam_stack st = { 0 };

	if (!pam_has_service(s, service))
		service = "other";
	if (file_add(s, service, type, &st, 0, e) < 0)
		return e->code;
	*ret = st;
	return 0;
}

bool
pam_arg(struct str args, const char *word)
{
	struct str one;

	while (str_next_word(&args, &one)) {
		if (str_is(one, word))
			return true;
	}
	return false;
}

bool
pam_arg_value(struct str args, const char *key, struct str *ret)
{
	struct str one;

	while (str_next_word(&args, &one)) {
		if (str_find(one, '=') != STR_NONE &&
		    str_is(str_until(one, '='), key)) {
			*ret = str_after(one, '=');
			return true;
		}
	}
	return false;
}

static bool
number_holds(int64_t uid, struct str op, struct str value)
{
	int64_t n;

	if (!num_try(value, &n))
		return false;
	if (str_is(op, ">=") || str_is(op, "ge"))
		return uid >= n;
	if (str_is(op, ">") || str_is(op, "gt"))
		return uid > n;
	if (str_is(op, "<=") || str_is(op, "le"))
		return uid <= n;
	if (str_is(op, "<") || str_is(op, "lt"))
		return uid < n;
	if (str_is(op, "=") || str_is(op, "eq"))
		return uid == n;
	return (str_is(op, "!=") || str_is(op, "ne")) && uid != n;
}

/* pam_succeed_if: all conditions of three words; what is not known fails. */
static bool
conditions_hold(struct str args, int64_t uid)
{
	struct str word, op, value;

	while (str_next_word(&args, &word)) {
		if (str_is(word, "debug") || str_is(word, "use_uid") ||
		    str_is(word, "audit") || str_starts(word, "quiet"))
			continue;
		if (!str_next_word(&args, &op) || !str_next_word(&args, &value))
			return false;
		if (str_is(word, "uid") && number_holds(uid, op, value))
			continue;
		if (str_is(word, "user") && str_is(op, "notingroup"))
			continue;
		if (str_is(word, "user") && str_is(value, "root") &&
		    (str_is(op, "=") ? uid == 0 : str_is(op, "!=") && uid != 0))
			continue;
		return false;
	}
	return true;
}

static bool
in_list(struct str name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (str_is(name, *list))
			return true;
	}
	return false;
}

static bool
success_ends(struct str control)
{
	size_t at = str_find_c(control, "success=");

	if (str_is(control, "sufficient"))
		return true;
	if (at == STR_NONE)
		return false;
	struct str v = str_from(control, at + strlen("success="));
	return str_starts(v, "done") ||
	       (v.len > 0 && v.p[0] >= '1' && v.p[0] <= '9');
}

/* The name of the return value, as controls spell it. */
static const char *
result_of(const struct pam_rule *r, const struct pam_try *t)
{
	static const char *const plain[] = {
		"pam_permit",	 "pam_env",
		"pam_faildelay", "pam_nologin",
		"pam_securetty", "pam_shells",
		"pam_localuser", "pam_pwquality",
		"pam_cracklib",	 "pam_passwdqc",
		"pam_pwhistory", "pam_tally2",
		"pam_tally",	 "pam_group",
		"pam_access",	 NULL,
	};
	static const char *const elsewhere[] = {
		"pam_sss",     "pam_ldap",    "pam_krb5",
		"pam_winbind", "pam_fprintd", "pam_systemd_home",
		"pam_gdm",     "pam_ccreds",  "pam_himmelblau",
		NULL,
	};

	if (t->failing != NULL && str_is(r->module, t->failing))
		return "auth_err";
	if (str_is(r->module, "pam_unix"))
		return t->password_ok ? "success" : "auth_err";
	if (str_is(r->module, "pam_deny") || str_is(r->module, "pam_rootok"))
		return "auth_err";
	if (str_is(r->module, "pam_faillock"))
		return pam_arg(r->args, "authfail") ? "ignore" : "success";
	if (str_is(r->module, "pam_succeed_if"))
		return conditions_hold(r->args, t->uid) ? "success"
							: "auth_err";
	if (str_is(r->module, "pam_usertype"))
		return pam_arg(r->args, "issystem") == (t->uid < ORDINARY_UID)
			       ? "success"
			       : "perm_denied";
	if (str_is(r->module, "pam_wheel"))
		return pam_arg(r->args, "trust") ? "perm_denied" : "success";
	if (in_list(r->module, plain))
		return "success";
	if (in_list(r->module, elsewhere))
		return "user_unknown";
	return success_ends(r->control) ? "auth_err" : "success";
}

enum action { IGNORE, OK, DONE, BAD, DIE, RESET, JUMP };

struct step {
	enum action action;
	int64_t jump;
};

static struct step
step_named(struct str word)
{
	static const char *const names[] = { "ignore", "ok",  "done",
					     "bad",    "die", "reset" };
	struct step st = { .action = IGNORE };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(word, names[i]))
			st.action = (enum action)i;
	}
	if (num_try(word, &st.jump) && st.jump > 0)
		st.action = JUMP;
	return st;
}

/* [value=action ...]; default is for values not named, else bad. */
static struct step
step_bracket(struct str control, const char *result)
{
	struct str rest = str_first(str_from(control, 1), control.len - 2);
	struct str one, dflt = str_c("bad");

	while (str_next_word(&rest, &one)) {
		struct str key = str_until(one, '=');

		if (str_is(key, result))
			return step_named(str_after(one, '='));
		if (str_is(key, "default"))
			dflt = str_after(one, '=');
	}
	return step_named(dflt);
}

static struct step
step_of(struct str control, const char *result)
{
	bool good = strcmp(result, "success") == 0;

	if (control.len > 1 && control.p[0] == '[')
		return step_bracket(control, result);
	if (strcmp(result, "ignore") == 0)
		return (struct step){ .action = IGNORE };
	if (str_is_nocase(control, "sufficient"))
		return (struct step){ .action = good ? DONE : IGNORE };
	if (str_is_nocase(control, "optional"))
		return (struct step){ .action = good ? OK : IGNORE };
	if (str_is_nocase(control, "requisite"))
		return (struct step){ .action = good ? OK : DIE };
	return (struct step){ .action = good ? OK : BAD };
}

enum impression { UNDEFINED, POSITIVE, NEGATIVE };

/* True when the stack was ended before its last rule. */
static bool
run(const struct pam_stack *st, const struct pam_try *t,
    enum impression *so_far)
{
	const enum impression before = *so_far;

	for (size_t i = 0; i < st->n; i++) {
		const struct pam_rule *r = &st->rule[i];

		if (r->sub != NULL) {
			(void)run(r->sub, t, so_far); /* ends itself only */
			continue;
		}
		if (t->seen != NULL)
			t->seen(t->ctx, r);

		const char *result = result_of(r, t);
		struct step step = step_of(r->control, result);
		switch (step.action) {
		case IGNORE:
			break;
		case RESET:
			*so_far = before;
			break;
		case JUMP:
			i += (size_t)step.jump;
			break;
		case OK:
		case DONE:
			if (*so_far == UNDEFINED)
				*so_far = strcmp(result, "success") == 0
						  ? POSITIVE
						  : NEGATIVE;
			if (step.action == DONE && *so_far == POSITIVE)
				return true;
			break;
		case BAD:
		case DIE:
			*so_far = NEGATIVE;
			if (step.action == DIE)
				return true;
			break;
		}
	}
	return false;
}

bool
pam_run(const struct pam_stack *st, const struct pam_try *t)
{
	enum impression result = UNDEFINED;

	(void)run(st, t, &result);
	return result == POSITIVE;
}
