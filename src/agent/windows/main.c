/* main.c - yamori-collect: one PC says what it is like, in one file. */
#include "agent/common/fact_write.h"
#include "agent/windows/os.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "tables/windows/win.h"

#define TOKEN_MAX ((size_t)1024)
#define OUT_MAX ((size_t)1024 * 1024)
#define VERSION "0.1.0"

struct options {
	const char *out, *token, *replay;
	bool ja, help, list, task;
	const char *bad; /* what was not understood */
};

struct token {
	struct str host_id, key_id, key; /* the key as bytes */
};

/* A sink around the fact file's own: counts, and notes what was denied. */
struct watch {
	struct sink sink;
	struct fact_writer *w;
	const char *table;
	bool denied; /* this table already */
	struct buf denied_names;
	int64_t n_tables, n_rows;
};

static const char *
pick(const struct options *o, const char *ja, const char *en)
{
	return o->ja ? ja : en;
}

static const char usage_en[] =
	"usage: yamori-collect [options]\n"
	"Looks at this PC and writes what it sees into one file, NAME.facts\n"
	"beside the program. It changes nothing, sends nothing, asks nothing.\n"
	"Run it as an administrator to let it see everything.\n"
	"  --out FILE     writes into this file instead\n"
	"  --token TOKEN  signs the file (else the file yamori.token beside\n"
	"                 the program does; without one it is not signed)\n"
	"  --lang ja|en   language of what is printed\n"
	"  --list         the tables it fills\n"
	"  --task         text to copy for a scheduled task\n"
	"  --replay DIR   reads a recorded machine instead of this one\n"
	"  --help         this text\n";
static const char usage_ja[] =
	"使い方: yamori-collect [オプション]\n"
	"このパソコンの状態を調べ、プログラムと同じ場所の「コンピューター名."
	"facts」\n"
	"に書きます。設定は何も変えず、どこにも送らず、何も尋ねません。\n"
	"すべてを調べるには、管理者として実行してください。\n"
	"  --out FILE     書き出すファイルを指定します\n"
	"  --token TOKEN  ファイルに署名します（指定がなければ、同じ場所の\n"
	"                 yamori.token を使います。どちらもなければ署名なし）\n"
	"  --lang ja|en   表示の言語\n"
	"  --list         調べる項目（表）の一覧\n"
	"  --task         定期実行の登録に使う文\n"
	"  --replay DIR   このパソコンの代わりに、記録した状態を読みます\n"
	"  --help         この説明\n";

/* What the system says in XML is the same in every language. */
static const char task_text[] =
	"schtasks /Create /F /TN \"Yamori\\collect\" /SC DAILY /ST 12:15 "
	"/RU SYSTEM /RL HIGHEST /TR "
	"\"C:\\Yamori\\yamori-collect.exe --out "
	"\\\\SERVER\\yamori-inbox$\\%COMPUTERNAME%.facts\"\n"
	"\n"
	"<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n"
	"<Task version=\"1.2\" "
	"xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n"
	"  <Triggers>\n"
	"    <CalendarTrigger>\n"
	"      <StartBoundary>2026-01-01T12:15:00</StartBoundary>\n"
	"      <RandomDelay>PT30M</RandomDelay>\n"
	"      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>\n"
	"    </CalendarTrigger>\n"
	"  </Triggers>\n"
	"  <Principals>\n"
	"    <Principal id=\"Author\">\n"
	"      <UserId>S-1-5-18</UserId>\n"
	"      <RunLevel>HighestAvailable</RunLevel>\n"
	"    </Principal>\n"
	"  </Principals>\n"
	"  <Settings>\n"
	"    <StartWhenAvailable>true</StartWhenAvailable>\n"
	"    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
	"    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
	"    <ExecutionTimeLimit>PT30M</ExecutionTimeLimit>\n"
	"  </Settings>\n"
	"  <Actions Context=\"Author\">\n"
	"    <Exec>\n"
	"      <Command>C:\\Yamori\\yamori-collect.exe</Command>\n"
	"      <Arguments>--out \\\\SERVER\\yamori-inbox$\\%COMPUTERNAME%.facts"
	"</Arguments>\n"
	"    </Exec>\n"
	"  </Actions>\n"
	"</Task>\n";

