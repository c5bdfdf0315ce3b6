/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* QUANTIZE of int8 values to int32 with another scale. */
#ifndef ARENITE_REQUANTIZE_S8_S32_H
#define ARENITE_REQUANTIZE_S8_S32_H

#include <stdint.h>

typedef struct {
  int32_t input_offset, multiplier, shift, output_offset;
} arenite_requantize_s8_s32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_requantize_s8_s32(const arenite_requantize_s8_s32_t *layer, int32_t length, const int8_t *input,
                               int32_t *output);
#ifdef __cplusplus
}
#endif

#endif
