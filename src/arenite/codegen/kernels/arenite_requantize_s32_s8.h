/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* QUANTIZE of int32 values to int8 with another scale. */
#ifndef ARENITE_REQUANTIZE_S32_S8_H
#define ARENITE_REQUANTIZE_S32_S8_H

#include <stdint.h>

typedef struct {
  int32_t input_offset, multiplier, shift, output_offset;
} arenite_requantize_s32_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_requantize_s32_s8(const arenite_requantize_s32_s8_t *layer, int32_t length, const int32_t *input,
                               int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
