/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* QUANTIZE of float values to $VALUES. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* To nearest, ties away from zero; what is out of range becomes the nearest end of it. */
void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const float *input, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
