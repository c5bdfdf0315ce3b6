/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_update_slice.h"

#include "arenite_fixed.h"

void arenite_update_slice(const arenite_update_slice_t *layer, const void *update, const int32_t *place, void *output) {
  uint8_t *to = (uint8_t *)output;
  for (int32_t axis = 0; axis < layer->axes; axis++) {
    to += arenite_clamp(place[axis], 0, layer->room[axis]) * layer->step[axis];
  }
  arenite_copy(&layer->shape, update, to);
}
