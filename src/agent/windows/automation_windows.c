/*
 * automation_windows.c - calls to Windows Update and the task scheduler, by
 * the names of their members: so one file serves every release.
 */
#define COBJMACROS /* methods as functions */
#include <initguid.h>
#include <winsock2.h>
#include <windows.h>

#include <oleauto.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

#define DAYS_TO_1970 25569.0 /* a date counts from 1899-12-30 */
#define FOLDERS_MAX 2000
#define TASKS_MAX 5000

/* Categories of updates: their ids are the same in every language. */
static const struct {
	const wchar_t *id;
	const char *name;
	bool security;
} categories[] = {
	{ L"0fa1201d-4330-4fa8-8ae9-b877473b6441", "Security Updates", true },
	{ L"e6cf1350-c01b-414d-a61f-263d14d133b4", "Critical Updates", true },
	{ L"e0789628-ce08-4437-be74-2495b842f43b", "Definition Updates", true },
	{ L"28bc880e-0592-4cbf-8f95-c79b17911d5f", "Update Rollups", false },
	{ L"ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0", "Drivers", false },
	{ L"3689bdc8-b205-4af4-8d4a-a63924c5e9d5", "Upgrades", false },
	{ L"cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83", "Updates", false },
};

static const IID no_id = { 0 }; /* reserved in these calls */

static void
variant_done(VARIANT *v)
{
	(void)VariantClear(v); /* of its own making */
}
#define auto_variant CLEANUP(variant_done) VARIANT

/* kind: DISPATCH_METHOD and so on; args are in reverse order. */
static HRESULT
invoke(IDispatch *o, const wchar_t *name, WORD kind, VARIANT *args, UINT n,
       VARIANT *ret)
{
	BSTR copy = SysAllocString(name);
	DISPID id, put = DISPID_PROPERTYPUT;
	DISPPARAMS p = { .rgvarg = args, .cArgs = n };

	HRESULT r = IDispatch_GetIDsOfNames(o, &no_id, &copy, 1,
					    LOCALE_USER_DEFAULT, &id);
	SysFreeString(copy);
	if (kind == DISPATCH_PROPERTYPUT) {
		p.rgdispidNamedArgs = &put;
		p.cNamedArgs = 1;
	}
	if (SUCCEEDED(r))
		r = IDispatch_Invoke(o, id, &no_id, LOCALE_USER_DEFAULT, kind,
				     &p, ret, NULL, NULL);
	return r;
}

static HRESULT
get(IDispatch *o, const wchar_t *name, VARIANT *ret)
{
	return invoke(o, name, DISPATCH_PROPERTYGET, NULL, 0, ret);
}

/* An object behind a name; with one argument or none. Released by VARIANT. */
static HRESULT
get_object(IDispatch *o, const wchar_t *name, VARIANT *arg, VARIANT *ret)
{
	HRESULT r = invoke(o, name, DISPATCH_PROPERTYGET | DISPATCH_METHOD, arg,
			   arg != NULL ? 1 : 0, ret);

	if (SUCCEEDED(r) && (ret->vt != VT_DISPATCH || ret->pdispVal == NULL))
		r = E_NOINTERFACE;
	return r;
}

static HRESULT
create(const wchar_t *name, VARIANT *ret)
{
	CLSID id;
	void *p = NULL;
	HRESULT r = CLSIDFromProgID(name, &id);

	if (SUCCEEDED(r))
		r = CoCreateInstance(&id, NULL, CLSCTX_ALL, &IID_IDispatch, &p);
	if (SUCCEEDED(r)) {
		ret->vt = VT_DISPATCH;
		ret->pdispVal = p;
	}
	return r;
}

static int64_t
count_of(IDispatch *o)
{
	auto_variant v = { 0 };

	if (FAILED(get(o, L"Count", &v)) ||
	    FAILED(VariantChangeType(&v, &v, 0, VT_I4)))
		return 0;
	return v.lVal;
}

static void
text_put(struct arena *a, IDispatch *o, const wchar_t *name, const char *key,
	 struct buf *out)
{
	auto_variant v = { 0 };

	if (SUCCEEDED(get(o, name, &v)) && v.vt == VT_BSTR)
		put_wide(out, a, key, v.bstrVal);
}

/* utc: Windows Update says UTC, the scheduler local time. */
static void
date_put(IDispatch *o, const wchar_t *name, const char *key, bool utc,
	 struct buf *out)
{
	auto_variant v = { 0 };
	SYSTEMTIME s, u;
	FILETIME f;

