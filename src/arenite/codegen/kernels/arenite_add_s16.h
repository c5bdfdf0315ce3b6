/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* ADD and SUB of int16 values with broadcasting. */
#ifndef ARENITE_ADD_S16_H
#define ARENITE_ADD_S16_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t sign; /* 1 adds, -1 subtracts the second input */
  int32_t first_offset, first_multiplier, first_shift;
  int32_t second_offset, second_multiplier, second_shift;
  int32_t output_offset, output_multiplier, output_shift;
  int32_t lowest, highest;
} arenite_add_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_add_s16(const arenite_add_s16_t *layer, const int16_t *first, const int16_t *second, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
