/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

#include "arenite_fixed.h"

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const $ELEMENT *a = first + walk.first;
    const $ELEMENT *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      const int32_t product = arenite_times(*a + layer->first_offset, *b + layer->second_offset);
      const int32_t scaled = arenite_scale(product, layer->output_multiplier, layer->output_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
