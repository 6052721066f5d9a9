/* cert.h - reads X.509 certificates, DER and PEM. */
#ifndef TABLES_CERT_H
#define TABLES_CERT_H

#include "base/str.h"

struct arena;
struct err;

#define CERT_NAMES_MAX 100 /* alternative names kept */

struct cert {
	struct str subject, issuer; /* "C=JP, O=Example, CN=a.example.jp" */
	struct str names;	    /* alternative ones, comma separated */
	int64_t not_before_at, not_after_at;
	const char *key_type; /* rsa, ec, ed25519, dsa, other ... */
	int64_t key_bits;     /* 0 = not known */
	struct str signature; /* sha256-rsa, ecdsa-sha384 ... or an OID */
	bool self_signed;     /* issuer and subject are the same */
	bool is_ca;
};

/* Hermetic; the signature is not checked. */
int cert_parse(struct arena *a, struct str der, struct cert *ret,
	       struct err *e);

/*
 * The next "-----BEGIN label-----" block of *rest, decoded; false when there
 * is none. A block whose base64 is broken gives an empty *ret.
 */
bool cert_pem_next(struct arena *a, struct str *rest, const char *label,
		   struct str *ret);

#endif
