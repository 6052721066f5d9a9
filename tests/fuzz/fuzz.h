/* fuzz.h - the one function a fuzz target defines */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Runs the parser on the bytes; crashes (or a sanitizer does) on a fault. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
