/* network_windows.c - calls about interfaces, ports, shares, Wi-Fi. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <aclapi.h>
#include <iphlpapi.h>
#include <lm.h>
#include <sddl.h>
#include <wlanapi.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

#define TABLE_MAX ((ULONG)32 * 1024 * 1024)
#define TRIES 5 /* a table may grow between asking its size and it */

static void
address_put(struct buf *out, const char *key, const SOCKADDR *from)
{
	char text[64] = "";
	union {
		const SOCKADDR *any;
		const SOCKADDR_IN *v4;
		const SOCKADDR_IN6 *v6;
	} u = { from };

	if (from->sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &u.v4->sin_addr, text, sizeof(text));
	else if (from->sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &u.v6->sin6_addr, text, sizeof(text));
	put_text(out, key, str_c(text));
}

static void
mac_put(struct buf *out, const BYTE *p, ULONG len)
{
	if (len != 6)
		return;
	buf_fmt(out, "mac=%02x:%02x:%02x:%02x:%02x:%02x\n", p[0], p[1], p[2],
		p[3], p[4], p[5]);
}

static int
adapters_load(struct arena *a, const IP_ADAPTER_ADDRESSES **ret, struct err *e)
{
	ULONG size = 64 * 1024, r = ERROR_BUFFER_OVERFLOW;

	for (int i = 0; i < TRIES && r == ERROR_BUFFER_OVERFLOW; i++) {
		IP_ADAPTER_ADDRESSES *p = arena_alloc(a, size);

		r = GetAdaptersAddresses(AF_UNSPEC,
					 GAA_FLAG_SKIP_ANYCAST |
						 GAA_FLAG_SKIP_MULTICAST,
					 NULL, p, &size);
		*ret = p;
	}
	if (r == ERROR_NO_DATA)
		*ret = NULL;
	else if (r != NO_ERROR)
		return win_fail(e, r, "network interfaces");
	return 0;
}

static int
ask_adapters(struct arena *a, const char *arg UNUSED, struct buf *out,
	     struct err *e)
{
	const IP_ADAPTER_ADDRESSES *p;

	if (adapters_load(a, &p, e) < 0)
		return e->code;
	for (; p != NULL; p = p->Next) {
		put_wide(out, a, "name", p->FriendlyName);
		put_wide(out, a, "about", p->Description);
		mac_put(out, p->PhysicalAddress, p->PhysicalAddressLength);
		put_int(out, "type", p->IfType);
		put_int(out, "up", p->OperStatus == IfOperStatusUp);
		put_end(out);
	}
	return 0;
}

static int
ask_addresses(struct arena *a, const char *arg UNUSED, struct buf *out,
	      struct err *e)
{
	const IP_ADAPTER_ADDRESSES *p;

	if (adapters_load(a, &p, e) < 0)
		return e->code;
	for (; p != NULL; p = p->Next) {
		const IP_ADAPTER_UNICAST_ADDRESS *u = p->FirstUnicastAddress;

		for (; u != NULL; u = u->Next) {
			put_wide(out, a, "interface", p->FriendlyName);
			address_put(out, "address", u->Address.lpSockaddr);
			put_int(out, "prefix", u->OnLinkPrefixLength);
			put_end(out);
		}
	}
	return 0;
}

static int
ask_resolvers(struct arena *a, const char *arg UNUSED, struct buf *out,
	      struct err *e)
{
	const IP_ADAPTER_ADDRESSES *p;

	if (adapters_load(a, &p, e) < 0)
		return e->code;
	for (; p != NULL; p = p->Next) {
		const IP_ADAPTER_DNS_SERVER_ADDRESS *d =
			p->FirstDnsServerAddress;

		for (; d != NULL && p->OperStatus == IfOperStatusUp;
		     d = d->Next) {
			address_put(out, "address", d->Address.lpSockaddr);
			put_wide(out, a, "interface", p->FriendlyName);
			put_end(out);
		}
	}
	return 0;
}

