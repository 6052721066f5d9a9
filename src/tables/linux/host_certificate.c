/*
 * host_certificate.c - table `host_certificate`: certificates kept here.
 *
 * Source: PEM and DER files below /etc/ssl, /etc/pki, /etc/letsencrypt/live
 * and /usr/local/share/ca-certificates, and those the settings of web, mail
 * and file servers name (in_use). The lists of authorities a system trusts
 * are left out. Root reads them all, others what they may.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "tables/cert.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/webroots.h"
#include "tables/table.h"

#define CERT_FILE_MAX ((size_t)1024 * 1024)
#define FILES_MAX ((size_t)5000)
#define BUNDLE_MAX 30 /* a file with more is a list of authorities */
#define DEPTH_MAX 4

struct places {
	struct str path[FILES_MAX];
	bool in_use[FILES_MAX];
	size_t n;
	bool denied, full;
};

static void
place_add(struct places *p, struct str path, bool in_use)
{
	for (size_t i = 0; i < p->n; i++) {
		if (str_eq(p->path[i], path)) {
			p->in_use[i] |= in_use;
			return;
		}
	}
	if (p->n == FILES_MAX) {
		p->full = true;
		return;
	}
	p->path[p->n] = path;
	p->in_use[p->n++] = in_use;
}

static bool
name_is_cert(struct str name)
{
	static const char *const ends[] = { ".pem", ".crt", ".cer", ".cert",
					    ".der" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends(name, ends[i]))
			return true;
	}
	return false;
}

/* Keys, and what the distribution brings to be trusted. */
static bool
folder_is_left_out(struct str name)
{
	static const char *const names[] = {
		"private", "ca-trust",	     "java", "rpm-gpg",
		"fwupd",   "fwupd-metadata", "swid", "blocklist",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return false;
}

/* /etc/ssl/certs is full of links to the authorities a system trusts. */
static bool
is_trust_link(struct scan *s, const char *path)
{
	struct str target;
	struct err none = { 0 };

	return scan_link(s, path, &target, &none) == 0 &&
	       (str_has(target, "ca-certificates") ||
		str_has(target, "ca-trust") ||
		str_find(target, '/') == STR_NONE);
}

static void
folder_read(struct scan *s, struct places *p, const char *dir, int depth)
{
	struct str *names;
	size_t n;
	struct err e = { 0 };

	if (scan_dir(s, dir, &names, &n, &e) < 0) {
		p->denied |= e.code == -EACCES;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *path = scan_path(s, "%s/%.*s", dir,
					     STR_ARG(names[i]));
		struct scan_stat st;

		if (scan_stat(s, path, &st, &e) < 0)
			continue;
		if (S_ISDIR(st.mode)) {
			if (depth < DEPTH_MAX && !folder_is_left_out(names[i]))
				folder_read(s, p, path, depth + 1);
		} else if (name_is_cert(names[i]) && !is_trust_link(s, path)) {
			place_add(p, str_c(path), false);
		}
	}
}

/* Of each name the whole chain; the other files there hold the same. */
static void
letsencrypt_read(struct scan *s, struct places *p)
{
	struct str *names;
	size_t n;
	struct err e = { 0 };

	if (scan_dir(s, "/etc/letsencrypt/live", &names, &n, &e) < 0) {
		p->denied |= e.code == -EACCES;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *path = scan_path(
			s, "/etc/letsencrypt/live/%.*s/fullchain.pem",
			STR_ARG(names[i]));
		if (scan_exists(s, path))
			place_add(p, str_c(path), false);
	}
}

/* "ssl_certificate /x;" "smtpd_tls_cert_file = /x" "ssl_cert = </x" */
static void
statement_read(struct places *p, struct str text)
{
	static const char *const keys[] = {
		"ssl_certificate",
		"SSLCertificateFile",
		"SSLCertificateChainFile",
		"smtpd_tls_cert_file",
		"smtpd_tls_chain_files",
		"smtp_tls_cert_file",
		"ssl_cert",
		"ssl_server_cert_file",
		"ssl.pemfile",
		"rsa_cert_file",
		"TLSRSACertificateFile",
		"TLSCertificateFile",
		"cert",
		"tls_certificate",
		"ssl_cert_file",
	};
	struct str key, value;

	text = str_trim(text);
	while (text.len > 0 && (text.p[0] == '{' || text.p[0] == '}'))
		text = str_trim(str_from(text, 1));
	conf_pair(text, &key, &value);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!str_is_nocase(key, keys[i]))
			continue;
		if (str_starts(value, "<"))
			value = str_trim(str_from(value, 1));
		value = str_unquote(str_trim(str_until(value, ',')));
		if (str_starts(value, "/") && str_find(value, '$') == STR_NONE)
			place_add(p, value, true);
		return;
	}
}

