/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DEQUANTIZE of int16 values. */
#ifndef ARENITE_DEQUANTIZE_S16_F32_H
#define ARENITE_DEQUANTIZE_S16_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_dequantize_s16_f32(float scale, int32_t zero_point, int32_t length, const int16_t *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
