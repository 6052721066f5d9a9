/* calls.h - what Windows is asked, and how its answers are written. */
#ifndef AGENT_WINDOWS_CALLS_H
#define AGENT_WINDOWS_CALLS_H

#include "base/buf.h"

struct arena;
struct err;

/*
 * An answer is text: records of lines "key=value", parted by blank lines. A
 * value has no line break; what is not known has no line; instants are
 * microseconds UTC, yes and no 1 and 0. Tables read nothing else, so that a
 * recorded folder (@call/NAME) stands for a machine.
 *
 *   system      hostname arch memory_bytes boot_at domain
 *   computer    PCSystemType			(Win32_ComputerSystem)
 *   bios        SerialNumber			(Win32_BIOS)
 *   battery     Name			(Win32_Battery, several)
 *   optical     Name MediaType		(Win32_CDROMDrive)
 *   security_center  displayName instanceGuid productState
 *   defender    properties of MSFT_MpComputerStatus
 *   defender_preference  properties of MSFT_MpPreference
 *   bitlocker   DriveLetter ProtectionStatus ConversionStatus
 *               EncryptionPercentage
 *   update      notification_level last_search_at last_install_at
 *   update_pending  title kb security category
 *   volumes     letter type(fixed removable remote cdrom ram) fs size_bytes
 *               free_bytes device remote system
 *   services    name display running
 *   users       name sid full_name flags(UF_*) password_age_s last_login_s
 *               expires_s			(4294967295 = never)
 *   groups      name sid
 *   members     group group_sid user user_sid
 *   modals      min_length history max_age_s min_age_s complexity
 *               lockout_threshold lockout_duration_s lockout_window_s
 *   audit       logon file_system file_share	(1 success, 2 failure)
 *   power       sleep_s wake_password	(on mains)
 *   usb         instance present arrived_at
 *   wlan        profile connected xml(without a key)
 *   ports       proto address port process exe user
 *   shares      name type path sddl folder_sddl
 *   adapters    name about mac type up
 *   addresses   interface address prefix
 *   resolvers   address interface
 *   routes      destination gateway interface
 *   neighbours  address mac interface router
 *   time_events good_at bad_at
 *   channel:NAME  enabled max_bytes retention auto_backup oldest_at
 *   logons      lines AT TAB ID TAB TYPE TAB ADDRESS TAB USER, the newest
 *               first; a line "more" when there were more
 *   certificates  store der(in hexadecimal)
 *   tasks       path enabled last_at xml
 */
struct call {
	const char *name;
	int (*ask)(struct arena *a, const char *arg, struct buf *out,
		   struct err *e);
};

/* Each ended by an element without a name. */
extern const struct call calls_system[];
extern const struct call calls_accounts[];
extern const struct call calls_network[];
extern const struct call calls_devices[];
extern const struct call calls_logs[];
extern const struct call calls_wmi[];
extern const struct call calls_automation[];

#endif
