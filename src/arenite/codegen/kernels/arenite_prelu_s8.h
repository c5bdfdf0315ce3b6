/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* PRELU of int8 values; the second input is the slope. */
#ifndef ARENITE_PRELU_S8_H
#define ARENITE_PRELU_S8_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t input_offset, slope_offset, output_offset;
  int32_t positive_multiplier, positive_shift, negative_multiplier, negative_shift;
} arenite_prelu_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_prelu_s8(const arenite_prelu_s8_t *layer, const int8_t *first, const int8_t *second, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