static void
options_read(struct options *o, int argc, char **argv)
{
	const struct {
		const char *name;
		const char **text;
		bool *flag;
	} known[] = {
		{ "--out", &o->out, NULL },
		{ "--token", &o->token, NULL },
		{ "--replay", &o->replay, NULL },
		{ "--help", NULL, &o->help },
		{ "--list", NULL, &o->list },
		{ "--task", NULL, &o->task },
	};

	for (int i = 1; i < argc && o->bad == NULL; i++) {
		size_t n = 0;

		if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
			o->ja = strcmp(argv[++i], "ja") == 0;
			continue;
		}
		while (n < ARRAY_LEN(known) &&
		       strcmp(argv[i], known[n].name) != 0)
			n++;
		if (n == ARRAY_LEN(known) ||
		    (known[n].text != NULL && i + 1 == argc))
			o->bad = argv[i];
		else if (known[n].text != NULL)
			*known[n].text = argv[++i];
		else
			*known[n].flag = true;
	}
}

static bool
is_id(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z'))
			return false;
	}
	return s.len > 0 && s.len <= 64;
}

/* HOSTID.KEYID.HEXKEY, as 'yamori host enrol' prints it. */
static int
token_parse(struct arena *a, struct str text, struct token *ret, struct err *e)
{
	struct token t = { 0 };
	struct str hex;

	text = str_trim(text);
	t.host_id = str_until(text, '.');
	t.key_id = str_until(str_after(text, '.'), '.');
	hex = str_after(str_after(text, '.'), '.');
	t.key = hex_decode(a, hex);
	if (!is_id(t.host_id) || !is_id(t.key_id) || t.key.p == NULL ||
	    t.key.len != HASH_LEN)
		return err_set(e, -EINVAL,
			       "the token is not one of 'yamori host enrol'");
	*ret = t;
	return 0;
}

static int
token_find(struct arena *a, const struct options *o, struct token *ret,
	   struct err *e)
{
	struct str folder = os_folder(a), text;
	const char *path = str_fmt(a, "%.*syamori.token", STR_ARG(folder)).p;

	if (o->token != NULL)
		return token_parse(a, str_c(o->token), ret, e);
	int r = os_read(a, path, TOKEN_MAX, &text, e);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : token_parse(a, text, ret, e);
}

static int
watch_begin(struct sink *k, const struct contract *c, struct err *e)
{
	struct watch *v = (struct watch *)(void *)k; /* its first member */

	v->table = c->name;
	v->denied = false;
	v->n_tables++;
	return v->w->sink.begin(&v->w->sink, c, e);
}

static int
watch_cannot(struct sink *k, const char *column, const char *reason,
	     struct err *e)
{
	struct watch *v = (struct watch *)(void *)k;

	if (strcmp(reason, cannot_name(CANNOT_NEEDS_ROOT)) == 0 && !v->denied) {
		v->denied = true;
		buf_fmt(&v->denied_names, "  %s\n", v->table);
	}
	return v->w->sink.cannot(&v->w->sink, column, reason, e);
}

static int
watch_row(struct sink *k, const struct value *values, struct err *e)
{
	struct watch *v = (struct watch *)(void *)k;

	v->n_rows++;
	return v->w->sink.row(&v->w->sink, values, e);
}

static int
watch_end(struct sink *k, enum snapshot state, const char *reason,
	  int64_t n_rows, struct err *e)
{
	struct watch *v = (struct watch *)(void *)k;

	return v->w->sink.end(&v->w->sink, state, reason, n_rows, e);
}

static struct str
answer_of(struct arena *a, const struct world *w, const char *key)
{
	struct str system = { 0 };
	struct err none = { 0 };

	if (w->call(w->ctx, a, "system", &system, &none) < 0)
		return (struct str){ 0 };
	return win_get(system, key);
}

