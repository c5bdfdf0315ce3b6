/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* QUANTIZE of float values to int8. */
#ifndef ARENITE_QUANTIZE_F32_S8_H
#define ARENITE_QUANTIZE_F32_S8_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* To nearest, ties away from zero; what is out of range becomes the nearest end of it. */
void arenite_quantize_f32_s8(float scale, int32_t zero_point, int32_t length, const float *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
