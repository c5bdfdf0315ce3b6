/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* RSQRT of int16 values. */
#ifndef ARENITE_RSQRT_S16_H
#define ARENITE_RSQRT_S16_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* 1 / sqrt(input) times a real factor; what is not above 0 gives the largest value. The output may lie exactly on the
 * input. */
void arenite_rsqrt_s16(int32_t multiplier, int32_t shift, int32_t length, const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
