/*
 * host_wifi.c - table `host_wifi` of Windows: saved networks, never a key.
 *
 * Source: the call wlan: profiles without their keys. Needs no rights; an
 * ordinary user sees profiles of everybody and the own ones.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

/* What stands in the first <name>...</name>; profiles nest little. */
static struct str
element(struct scan *s, struct str xml, const char *name)
{
	const char *open = scan_path(s, "<%s>", name);
	size_t at = str_find_c(xml, open);

	if (at == STR_NONE)
		return (struct str){ 0 };
	return str_until(str_from(xml, at + strlen(open)), '<');
}

static const char *
security_of(struct str auth, struct str encryption)
{
	static const struct {
		const char *auth, *security;
	} kinds[] = {
		{ "WPAPSK", "wpa-psk" },      { "WPA2PSK", "wpa2-psk" },
		{ "WPA3SAE", "wpa3-sae" },    { "WPA2", "wpa2-eap" },
		{ "WPA3", "wpa3-eap" },	      { "WPA3ENT", "wpa3-eap" },
		{ "WPA3ENT192", "wpa3-eap" }, { "OWE", "owe" },
		{ "shared", "wep" },
	};

	if (str_is(encryption, "WEP"))
		return "wep";
	if (str_is(auth, "open"))
		return str_is(encryption, "none") ? "open" : "unknown";
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(auth, kinds[i].auth))
			return kinds[i].security;
	}
	return "unknown";
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "wlan", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)scan_cannot(s, HOST_WIFI_KEY_LENGTH, CANNOT_ABSENT);
	while (win_record(&rest, &rec)) {
		struct str xml = win_get(rec, "xml");
		struct str mode = element(s, xml, "connectionMode");

		win_set_text(s, HOST_WIFI_SSID, rec, "profile");
		scan_c(s, HOST_WIFI_SECURITY,
		       security_of(element(s, xml, "authentication"),
				   element(s, xml, "encryption")));
		if (mode.len > 0)
			scan_bool(s, HOST_WIFI_AUTO_CONNECT,
				  str_is(mode, "auto"));
		win_set_bool(s, HOST_WIFI_CONNECTED, rec, "connected");
		scan_bool(s, HOST_WIFI_ACCESS_POINT, false);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_wifi = {
	.contract = &contract_host_wifi,
	.scan = scan,
};
