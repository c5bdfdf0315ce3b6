/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MUL of int8 values with broadcasting. */
#ifndef ARENITE_MULTIPLY_S8_H
#define ARENITE_MULTIPLY_S8_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t first_offset, second_offset, output_offset, output_multiplier, output_shift;
  int32_t lowest, highest;
} arenite_multiply_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_multiply_s8(const arenite_multiply_s8_t *layer, const int8_t *first, const int8_t *second, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
