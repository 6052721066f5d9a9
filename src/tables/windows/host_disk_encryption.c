/*
 * host_disk_encryption.c - table `host_disk_encryption` of Windows.
 *
 * Source: the calls volumes, and bitlocker, which needs an administrator.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

enum { FULLY_DECRYPTED, FULLY_ENCRYPTED };

static const size_t from_bitlocker[] = {
	HOST_DISK_ENCRYPTION_ENCRYPTED,
	HOST_DISK_ENCRYPTION_METHOD,
	HOST_DISK_ENCRYPTION_PROTECTED,
	HOST_DISK_ENCRYPTION_PERCENT,
};

static bool
find_letter(struct str all, struct str letter, struct str *ret)
{
	while (win_record(&all, ret)) {
		if (win_same(win_get(*ret, "DriveLetter"), letter))
			return true;
	}
	return false;
}

static void
set_bitlocker(struct scan *s, struct str rec)
{
	int64_t n;

	if (win_get_int(rec, "ConversionStatus", &n)) {
		scan_bool(s, HOST_DISK_ENCRYPTION_ENCRYPTED,
			  n == FULLY_ENCRYPTED);
		scan_c(s, HOST_DISK_ENCRYPTION_METHOD,
		       n == FULLY_DECRYPTED ? "none" : "bitlocker");
	}
	win_set_int(s, HOST_DISK_ENCRYPTION_PERCENT, rec,
		    "EncryptionPercentage");
	/* 2: locked, so it cannot be told */
	if (win_get_int(rec, "ProtectionStatus", &n) && (n == 0 || n == 1))
		scan_bool(s, HOST_DISK_ENCRYPTION_PROTECTED, n == 1);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec, bitlocker, found;
	struct err none = { 0 };

	if (scan_call(s, "volumes", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	bool asked = scan_call(s, "bitlocker", &bitlocker, &none) == 0;
	for (size_t i = 0; !asked && i < ARRAY_LEN(from_bitlocker); i++)
		(void)scan_cannot_err(s, from_bitlocker[i], &none);
	while (win_record(&rest, &rec)) {
		struct str type = win_get(rec, "type");
		struct str letter = win_get(rec, "letter");

		if (letter.len == 0)
			return scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED);
		if (!str_is(type, "fixed") && !str_is(type, "removable"))
			continue;
		scan_text(s, HOST_DISK_ENCRYPTION_VOLUME, letter);
		win_set_text(s, HOST_DISK_ENCRYPTION_DEVICE, rec, "device");
		scan_c(s, HOST_DISK_ENCRYPTION_PURPOSE,
		       win_int(rec, "system", 0) == 1 ? "system" : "data");
		scan_bool(s, HOST_DISK_ENCRYPTION_REMOVABLE,
			  str_is(type, "removable"));
		if (asked && find_letter(bitlocker, letter, &found))
			set_bitlocker(s, found);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_disk_encryption = {
	.contract = &contract_host_disk_encryption,
	.scan = scan,
};