static struct str
registry_of(struct arena *a, const struct world *w, const char *key,
	    const char *name)
{
	struct reg_key k = { 0 };
	struct err none = { 0 };

	if (w->reg == NULL || w->reg(w->ctx, a, key, &k, &none) < 0)
		return (struct str){ 0 };
	return str_trim(win_value_text(&k, name));
}

/* The system's own ids are hashed: they are nobody else's business. */
static struct str
id_of(struct arena *a, struct str v, size_t hex)
{
	if (v.len == 0)
		return STR("");
	struct hash h = hash_of_str(str_fmt(a, "yamori %.*s", STR_ARG(v)));
	return str_first(hash_hex(a, h), hex);
}

static struct fact_header
header_of(struct arena *a, const struct world *w, const struct token *t)
{
	int64_t now = w->now != 0 ? w->now : moment_now();
	struct str guid = registry_of(
		a, w, "HKLM\\SOFTWARE\\Microsoft\\Cryptography", "MachineGuid");
	/* A number that grows with each start. */
	struct str boot = registry_of(
		a, w,
		"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\"
		"Memory Management\\PrefetchParameters",
		"BootId");

	if (boot.len > 0)
		boot = str_fmt(a, "%.*s %.*s", STR_ARG(guid), STR_ARG(boot));
	return (struct fact_header){
		.host_id = t->host_id,
		.key_id = t->key_id,
		.machine_id = id_of(a, guid, 32),
		.boot_id = id_of(a, boot, 16),
		.sequence = now / 1000,
		.taken_at = now,
		.platform = STR("windows"),
		.hostname = answer_of(a, w, "hostname"),
		.as = w->as_root ? STR("root") : STR("user"),
		.version = STR(VERSION),
	};
}

static int
tables_write(struct watch *v, const struct world *w, struct err *e)
{
	for (size_t i = 0; i < n_tables; i++) {
		if (scan_table(tables[i], w, &v->sink, e) < 0)
			return e->code;
	}
	return 0;
}

static int
file_write(struct arena *a, const struct world *w, const struct token *t,
	   const char *path, struct watch *v, struct err *e)
{
	struct fact_header h = header_of(a, w, t);
	struct fact_writer writer;
	struct os_file *f;

	if (os_file_new(a, path, &f, e) < 0)
		return e->code;
	if (fact_writer_begin(&writer, &h, os_file_put, f, e) < 0) {
		os_file_drop(f);
		return e->code;
	}
	*v = (struct watch){
		.sink = { watch_begin, watch_cannot, watch_row, watch_end },
		.w = &writer,
	};
	buf_init(&v->denied_names, OUT_MAX);
	if (tables_write(v, w, e) < 0) {
		fact_writer_done(&writer);
		os_file_drop(f);
		return e->code;
	}
	if (fact_writer_end(&writer, t->key, e) < 0) {
		os_file_drop(f);
		return e->code;
	}
	return os_file_end(f, e);
}

static void
report(const struct options *o, const char *path, const struct token *t,
       const struct watch *v, struct buf *out)
{
	bool is_signed = t->key.len > 0;

	if (o->ja)
		buf_fmt(out, "%s に書きました（%lld 表、%lld 行、%s）。\n",
			path, (long long)v->n_tables, (long long)v->n_rows,
			is_signed ? "署名あり" : "署名なし");
	else
		buf_fmt(out, "Wrote %s (%lld tables, %lld rows, %s).\n", path,
			(long long)v->n_tables, (long long)v->n_rows,
			is_signed ? "signed" : "not signed");
	if (v->denied_names.len == 0)
		return;
	buf_c(out, pick(o,
			"管理者の権限がないため、次の表は全部または一部が"
			"わかりませんでした。\n",
			"Without an administrator's rights these could not be "
			"told, or not all of them:\n"));
	buf_str(out, buf_view(&v->denied_names));
	buf_c(out, pick(o,
			"右クリックして「管理者として実行」を選ぶと、"
			"調べられます。\n",
			"Right-click the program and choose 'Run as "
			"administrator' to have them told.\n"));
}

