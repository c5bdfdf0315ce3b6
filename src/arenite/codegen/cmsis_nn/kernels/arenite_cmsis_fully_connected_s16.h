/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: calls of CMSIS-NN. */
/* FULLY_CONNECTED by CMSIS-NN, int16 values, int8 weights with one scale. */
#ifndef ARENITE_CMSIS_FULLY_CONNECTED_S16_H
#define ARENITE_CMSIS_FULLY_CONNECTED_S16_H

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights; /* [units][depth] */
  const int64_t *bias;   /* [units] */
  int32_t multiplier, shift, lowest, highest;
} arenite_cmsis_fully_connected_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the rows of the input, all units of a row before the next. */
int arenite_cmsis_fully_connected_s16(const arenite_cmsis_fully_connected_s16_t *layer, int32_t rows,
                                      const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
