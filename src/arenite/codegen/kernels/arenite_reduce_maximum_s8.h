/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* REDUCE_MAX of int8 values. */
#ifndef ARENITE_REDUCE_MAXIMUM_S8_H
#define ARENITE_REDUCE_MAXIMUM_S8_H

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
} arenite_reduce_maximum_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the output from its first to its last value. */
void arenite_reduce_maximum_s8(const arenite_reduce_maximum_s8_t *layer, const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