	if (FAILED(get(o, name, &v)) || v.vt != VT_DATE ||
	    v.date < DAYS_TO_1970 + 10000 || /* before 1997: never */
	    !VariantTimeToSystemTime(v.date, &s))
		return;
	if (utc)
		u = s;
	else if (!TzSpecificLocalTimeToSystemTime(NULL, &s, &u))
		return;
	if (SystemTimeToFileTime(&u, &f))
		put_int(out, key,
			filetime_at(f.dwHighDateTime, f.dwLowDateTime));
}

static int
ask_update(struct arena *a UNUSED, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	auto_variant updates = { 0 };
	auto_variant settings = { 0 };
	auto_variant results = { 0 };
	auto_variant level = { 0 };
	HRESULT r = create(L"Microsoft.Update.AutoUpdate", &updates);

	if (FAILED(r))
		return win_fail(e, (unsigned long)(ULONG)r, "Windows Update");
	if (SUCCEEDED(get_object(updates.pdispVal, L"Settings", NULL,
				 &settings)) &&
	    SUCCEEDED(get(settings.pdispVal, L"NotificationLevel", &level)) &&
	    SUCCEEDED(VariantChangeType(&level, &level, 0, VT_I4)))
		put_int(out, "notification_level", level.lVal);
	if (SUCCEEDED(
		    get_object(updates.pdispVal, L"Results", NULL, &results))) {
		date_put(results.pdispVal, L"LastSearchSuccessDate",
			 "last_search_at", true, out);
		date_put(results.pdispVal, L"LastInstallationSuccessDate",
			 "last_install_at", true, out);
	}
	return 0;
}

static void
category_put(IDispatch *update, struct buf *out)
{
	auto_variant all = { 0 };
	const char *name = NULL;
	bool security = false;

	if (FAILED(get_object(update, L"Categories", NULL, &all)))
		return;
	int64_t n = count_of(all.pdispVal);
	for (int64_t i = 0; i < n; i++) {
		VARIANT index = { .vt = VT_I4, .lVal = (LONG)i };
		auto_variant one = { 0 };
		auto_variant id = { 0 };

		if (FAILED(get_object(all.pdispVal, L"Item", &index, &one)) ||
		    FAILED(get(one.pdispVal, L"CategoryID", &id)) ||
		    id.vt != VT_BSTR)
			continue;
		for (size_t c = 0; c < ARRAY_LEN(categories); c++) {
			if (_wcsicmp(id.bstrVal, categories[c].id) != 0)
				continue;
			name = categories[c].name;
			security = security || categories[c].security;
		}
	}
	put_int(out, "security", security);
	if (name != NULL)
		put_text(out, "category", str_c(name));
}

static void
update_put(struct arena *a, IDispatch *update, struct buf *out)
{
	VARIANT zero = { .vt = VT_I4 };
	auto_variant articles = { 0 };
	auto_variant kb = { 0 };

	text_put(a, update, L"Title", "title", out);
	if (SUCCEEDED(get_object(update, L"KBArticleIDs", NULL, &articles)) &&
	    count_of(articles.pdispVal) > 0 &&
	    SUCCEEDED(invoke(articles.pdispVal, L"Item", DISPATCH_PROPERTYGET,
			     &zero, 1, &kb)) &&
	    kb.vt == VT_BSTR)
		put_wide(out, a, "kb", kb.bstrVal);
	category_put(update, out);
	put_end(out);
}

/* What the last search of the system found; the network is not used. */
static HRESULT
pending_put(struct arena *a, struct buf *out)
{
	auto_variant session = { 0 };
	auto_variant searcher = { 0 };
	auto_variant result = { 0 };
	auto_variant updates = { 0 };
	auto_variant what = { 0 };
	VARIANT off = { .vt = VT_BOOL, .boolVal = VARIANT_FALSE };
	HRESULT r = create(L"Microsoft.Update.Session", &session);

	if (SUCCEEDED(r))
		r = get_object(session.pdispVal, L"CreateUpdateSearcher", NULL,
			       &searcher);
	if (SUCCEEDED(r))
		r = invoke(searcher.pdispVal, L"Online", DISPATCH_PROPERTYPUT,
			   &off, 1, NULL);
	what.vt = VT_BSTR;
	what.bstrVal = SysAllocString(L"IsInstalled=0 and IsHidden=0");
	if (SUCCEEDED(r))
		r = get_object(searcher.pdispVal, L"Search", &what, &result);
	if (SUCCEEDED(r))
		r = get_object(result.pdispVal, L"Updates", NULL, &updates);
	if (FAILED(r))
		return r;
	int64_t n = count_of(updates.pdispVal);
	for (int64_t i = 0; i < n; i++) {
		VARIANT index = { .vt = VT_I4, .lVal = (LONG)i };
		auto_variant one = { 0 };

		r = get_object(updates.pdispVal, L"Item", &index, &one);
		if (FAILED(r))
			return r;
		update_put(a, one.pdispVal, out);
	}
	return S_OK;
}

