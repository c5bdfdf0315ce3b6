/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_slice.h"

#include "arenite_fixed.h"

void arenite_slice(const arenite_slice_t *layer, const void *input, const int32_t *place, void *output) {
  const uint8_t *from = (const uint8_t *)input;
  for (int32_t axis = 0; axis < layer->axes; axis++) {
    from += arenite_clamp(place[axis], 0, layer->room[axis]) * layer->step[axis];
  }
  arenite_copy(&layer->shape, from, output);
}
