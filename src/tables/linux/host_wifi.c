/*
 * host_wifi.c - table `host_wifi`: saved wireless networks.
 *
 * Source: keyfiles of NetworkManager, wpa_supplicant.conf (also what netplan
 * writes), iwd, hostapd; `iw dev` for what is in use. The files hold keys, so
 * only root reads them. Of a key only its length goes further.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define SSID_MAX 32
#define IN_USE_MAX 16

struct wifi {
	struct str ssid;
	const char *security;
	int64_t key_length; /* -1 = not known */
	int auto_connect;   /* -1 = not known */
	bool access_point;
};

/* What all files share: networks in use now, and what went wrong. */
struct in_use {
	struct str ssid[IN_USE_MAX];
	size_t n;
	bool known;
	bool bad; /* a file makes no sense */
};

/* Interface wlan0 / ssid Office / type managed */
static void
in_use_read(struct scan *s, struct in_use *u)
{
	static const char *const argv[] = { "iw", "dev", NULL };
	struct str rest, line;
	struct err none = { 0 };

	if (scan_exec(s, argv, &rest, NULL, &none) < 0)
		return;
	u->known = true;
	while (str_next_line(&rest, &line)) {
		line = str_trim(line);
		if (str_starts(line, "ssid ") && u->n < IN_USE_MAX)
			u->ssid[u->n++] = str_from(line, 5);
	}
}

static bool
is_in_use(const struct in_use *u, struct str ssid)
{
	for (size_t i = 0; i < u->n; i++) {
		if (str_eq(u->ssid[i], ssid))
			return true;
	}
	return false;
}

static int
wifi_emit(struct scan *s, const struct wifi *w, const struct in_use *u,
	  struct err *e)
{
	scan_text(s, HOST_WIFI_SSID, w->ssid);
	scan_c(s, HOST_WIFI_SECURITY, w->security);
	if (w->key_length >= 0)
		scan_int(s, HOST_WIFI_KEY_LENGTH, w->key_length);
	if (w->auto_connect >= 0)
		scan_bool(s, HOST_WIFI_AUTO_CONNECT, w->auto_connect == 1);
	if (u->known)
		scan_bool(s, HOST_WIFI_CONNECTED, is_in_use(u, w->ssid));
	scan_bool(s, HOST_WIFI_ACCESS_POINT, w->access_point);
	return scan_emit(s, e);
}

/* 64 hex digits are a key made from a passphrase of unknown length. */
static int64_t
passphrase_length(struct str v)
{
	if (v.len == 64) {
		size_t hex = 0;

		while (hex < 64 && strchr("0123456789abcdefABCDEF", v.p[hex]))
			hex++;
		if (hex == 64)
			return -1;
	}
	return v.len > 0 ? (int64_t)v.len : -1;
}

static bool
yes(struct str text, const char *section, const char *key, bool other)
{
	struct str v;
	bool b = other;

	if (conf_ini(text, section, key, &v))
		(void)conf_bool(v, &b);
	return b;
}

static struct str
ini(struct str text, const char *section, const char *key)
{
	struct str v = STR("");

	(void)conf_ini(text, section, key, &v); /* empty = not set */
	return v;
}

/* "Office", or as numbers of bytes "79;102;102;105;99;101;" */
static struct str
nm_ssid(struct arena *a, struct str v)
{
	char out[SSID_MAX];
	size_t n = 0;
	struct str rest = v, one;
	int64_t byte;

	if (!str_ends(v, ";"))
		return v;
	while (str_next(&rest, ';', &one) && one.len > 0) {
		if (n == SSID_MAX || !num_try(one, &byte) || byte < 0 ||
		    byte > 255)
			return v;
		out[n++] = (char)byte;
	}
	return str_copy(a, (struct str){ out, n });
}

static const char *
nm_security(struct str text, const char *section)
{
	static const struct {
		const char *key_mgmt, *security;
	} known[] = {
		{ "wpa-psk", "wpa2-psk" },
		{ "sae", "wpa3-sae" },
		{ "wpa-eap", "wpa2-eap" },
		{ "wpa-eap-suite-b-192", "wpa3-eap" },
		{ "owe", "owe" },
		{ "ieee8021x", "wep" },
		{ "none", "wep" },
	};
	struct str mgmt = ini(text, section, "key-mgmt");
	struct str proto = ini(text, section, "proto");

	if (mgmt.len == 0)
		return "open";
	/* Only where the newer one is ruled out is it the old one. */
	if (str_is(mgmt, "wpa-psk") && str_has(proto, "wpa") &&
	    !str_has(proto, "rsn"))
		return "wpa-psk";
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_is(mgmt, known[i].key_mgmt))
			return known[i].security;
	}
	return "unknown";
}

