/*
 * host_certificate.c - table `host_certificate` of Windows.
 *
 * Source: the call certificates: the machine's own store. Needs no rights.
 * What a server program uses is not found out.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "tables/cert.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
cert_emit(struct scan *s, struct str rec, const struct cert *c, struct err *e)
{
	win_set_text(s, HOST_CERTIFICATE_PATH, rec, "store");
	scan_text(s, HOST_CERTIFICATE_SUBJECT, c->subject);
	scan_text(s, HOST_CERTIFICATE_ISSUER, c->issuer);
	scan_text(s, HOST_CERTIFICATE_NAMES, c->names);
	scan_at(s, HOST_CERTIFICATE_NOT_BEFORE_AT, c->not_before_at);
	scan_at(s, HOST_CERTIFICATE_NOT_AFTER_AT, c->not_after_at);
	scan_c(s, HOST_CERTIFICATE_KEY_TYPE, c->key_type);
	if (c->key_bits > 0)
		scan_int(s, HOST_CERTIFICATE_KEY_BITS, c->key_bits);
	scan_text(s, HOST_CERTIFICATE_SIGNATURE, c->signature);
	scan_bool(s, HOST_CERTIFICATE_SELF_SIGNED, c->self_signed);
	scan_bool(s, HOST_CERTIFICATE_IS_CA, c->is_ca);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;
	bool bad = false;

	if (scan_call(s, "certificates", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)scan_cannot(s, HOST_CERTIFICATE_IN_USE, CANNOT_ABSENT);
	while (win_record(&rest, &rec)) {
		struct str der = hex_decode(scan_arena(s), win_get(rec, "der"));
		struct cert c;
		struct err none = { 0 };

		if (der.p == NULL ||
		    cert_parse(scan_arena(s), der, &c, &none) < 0)
			bad = true;
		else if (cert_emit(s, rec, &c, e) < 0)
			return e->code;
	}
	return bad ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_certificate = {
	.contract = &contract_host_certificate,
	.scan = scan,
};
