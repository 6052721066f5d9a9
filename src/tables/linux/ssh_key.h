/* ssh_key.h - public keys in files of authorized keys. */
#ifndef LINUX_SSH_KEY_H
#define LINUX_SSH_KEY_H

#include "base/str.h"

struct account;
struct arena;
struct err;
struct scan;
struct sshd_config;

struct ssh_key {
	int64_t line;
	struct str options, type, comment;
	int64_t bits; /* 0: not known */
	struct str fingerprint;
};

/* Hermetic; lines that hold no key are left out, as the server does. */
struct ssh_keys {
	struct str rest;
	int64_t line;
};
bool ssh_keys_next(struct arena *a, struct ssh_keys *k, struct ssh_key *ret);

/* Files the server reads for an account; c NULL = its defaults. */
#define SSH_KEY_FILES_MAX ((size_t)8)
size_t ssh_key_files(struct scan *s, const struct sshd_config *c,
		     const struct account *u,
		     const char *ret[SSH_KEY_FILES_MAX]);

#endif