static void
settings_read(struct scan *s, struct places *p)
{
	static const char *const settings[] = {
		"/etc/nginx/nginx.conf",
		"/etc/nginx/conf.d",
		"/etc/nginx/default.d",
		"/etc/nginx/sites-enabled",
		"/etc/nginx/snippets",
		"/etc/apache2/apache2.conf",
		"/etc/apache2/conf-enabled",
		"/etc/apache2/mods-enabled",
		"/etc/apache2/sites-enabled",
		"/etc/httpd/conf/httpd.conf",
		"/etc/httpd/conf.d",
		"/etc/lighttpd/lighttpd.conf",
		"/etc/lighttpd/conf-enabled",
		"/etc/postfix/main.cf",
		"/etc/dovecot/dovecot.conf",
		"/etc/dovecot/conf.d",
		"/etc/vsftpd.conf",
		"/etc/vsftpd/vsftpd.conf",
		"/etc/proftpd/tls.conf",
		"/etc/exim4/exim4.conf",
		"/etc/stunnel",
		NULL,
	};
	struct setting_file *f;
	size_t n = setting_files(s, settings, ".conf", &f, &p->denied);

	for (size_t i = 0; i < n; i++) {
		struct str rest = f[i].text, line, part;

		while (conf_line(&rest, &line)) {
			while (str_next(&line, ';', &part)) {
				size_t brace = str_find(part, '{');

				statement_read(
					p, brace == STR_NONE
						   ? part
						   : str_from(part, brace + 1));
			}
		}
	}
}

static int
cert_emit(struct scan *s, struct str path, bool in_use, const struct cert *c,
	  struct err *e)
{
	scan_text(s, HOST_CERTIFICATE_PATH, path);
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
	scan_bool(s, HOST_CERTIFICATE_IN_USE, in_use);
	return scan_emit(s, e);
}

/* Certificates of a file; more than BUNDLE_MAX are a list of authorities. */
static int
certs_parse(struct arena *a, struct str text, struct cert *ret, bool *ret_bad)
{
	struct str rest = text, der;
	struct err e = { 0 };
	int n = 0;

	if (!str_has(text, "-----BEGIN ")) {
		*ret_bad = cert_parse(a, text, &ret[0], &e) < 0;
		return *ret_bad ? 0 : 1;
	}
	while (cert_pem_next(a, &rest, "CERTIFICATE", &der) ||
	       cert_pem_next(a, &rest, "TRUSTED CERTIFICATE", &der)) {
		if (n == BUNDLE_MAX)
			return 0;
		if (cert_parse(a, der, &ret[n], &e) < 0)
			*ret_bad = true;
		else
			n++;
	}
	return n;
}

static int
file_emit(struct scan *s, struct places *p, size_t i, bool *ret_bad,
	  struct err *e)
{
	struct arena *a = scan_arena(s);
	struct cert *certs = ARENA_ARRAY(a, BUNDLE_MAX, struct cert);
	struct err file_err = { 0 };
	struct str text;

	int r = scan_file_max(s, str_to_c(a, p->path[i]), CERT_FILE_MAX, &text,
			      &file_err);
	if (r < 0) {
		p->denied |= r == -EACCES;
		/* Debian brings settings nobody includes, for a file that is
		 * made by another package. */
		*ret_bad |= p->in_use[i] && r != -EACCES && r != -ENOENT;
		return 0;
	}
	int n = certs_parse(a, text, certs, ret_bad);
	for (int j = 0; j < n; j++) {
		/* Behind its own, a server's file holds those above it. */
		if (cert_emit(s, p->path[i], p->in_use[i], &certs[j], e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const folders[] = {
		"/etc/ssl", "/etc/pki", "/usr/local/share/ca-certificates"
	};
	struct places *p = ARENA_NEW(scan_arena(s), struct places);
	bool bad = false;

	settings_read(s, p);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		folder_read(s, p, folders[i], 0);
	letsencrypt_read(s, p);
	for (size_t i = 0; i < p->n; i++) {
		if (file_emit(s, p, i, &bad, e) < 0)
			return e->code;
	}
	if (p->denied)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	if (p->full)
		return scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);
	return bad ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_certificate = {
	.contract = &contract_host_certificate,
	.scan = scan,
};
