/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DYNAMIC_UPDATE_SLICE: writes an update over a part of a tensor. */
#ifndef ARENITE_UPDATE_SLICE_H
#define ARENITE_UPDATE_SLICE_H

#include <stdint.h>

#include "arenite_copy.h"

typedef struct {
  arenite_copy_t shape;
  int32_t axes;
  int32_t room[ARENITE_COPY_RANK]; /* the last place along each axis at which the update ends within the tensor */
  int32_t step[ARENITE_COPY_RANK]; /* bytes */
} arenite_update_slice_t;

#ifdef __cplusplus
extern "C" {
#endif
/* A place outside of the room stands for the nearest one. */
void arenite_update_slice(const arenite_update_slice_t *layer, const void *update, const int32_t *place, void *output);
#ifdef __cplusplus
}
#endif

#endif