static void
interface_put(struct arena *a, struct buf *out, NET_LUID luid)
{
	wchar_t name[256];

	if (ConvertInterfaceLuidToAlias(&luid, name, ARRAY_LEN(name)) ==
	    NO_ERROR)
		put_wide(out, a, "interface", name);
}

static void
route_put(struct arena *a, const MIB_IPFORWARD_ROW2 *r, struct buf *out)
{
	static const SOCKADDR_INET none = { 0 };
	char text[64] = "";
	const SOCKADDR_INET *to = &r->DestinationPrefix.Prefix;
	bool six = to->si_family == AF_INET6;
	const void *at = six ? (const void *)&to->Ipv6.sin6_addr
			     : (const void *)&to->Ipv4.sin_addr;
	bool direct = six ? memcmp(&r->NextHop.Ipv6.sin6_addr,
				   &none.Ipv6.sin6_addr,
				   sizeof(none.Ipv6.sin6_addr)) == 0
			  : r->NextHop.Ipv4.sin_addr.s_addr == 0;
	union {
		const SOCKADDR_INET *from;
		const SOCKADDR *to;
	} hop = { &r->NextHop };

	(void)inet_ntop(to->si_family, at, text, sizeof(text));
	buf_fmt(out, "destination=%s/%u\n", text,
		(unsigned)r->DestinationPrefix.PrefixLength);
	if (!direct)
		address_put(out, "gateway", hop.to);
	interface_put(a, out, r->InterfaceLuid);
	put_end(out);
}

static int
ask_routes(struct arena *a, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	PMIB_IPFORWARD_TABLE2 t = NULL;
	DWORD r = GetIpForwardTable2(AF_UNSPEC, &t);

	if (r != NO_ERROR)
		return win_fail(e, r, "routes");
	for (ULONG i = 0; i < t->NumEntries; i++)
		route_put(a, &t->Table[i], out);
	FreeMibTable(t);
	return 0;
}

static int
ask_neighbours(struct arena *a, const char *arg UNUSED, struct buf *out,
	       struct err *e)
{
	PMIB_IPNET_TABLE2 t = NULL;
	DWORD r = GetIpNetTable2(AF_UNSPEC, &t);

	if (r != NO_ERROR)
		return win_fail(e, r, "neighbours");
	for (ULONG i = 0; i < t->NumEntries; i++) {
		const MIB_IPNET_ROW2 *n = &t->Table[i];
		union {
			const SOCKADDR_INET *from;
			const SOCKADDR *to;
		} at = { &n->Address };

		/* Permanent ones are multicast and broadcast. */
		if (n->State == NlnsUnreachable || n->State == NlnsIncomplete ||
		    n->State == NlnsPermanent || n->PhysicalAddressLength != 6)
			continue;
		address_put(out, "address", at.to);
		mac_put(out, n->PhysicalAddress, n->PhysicalAddressLength);
		interface_put(a, out, n->InterfaceLuid);
		put_int(out, "router", n->IsRouter != 0);
		put_end(out);
	}
	FreeMibTable(t);
	return 0;
}

static void
owner_put(struct arena *a, HANDLE process, struct buf *out)
{
	HANDLE token;
	BYTE space[512];
	wchar_t name[256], domain[256];
	DWORD len = 0, name_len = 256, domain_len = 256;
	SID_NAME_USE use;

	if (!OpenProcessToken(process, TOKEN_QUERY, &token))
		return;
	void *p = space;
	TOKEN_USER *user = p;
	if (GetTokenInformation(token, TokenUser, p, sizeof(space), &len) &&
	    LookupAccountSidW(NULL, user->User.Sid, name, &name_len, domain,
			      &domain_len, &use))
		put_text(out, "user",
			 str_fmt(a, "%.*s\\%.*s", STR_ARG(wide_utf8(a, domain)),
				 STR_ARG(wide_utf8(a, name))));
	(void)CloseHandle(token);
}

