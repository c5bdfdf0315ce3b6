/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* FULLY_CONNECTED of float values. */
#ifndef ARENITE_FULLY_CONNECTED_F32_H
#define ARENITE_FULLY_CONNECTED_F32_H

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const float *weights; /* [units][depth] */
  const float *bias;    /* [units] */
  float lowest, highest;
} arenite_fully_connected_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the rows of the input, all units of a row before the next. */
void arenite_fully_connected_f32(const arenite_fully_connected_f32_t *layer, int32_t rows, const float *input,
                                 float *output);
#ifdef __cplusplus
}
#endif

#endif