static int
ask_update_pending(struct arena *a, const char *arg UNUSED, struct buf *out,
		   struct err *e)
{
	HRESULT r = pending_put(a, out);

	return SUCCEEDED(r) ? 0
			    : win_fail(e, (unsigned long)(ULONG)r,
				       "waiting updates");
}

static void
task_put(struct arena *a, IDispatch *task, struct buf *out)
{
	auto_variant on = { 0 };

	text_put(a, task, L"Path", "path", out);
	if (SUCCEEDED(get(task, L"Enabled", &on)) && on.vt == VT_BOOL)
		put_int(out, "enabled", on.boolVal != VARIANT_FALSE);
	date_put(task, L"LastRunTime", "last_at", false, out);
	text_put(a, task, L"Xml", "xml", out);
	put_end(out);
}

struct tasks {
	struct arena *arena;
	struct buf *out;
	int n_folders, n_tasks;
};

static void
folder_put(struct tasks *t, IDispatch *folder, int depth)
{
	VARIANT hidden = { .vt = VT_I4, .lVal = 1 };
	VARIANT zero = { .vt = VT_I4 };
	auto_variant tasks = { 0 };
	auto_variant folders = { 0 };

	if (depth > 16 || ++t->n_folders > FOLDERS_MAX)
		return;
	/* Collections of the scheduler count from 1. */
	if (SUCCEEDED(get_object(folder, L"GetTasks", &hidden, &tasks))) {
		int64_t n = count_of(tasks.pdispVal);

		for (int64_t i = 1; i <= n && t->n_tasks < TASKS_MAX; i++) {
			VARIANT index = { .vt = VT_I4, .lVal = (LONG)i };
			auto_variant one = { 0 };

			t->n_tasks++;
			if (SUCCEEDED(get_object(tasks.pdispVal, L"Item",
						 &index, &one)))
				task_put(t->arena, one.pdispVal, t->out);
		}
	}
	if (FAILED(get_object(folder, L"GetFolders", &zero, &folders)))
		return;
	int64_t n = count_of(folders.pdispVal);
	for (int64_t i = 1; i <= n; i++) {
		VARIANT index = { .vt = VT_I4, .lVal = (LONG)i };
		auto_variant one = { 0 };

		if (SUCCEEDED(get_object(folders.pdispVal, L"Item", &index,
					 &one)))
			folder_put(t, one.pdispVal, depth + 1);
	}
}

static int
ask_tasks(struct arena *a, const char *arg UNUSED, struct buf *out,
	  struct err *e)
{
	auto_variant service = { 0 };
	auto_variant root = { 0 };
	auto_variant path = { 0 };
	struct tasks t = { .arena = a, .out = out };
	HRESULT r = create(L"Schedule.Service", &service);

	if (SUCCEEDED(r))
		r = invoke(service.pdispVal, L"Connect", DISPATCH_METHOD, NULL,
			   0, NULL);
	path.vt = VT_BSTR;
	path.bstrVal = SysAllocString(L"\\");
	if (SUCCEEDED(r))
		r = get_object(service.pdispVal, L"GetFolder", &path, &root);
	if (FAILED(r))
		return win_fail(e, (unsigned long)(ULONG)r, "scheduled tasks");
	folder_put(&t, root.pdispVal, 0);
	return t.n_tasks < TASKS_MAX && t.n_folders <= FOLDERS_MAX
		       ? 0
		       : err_set(e, -E2BIG, "too many scheduled tasks");
}

const struct call calls_automation[] = {
	{ "update", ask_update },
	{ "update_pending", ask_update_pending },
	{ "tasks", ask_tasks },
	{ 0 },
};
