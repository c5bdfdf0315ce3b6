/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Repeats one value. */
#ifndef ARENITE_FILL_H
#define ARENITE_FILL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `count` copies of the `width` bytes at `value`. */
void arenite_fill(const void *value, int32_t width, int32_t count, void *output);
#ifdef __cplusplus
}
#endif

#endif