static int
collect(struct arena *a, const struct options *o, struct buf *out,
	struct err *e)
{
	struct token t = { 0 };
	struct world w;
	struct watch v = { 0 };
	const char *path = o->out;

	if (token_find(a, o, &t, e) < 0)
		return e->code;
	if (o->replay != NULL)
		world_recorded(&w, a, o->replay);
	else
		world_live(&w);
	world_share(&w, a);
	if (path == NULL) {
		struct str name = answer_of(a, &w, "hostname");

		if (name.len == 0)
			name = STR("this-pc");
		path = str_fmt(a, "%.*s%.*s.facts", STR_ARG(os_folder(a)),
			       STR_ARG(name))
			       .p;
	}
	int r = file_write(a, &w, &t, path, &v, e);
	if (r == 0)
		report(o, path, &t, &v, out);
	buf_done(&v.denied_names);
	return r;
}

static void
list(const struct options *o, struct buf *out)
{
	bool some = false;

	for (size_t i = 0; i < n_tables; i++) {
		const struct contract *c = tables[i]->contract;
		bool mark = (c->recorded_only & PLATFORM_WINDOWS) != 0;

		some = some || mark;
		buf_fmt(out, "%c %-24s %s\n", mark ? '*' : ' ', c->name,
			o->ja ? c->doc_ja : c->doc_en);
	}
	if (some)
		buf_c(out,
		      pick(o,
			   "\n* "
			   "記録したデータでだけ確かめてあります（実際のWind"
			   "owsではまだ確かめていません）。\n",
			   "\n* verified on recorded data only, not yet on "
			   "a real Windows\n"));
}

/* What may go wrong here, for who reads Japanese. */
static const char *
japanese(void *ctx UNUSED, const char *id)
{
	static const struct {
		const char *id, *ja;
	} messages[] = {
		{ "cannot write '%s' (code %lu)",
		  "「%s」に書けません（コード %lu）" },
		{ "cannot write '%s'", "「%s」に書けません" },
		{ "cannot ask for %s (code %lx)",
		  "%s を調べられません（コード %lx）" },
		{ "the token is not one of 'yamori host enrol'",
		  "トークンが、yamori host enrol で表示されたものと違います" },
	};

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		if (strcmp(id, messages[i].id) == 0)
			return messages[i].ja;
	}
	return id;
}

static int
run(struct arena *a, int argc, char **argv, struct buf *out, struct buf *bad)
{
	struct options o = { .ja = os_speaks_japanese() };
	struct err e = { 0 };

	options_read(&o, argc, argv);
	if (o.bad != NULL) {
		buf_c(bad, pick(&o, "わからない指定です: ",
				"this is not understood: "));
		buf_fmt(bad, "%s\n", o.bad);
		buf_c(bad, pick(&o, usage_ja, usage_en));
		return 2;
	}
	if (o.help)
		buf_c(out, pick(&o, usage_ja, usage_en));
	else if (o.list)
		list(&o, out);
	else if (o.task)
		buf_c(out, task_text);
	else if (collect(a, &o, out, &e) < 0) {
		buf_c(bad, pick(&o, "できませんでした: ", "yamori-collect: "));
		err_print(&e, o.ja ? japanese : NULL, NULL, bad);
		buf_char(bad, '\n');
		return 2;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	auto_arena *a = arena_new();
	auto_buf out = { 0 };
	auto_buf bad = { 0 };

	os_begin(a, &argc, &argv);
	buf_init(&out, OUT_MAX);
	buf_init(&bad, OUT_MAX);
	int status = run(a, argc, argv, &out, &bad);
	if (out.len > 0)
		os_print(a, false, buf_view(&out));
	if (bad.len > 0)
		os_print(a, true, buf_view(&bad));
	os_end();
	return status;
}