static int
nm_file(struct scan *s, struct str text, struct in_use *u, struct err *e)
{
	struct str type = ini(text, "connection", "type");
	bool old = str_is(type, "802-11-wireless");
	const char *wifi = old && ini(text, "wifi", "ssid").len == 0
				   ? "802-11-wireless"
				   : "wifi";
	const char *security = ini(text, "wifi-security", "key-mgmt").len > 0
				       ? "wifi-security"
				       : "802-11-wireless-security";
	struct wifi w = {
		.ssid = nm_ssid(scan_arena(s), ini(text, wifi, "ssid")),
		.security = nm_security(text, security),
		.key_length = passphrase_length(ini(text, security, "psk")),
		.auto_connect = yes(text, "connection", "autoconnect", true),
		.access_point = str_is(ini(text, wifi, "mode"), "ap"),
	};

	/* Nothing may be said of a file that was not understood. */
	if (type.len == 0)
		u->bad = true;
	if (!old && !str_is(type, "wifi"))
		return 0;
	if (w.ssid.len == 0) {
		u->bad = true;
		return 0;
	}
	return wifi_emit(s, &w, u, e);
}

/* "network={", its settings, "}" */
static const char *
wpa_security(struct str mgmt, struct str proto, bool has_psk, bool has_wep)
{
	if (has_wep)
		return "wep";
	if (str_has(mgmt, "SAE"))
		return str_has(mgmt, "WPA-PSK") ? "wpa2-psk" : "wpa3-sae";
	if (str_has(mgmt, "WPA-EAP-SUITE-B"))
		return "wpa3-eap";
	if (str_has(mgmt, "EAP"))
		return "wpa2-eap";
	if (str_has(mgmt, "OWE"))
		return "owe";
	if (str_is(mgmt, "NONE"))
		return "open";
	if (str_is(mgmt, "IEEE8021X"))
		return "wep";
	if (str_has(mgmt, "WPA-PSK") || (mgmt.len == 0 && has_psk))
		return str_is(proto, "WPA") ? "wpa-psk" : "wpa2-psk";
	return mgmt.len == 0 ? "wpa2-eap" : "unknown";
}

static int
wpa_text(struct scan *s, struct str text, struct in_use *u, struct err *e)
{
	struct str line, mgmt = STR(""), proto = STR("");
	struct wifi w = { 0 };
	bool inside = false, psk = false, wep = false;

	while (conf_line(&text, &line)) {
		struct str key = str_trim(str_until(line, '='));
		struct str v = str_trim(str_after(line, '='));

		if (str_is(key, "network") && str_starts(v, "{")) {
			inside = true;
			psk = wep = false;
			mgmt = proto = STR("");
			w = (struct wifi){ .ssid = STR(""),
					   .key_length = -1,
					   .auto_connect = 1 };
		} else if (inside && str_is(key, "ssid")) {
			w.ssid = str_unquote(v);
		} else if (inside && str_is(key, "psk")) {
			psk = true;
			if (str_starts(v, "\""))
				w.key_length = passphrase_length(
					str_unquote(v));
		} else if (inside && str_is(key, "key_mgmt")) {
			mgmt = v;
		} else if (inside && str_is(key, "proto")) {
			proto = v;
		} else if (inside && str_starts(key, "wep_key")) {
			wep = true;
		} else if (inside && str_is(key, "disabled")) {
			w.auto_connect = !str_is(v, "1");
		} else if (inside && str_is(key, "mode")) {
			w.access_point = str_is(v, "2");
		} else if (inside && str_starts(line, "}")) {
			inside = false;
			w.security = wpa_security(mgmt, proto, psk, wep);
			/* Without a name it means any network there is. */
			if (wifi_emit(s, &w, u, e) < 0)
				return e->code;
		}
	}
	u->bad |= inside;
	return 0;
}

