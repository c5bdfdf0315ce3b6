/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* REDUCE_MIN of float values. */
#ifndef ARENITE_REDUCE_MINIMUM_F32_H
#define ARENITE_REDUCE_MINIMUM_F32_H

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
} arenite_reduce_minimum_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the output from its first to its last value. */
void arenite_reduce_minimum_f32(const arenite_reduce_minimum_f32_t *layer, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
