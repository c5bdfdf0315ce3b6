/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SQUARED_DIFFERENCE of int8 values with broadcasting. */
#ifndef ARENITE_SQUARED_DIFFERENCE_S8_H
#define ARENITE_SQUARED_DIFFERENCE_S8_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t first_offset, first_multiplier, first_shift;
  int32_t second_offset, second_multiplier, second_shift;
  int32_t output_offset, output_multiplier, output_shift;
} arenite_squared_difference_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_squared_difference_s8(const arenite_squared_difference_s8_t *layer, const int8_t *first,
                                   const int8_t *second, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