static void
process_put(struct arena *a, DWORD pid, struct buf *out)
{
	wchar_t path[1024];
	DWORD len = ARRAY_LEN(path);
	HANDLE p = NULL;

	if (pid == 4)
		put_text(out, "process", STR("System"));
	else if (pid != 0)
		p = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
	if (p == NULL)
		return;
	if (QueryFullProcessImageNameW(p, 0, path, &len)) {
		const wchar_t *name = wcsrchr(path, L'\\');

		put_wide(out, a, "process", name != NULL ? name + 1 : path);
		put_wide(out, a, "exe", path);
	}
	owner_put(a, p, out);
	(void)CloseHandle(p);
}

struct socket {
	const char *proto;
	int family;
	const void *address;
	DWORD port, pid; /* the port in network order */
};

static void
socket_put(struct arena *a, const struct socket *s, struct buf *out)
{
	char text[64] = "";

	(void)inet_ntop(s->family, s->address, text, sizeof(text));
	put_text(out, "proto", str_c(s->proto));
	put_text(out, "address", str_c(text));
	put_int(out, "port", ntohs((u_short)s->port));
	process_put(a, s->pid, out);
	put_end(out);
}

static int
sockets_load(struct arena *a, bool tcp, ULONG family, const void **ret,
	     struct err *e)
{
	DWORD size = 64 * 1024, r = ERROR_INSUFFICIENT_BUFFER;

	for (int i = 0; i < TRIES && r == ERROR_INSUFFICIENT_BUFFER; i++) {
		if (size > TABLE_MAX)
			return err_set(e, -EFBIG, "too many ports");
		void *p = arena_alloc(a, size);
		*ret = p;
		r = tcp ? GetExtendedTcpTable(p, &size, TRUE, family,
					      TCP_TABLE_OWNER_PID_LISTENER, 0)
			: GetExtendedUdpTable(p, &size, TRUE, family,
					      UDP_TABLE_OWNER_PID, 0);
	}
	return r == NO_ERROR ? 0 : win_fail(e, r, "ports");
}

static int
tcp_put(struct arena *a, struct buf *out, struct err *e)
{
	const void *p;

	if (sockets_load(a, true, AF_INET, &p, e) < 0)
		return e->code;
	const MIB_TCPTABLE_OWNER_PID *v4 = p;
	for (DWORD i = 0; i < v4->dwNumEntries; i++) {
		const MIB_TCPROW_OWNER_PID *r = &v4->table[i];
		struct socket s = { "tcp", AF_INET, &r->dwLocalAddr,
				    r->dwLocalPort, r->dwOwningPid };

		socket_put(a, &s, out);
	}
	if (sockets_load(a, true, AF_INET6, &p, e) < 0)
		return e->code;
	const MIB_TCP6TABLE_OWNER_PID *v6 = p;
	for (DWORD i = 0; i < v6->dwNumEntries; i++) {
		const MIB_TCP6ROW_OWNER_PID *r = &v6->table[i];
		struct socket s = { "tcp", AF_INET6, r->ucLocalAddr,
				    r->dwLocalPort, r->dwOwningPid };

		socket_put(a, &s, out);
	}
	return 0;
}

static int
udp_put(struct arena *a, struct buf *out, struct err *e)
{
	const void *p;

	if (sockets_load(a, false, AF_INET, &p, e) < 0)
		return e->code;
	const MIB_UDPTABLE_OWNER_PID *v4 = p;
	for (DWORD i = 0; i < v4->dwNumEntries; i++) {
		const MIB_UDPROW_OWNER_PID *r = &v4->table[i];
		struct socket s = { "udp", AF_INET, &r->dwLocalAddr,
				    r->dwLocalPort, r->dwOwningPid };

		socket_put(a, &s, out);
	}
	if (sockets_load(a, false, AF_INET6, &p, e) < 0)
		return e->code;
	const MIB_UDP6TABLE_OWNER_PID *v6 = p;
	for (DWORD i = 0; i < v6->dwNumEntries; i++) {
		const MIB_UDP6ROW_OWNER_PID *r = &v6->table[i];
		struct socket s = { "udp", AF_INET6, r->ucLocalAddr,
				    r->dwLocalPort, r->dwOwningPid };

		socket_put(a, &s, out);
	}
	return 0;
}