/* NAME.psk, NAME.8021x, NAME.open; a name in hex begins with "=". */
static int
iwd_file(struct scan *s, struct str name, struct str text, struct in_use *u,
	 struct err *e)
{
	size_t dot = name.len;
	struct wifi w = { .security = "unknown" };

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	if (dot == 0)
		return 0;
	struct str kind = str_from(name, dot);
	w.ssid = str_first(name, dot - 1);
	if (str_starts(w.ssid, "=")) {
		char out[SSID_MAX];
		size_t n = 0;
		uint64_t byte;

		while (n < SSID_MAX &&
		       num_try_hex(str_first(str_from(w.ssid, 1 + n * 2), 2),
				   &byte))
			out[n++] = (char)byte;
		w.ssid = str_copy(scan_arena(s), (struct str){ out, n });
	}
	if (str_is(kind, "psk"))
		w.security = "wpa2-psk";
	else if (str_is(kind, "8021x"))
		w.security = "wpa2-eap";
	else if (str_is(kind, "open"))
		w.security = "open";
	else
		return 0;
	w.key_length = passphrase_length(ini(text, "Security", "Passphrase"));
	w.auto_connect = yes(text, "Settings", "AutoConnect", true);
	return wifi_emit(s, &w, u, e);
}

static const char *
hostapd_security(struct str text)
{
	struct str wpa = STR("0"), mgmt = STR(""), v;

	(void)conf_get(text, "wpa", &wpa);
	(void)conf_get(text, "wpa_key_mgmt", &mgmt);
	if (conf_get(text, "wep_key0", &v))
		return "wep";
	if (str_is(wpa, "0"))
		return "open";
	if (str_has(mgmt, "SAE"))
		return str_has(mgmt, "WPA-PSK") ? "wpa2-psk" : "wpa3-sae";
	if (str_has(mgmt, "OWE"))
		return "owe";
	if (str_has(mgmt, "SUITE-B"))
		return "wpa3-eap";
	if (str_has(mgmt, "EAP"))
		return "wpa2-eap";
	/* 1 = WPA, 2 = WPA2, 3 = either: as weak as the weaker. */
	return str_is(wpa, "2") ? "wpa2-psk" : "wpa-psk";
}

static int
hostapd_file(struct scan *s, struct str text, struct in_use *u, struct err *e)
{
	struct units units;
	struct str v;
	struct err none = { 0 };
	struct wifi w = { .key_length = -1,
			  .auto_connect = -1,
			  .access_point = true,
			  .security = hostapd_security(text) };

	if (!conf_get(text, "ssid", &w.ssid) &&
	    !conf_get(text, "ssid2", &w.ssid))
		return 0;
	if (conf_get(text, "wpa_passphrase", &v) ||
	    conf_get(text, "sae_password", &v))
		w.key_length = passphrase_length(v);
	if (units_load(s, &units, &none) == 0)
		w.auto_connect = units_enabled(&units, "hostapd.service");
	return wifi_emit(s, &w, u, e);
}

enum kind { NM, WPA, IWD, HOSTAPD };

static int
one_file(struct scan *s, enum kind kind, const char *dir, struct str name,
	 struct in_use *u, bool *ret_denied, struct err *e)
{
	struct str text;
	struct err file_err = { 0 };

	if (kind != IWD && !str_ends(name, ".nmconnection") &&
	    !str_ends(name, ".conf") && kind != NM)
		return 0;
	if (scan_file(s, scan_path(s, "%s/%.*s", dir, STR_ARG(name)), &text,
		      &file_err) < 0) {
		*ret_denied |= file_err.code == -EACCES;
		return 0;
	}
	switch (kind) {
	case NM:
		return nm_file(s, text, u, e);
	case WPA:
		return wpa_text(s, text, u, e);
	case IWD:
		return iwd_file(s, name, text, u, e);
	case HOSTAPD:
		return hostapd_file(s, text, u, e);
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	static const struct {
		const char *dir;
		enum kind kind;
	} folders[] = {
		{ "/etc/NetworkManager/system-connections", NM },
		{ "/run/NetworkManager/system-connections", NM },
		{ "/usr/lib/NetworkManager/system-connections", NM },
		{ "/etc/wpa_supplicant", WPA },
		{ "/run/netplan", WPA },
		{ "/var/lib/iwd", IWD },
		{ "/etc/hostapd", HOSTAPD },
	};
	struct in_use u = { 0 };
	bool denied = false;

	if (!scan_exists(s, "/etc"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	in_use_read(s, &u);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct str *names;
		size_t n;
		struct err dir_err = { 0 };

		if (scan_dir(s, folders[i].dir, &names, &n, &dir_err) < 0) {
			denied |= dir_err.code == -EACCES;
			continue;
		}
		for (size_t j = 0; j < n; j++) {
			if (one_file(s, folders[i].kind, folders[i].dir,
				     names[j], &u, &denied, e) < 0)
				return e->code;
		}
	}
	if (denied)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	return u.bad ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_wifi = {
	.contract = &contract_host_wifi,
	.scan = scan,
};
