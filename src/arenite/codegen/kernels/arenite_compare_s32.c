/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_compare_s32.h"

void arenite_compare_s32(const arenite_compare_s32_t *layer, const int32_t *first, const int32_t *second,
                         uint8_t *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const int32_t *a = first + walk.first;
    const int32_t *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      *output++ = (uint8_t)((layer->ways & (*a < *b ? 1 : *a == *b ? 2 : 4)) != 0);
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
