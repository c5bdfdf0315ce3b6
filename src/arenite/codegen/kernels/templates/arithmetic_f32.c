/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const float *first, const float *second, float *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const float *a = first + walk.first;
    const float *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      const float value = *a $SIGN *b;
      const float above = value < layer->lowest ? layer->lowest : value;
      *output++ = above > layer->highest ? layer->highest : above;
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
