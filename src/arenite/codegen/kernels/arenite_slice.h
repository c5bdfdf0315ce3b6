/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SLICE at a place that is computed. */
#ifndef ARENITE_SLICE_H
#define ARENITE_SLICE_H

#include <stdint.h>

#include "arenite_copy.h"

typedef struct {
  arenite_copy_t shape;
  int32_t axes;
  int32_t room[ARENITE_COPY_RANK]; /* the last place along each axis at which the slice ends within the tensor */
  int32_t step[ARENITE_COPY_RANK]; /* bytes */
} arenite_slice_t;

#ifdef __cplusplus
extern "C" {
#endif
/* A place outside of the room stands for the nearest one. */
void arenite_slice(const arenite_slice_t *layer, const void *input, const int32_t *place, void *output);
#ifdef __cplusplus
}
#endif

#endif
