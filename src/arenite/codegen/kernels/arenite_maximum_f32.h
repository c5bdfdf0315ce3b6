/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MAXIMUM of float values with broadcasting. */
#ifndef ARENITE_MAXIMUM_F32_H
#define ARENITE_MAXIMUM_F32_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
} arenite_maximum_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_maximum_f32(const arenite_maximum_f32_t *layer, const float *first, const float *second, float *output);
#ifdef __cplusplus
}
#endif

#endif
