/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_maximum_s8.h"

void arenite_maximum_s8(const arenite_maximum_s8_t *layer, const int8_t *first, const int8_t *second, int8_t *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const int8_t *a = first + walk.first;
    const int8_t *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      *output++ = *a > *b ? *a : *b;
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
