/* base.h - forced into every file: the C headers we rely on, and what is banned. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
/* Their headers call what is banned below, and rename stat. */
#include <io.h>
#include <sys/stat.h>
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#ifdef _WIN32
#define PRINTF_LIKE(f, a) __attribute__((format(__gnu_printf__, f, a)))
#else
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#endif
#define MUST_CHECK __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
/* A large variable that is written before it is read: not cleared first. */
#define NO_INIT __attribute__((uninitialized))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/*
 * States what cannot happen; stays on in release builds. A failed assert is
 * a bug of ours, never a reaction to foreign input.
 */
NORETURN void assert_failed(const char *what, const char *file, int line,
			    const char *func);
#undef assert
#define assert(x)                                                              \
	((x) ? (void)0 : assert_failed(#x, __FILE__, __LINE__, __func__))

/* Calls that cannot be used safely, or that depend on hidden state. */
#ifndef BASE_ALLOW_BANNED
#define BANNED(f) banned_##f##_see_base_h
#undef strcpy
#define strcpy(a, b) BANNED(strcpy)
#undef strcat
#define strcat(a, b) BANNED(strcat)
#undef strncpy
#define strncpy(a, b, c) BANNED(strncpy)
#undef strncat
#define strncat(a, b, c) BANNED(strncat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef strtok
#define strtok(a, b) BANNED(strtok)
#undef atoi
#define atoi(a) BANNED(atoi)
#undef atol
#define atol(a) BANNED(atol)
#undef gmtime
#define gmtime(a) BANNED(gmtime)
#undef localtime
#define localtime(a) BANNED(localtime)
#undef ctime
#define ctime(a) BANNED(ctime)
#undef asctime
#define asctime(a) BANNED(asctime)
#undef system
#define system(a) BANNED(system)
#undef popen
#define popen(a, b) BANNED(popen)
#undef alloca
#define alloca(a) BANNED(alloca)
#endif

#endif
