/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_prelu_s8.h"

#include "arenite_fixed.h"

void arenite_prelu_s8(const arenite_prelu_s8_t *layer, const int8_t *first, const int8_t *second, int8_t *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const int8_t *a = first + walk.first;
    const int8_t *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      const int32_t x = *a + layer->input_offset;
      const int32_t y =
          x >= 0 ? arenite_scale(x, layer->positive_multiplier, layer->positive_shift)
                 : arenite_scale(x * (*b + layer->slope_offset), layer->negative_multiplier, layer->negative_shift);
      *output++ = (int8_t)arenite_clamp(arenite_plus(y, layer->output_offset), -128, 127);
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
