/* cert.c - fuzz: any bytes as a certificate, DER and PEM */
#include "tables/cert.h"

#include "base/arena.h"
#include "base/err.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len }, der;
	struct cert c;
	struct err e = { 0 };

	(void)cert_parse(a, text, &c, &e);
	while (cert_pem_next(a, &text, "CERTIFICATE", &der))
		(void)cert_parse(a, der, &c, &e);
	return 0;
}
