/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DEQUANTIZE of $VALUES values. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const $ELEMENT *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
