/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_divide_s32.h"

#include "arenite_fixed.h"

void arenite_divide_s32(const arenite_divide_s32_t *layer, const int32_t *first, const int32_t *second,
                        int32_t *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const int32_t *a = first + walk.first;
    const int32_t *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      const int64_t quotient = *b != 0 ? (int64_t)*a / *b : 0;
      *output++ = arenite_clamp((int32_t)quotient, layer->lowest, layer->highest);
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