static int
ask_ports(struct arena *a, const char *arg UNUSED, struct buf *out,
	  struct err *e)
{
	int r = tcp_put(a, out, e);

	return r < 0 ? r : udp_put(a, out, e);
}

static void
sddl_put(struct arena *a, const char *key, PSECURITY_DESCRIPTOR sd,
	 struct buf *out)
{
	LPWSTR text = NULL;

	if (sd == NULL ||
	    !ConvertSecurityDescriptorToStringSecurityDescriptorW(
		    sd, SDDL_REVISION_1,
		    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
		    &text, NULL))
		return;
	put_wide(out, a, key, text);
	(void)LocalFree(text);
}

static void
folder_put(struct arena *a, wchar_t *path, struct buf *out)
{
	PSECURITY_DESCRIPTOR sd = NULL;

	if (path == NULL || *path == L'\0' ||
	    GetNamedSecurityInfoW(path, SE_FILE_OBJECT,
				  DACL_SECURITY_INFORMATION, NULL, NULL, NULL,
				  NULL, &sd) != ERROR_SUCCESS)
		return;
	sddl_put(a, "folder_sddl", sd, out);
	(void)LocalFree(sd);
}

/* Level 502 holds the rights and needs an administrator; 1 does not. */
static int
ask_shares(struct arena *a, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	LPBYTE list = NULL;
	DWORD n = 0, all, resume = 0;
	bool whole = true;

	NET_API_STATUS r = NetShareEnum(NULL, 502, &list, MAX_PREFERRED_LENGTH,
					&n, &all, &resume);
	if (r == ERROR_ACCESS_DENIED) {
		whole = false;
		resume = 0;
		r = NetShareEnum(NULL, 1, &list, MAX_PREFERRED_LENGTH, &n, &all,
				 &resume);
	}
	if (r == NERR_ServerNotStarted)
		return 0; /* so nothing is shared */
	if (r != NERR_Success)
		return win_fail(e, r, "shares");
	const void *p = list;
	const SHARE_INFO_502 *full = p;
	const SHARE_INFO_1 *brief = p;
	for (DWORD i = 0; i < n; i++) {
		put_wide(out, a, "name",
			 whole ? full[i].shi502_netname
			       : brief[i].shi1_netname);
		put_int(out, "type",
			whole ? full[i].shi502_type : brief[i].shi1_type);
		if (whole) {
			put_wide(out, a, "path", full[i].shi502_path);
			sddl_put(a, "sddl", full[i].shi502_security_descriptor,
				 out);
			folder_put(a, full[i].shi502_path, out);
		}
		put_end(out);
	}
	(void)NetApiBufferFree(list);
	return 0;
}

/* A server has this library only when it has wireless networks. */
struct wlan {
	HMODULE lib;
	HANDLE h;
	DWORD(WINAPI *open)(DWORD, PVOID, PDWORD, PHANDLE);
	DWORD(WINAPI *close)(HANDLE, PVOID);
	DWORD(WINAPI *interfaces)(HANDLE, PVOID, PWLAN_INTERFACE_INFO_LIST *);
	DWORD(WINAPI *profiles)
	(HANDLE, const GUID *, PVOID, PWLAN_PROFILE_INFO_LIST *);
	DWORD(WINAPI *profile)
	(HANDLE, const GUID *, LPCWSTR, PVOID, LPWSTR *, DWORD *, DWORD *);
	DWORD(WINAPI *query)
	(HANDLE, const GUID *, WLAN_INTF_OPCODE, PVOID, PDWORD, PVOID *,
	 PWLAN_OPCODE_VALUE_TYPE);
	void(WINAPI *free)(PVOID);
};

static void
wlan_done(struct wlan *w)
{
	if (w->h != NULL)
		(void)w->close(w->h, NULL);
	if (w->lib != NULL)
		(void)FreeLibrary(w->lib);
}

