/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MEAN and SUM of float values. */
#ifndef ARENITE_MEAN_F32_H
#define ARENITE_MEAN_F32_H

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
  float divisor;
} arenite_mean_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the output from its first to its last value. */
void arenite_mean_f32(const arenite_mean_f32_t *layer, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
