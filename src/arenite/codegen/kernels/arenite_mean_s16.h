/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MEAN and SUM of int16 values. */
#ifndef ARENITE_MEAN_S16_H
#define ARENITE_MEAN_S16_H

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
  int32_t shift_in; /* minus the zero point of the input times the number of values */
  int32_t multiplier, shift, output_offset;
} arenite_mean_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the output from its first to its last value. */
void arenite_mean_s16(const arenite_mean_s16_t *layer, const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
