/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

#include "arenite_fixed.h"

/* Both inputs are brought to one scale with this many more bits. */
#define SHIFT $BITS

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const $ELEMENT *a = first + walk.first;
    const $ELEMENT *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      const int32_t x = (*a + layer->first_offset) * (1 << SHIFT);
      const int32_t y = (*b + layer->second_offset) * (1 << SHIFT);
      const int32_t sum = arenite_scale(x, layer->first_multiplier, layer->first_shift) +
                          layer->sign * arenite_scale(y, layer->second_multiplier, layer->second_shift);
      const int32_t scaled = arenite_scale(sum, layer->output_multiplier, layer->output_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
