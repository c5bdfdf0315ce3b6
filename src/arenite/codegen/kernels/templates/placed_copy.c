#include "arenite_$KERNEL.h"

#include <stddef.h>

#include "arenite_fixed.h"

void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const void *input, const int32_t *place, void *output) {
  ptrdiff_t at = 0;
  for (int32_t axis = 0; axis < layer->axes; axis++) {
    at += (ptrdiff_t)arenite_clamp(place[axis], 0, layer->room[axis]) * layer->step[axis];
  }
$FOR slice
  arenite_copy(&layer->shape, (const uint8_t *)input + at, output);
$FOR update_slice
  arenite_copy(&layer->shape, input, (uint8_t *)output + at);
$ALL
}