static bool
wlan_load(struct wlan *w)
{
	static const char *const names[] = {
		"WlanOpenHandle",     "WlanCloseHandle", "WlanEnumInterfaces",
		"WlanGetProfileList", "WlanGetProfile",	 "WlanQueryInterface",
		"WlanFreeMemory",
	};
	void *const to[] = { &w->open,	   &w->close,	&w->interfaces,
			     &w->profiles, &w->profile, &w->query,
			     &w->free };

	w->lib = LoadLibraryExW(L"wlanapi.dll", NULL,
				LOAD_LIBRARY_SEARCH_SYSTEM32);
	for (size_t i = 0; w->lib != NULL && i < ARRAY_LEN(names); i++) {
		FARPROC f = GetProcAddress(w->lib, names[i]);

		if (f == NULL)
			return false;
		memcpy(to[i], &f, sizeof(f));
	}
	return w->lib != NULL;
}

static struct str
connected_profile(struct arena *a, const struct wlan *w, const GUID *id)
{
	DWORD len = 0;
	void *p = NULL;
	struct str name = { 0 };

	if (w->query(w->h, id, wlan_intf_opcode_current_connection, NULL, &len,
		     &p, NULL) != ERROR_SUCCESS)
		return name;
	const WLAN_CONNECTION_ATTRIBUTES *c = p;
	if (len >= sizeof(*c))
		name = wide_utf8(a, c->strProfileName);
	w->free(p);
	return name;
}

/* Without the flag for it the system leaves out the key. */
static void
profile_put(struct arena *a, const struct wlan *w, const GUID *id,
	    const wchar_t *name, struct str connected, struct buf *out)
{
	LPWSTR xml = NULL;
	DWORD flags = 0, access = 0;

	put_wide(out, a, "profile", name);
	put_int(out, "connected", str_eq(wide_utf8(a, name), connected));
	if (w->profile(w->h, id, name, NULL, &xml, &flags, &access) ==
	    ERROR_SUCCESS) {
		put_wide(out, a, "xml", xml);
		w->free(xml);
	}
	put_end(out);
}

static void
profiles_put(struct arena *a, const struct wlan *w, const GUID *id,
	     struct buf *out)
{
	struct str connected = connected_profile(a, w, id);
	PWLAN_PROFILE_INFO_LIST list = NULL;

	if (w->profiles(w->h, id, NULL, &list) != ERROR_SUCCESS)
		return;
	for (DWORD i = 0; i < list->dwNumberOfItems; i++)
		profile_put(a, w, id, list->ProfileInfo[i].strProfileName,
			    connected, out);
	w->free(list);
}

static int
ask_wlan(struct arena *a, const char *arg UNUSED, struct buf *out,
	 struct err *e)
{
	CLEANUP(wlan_done) struct wlan w = { 0 };
	PWLAN_INTERFACE_INFO_LIST list = NULL;
	DWORD version;

	/* Nothing for it installed or running: no wireless network either. */
	if (!wlan_load(&w))
		return 0;
	DWORD r = w.open(2, NULL, &version, &w.h);
	if (r == ERROR_SERVICE_NOT_ACTIVE)
		return 0;
	if (r == ERROR_SUCCESS)
		r = w.interfaces(w.h, NULL, &list);
	if (r != ERROR_SUCCESS)
		return win_fail(e, r, "wireless networks");
	for (DWORD i = 0; i < list->dwNumberOfItems; i++)
		profiles_put(a, &w, &list->InterfaceInfo[i].InterfaceGuid, out);
	w.free(list);
	return 0;
}

const struct call calls_network[] = {
	{ "adapters", ask_adapters },
	{ "addresses", ask_addresses },
	{ "resolvers", ask_resolvers },
	{ "routes", ask_routes },
	{ "neighbours", ask_neighbours },
	{ "ports", ask_ports },
	{ "shares", ask_shares },
	{ "wlan", ask_wlan },
	{ 0 },
};
