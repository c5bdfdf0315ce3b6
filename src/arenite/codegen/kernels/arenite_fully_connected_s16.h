/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* FULLY_CONNECTED of int16 values, int8 weights with one scale per unit or for all. */
#ifndef ARENITE_FULLY_CONNECTED_S16_H
#define ARENITE_FULLY_CONNECTED_S16_H

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights;     /* [units][depth] */
  const int64_t *bias;       /* [units] */
  const int32_t *multiplier; /* [units], or one for all: see `per_unit` */
  const int8_t *shift;
  int32_t per_unit; /* 1 where each unit has its own multiplier, 0 where the first serves all */
  int32_t narrow;   /* 1: sums of 32 bits, as with an int32 bias; 0: of 64 bits */
  int32_t lowest, highest;
} arenite_fully_connected_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the rows of the input, all units of a row before the next. */
void arenite_fully_connected_s16(const arenite_fully_connected_s16_t *layer, int32_t rows, const int16_t *input,
                                 int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
