#include "arenite_gather_nd.h"

#include <stddef.h>
#include <string.h>

#include "arenite_fixed.h"

void arenite_gather_nd(const arenite_gather_nd_t *layer, const void *input, const int32_t *positions, void *output) {
  uint8_t *to = (uint8_t *)output;
  for (int32_t i = 0; i < layer->picked; i++) {
    const uint8_t *from = (const uint8_t *)input;
    for (int32_t axis = 0; axis < layer->axes; axis++) {
      from += arenite_clamp(*positions++, 0, layer->length[axis] - 1) * layer->step[axis];
    }
    memcpy(to, from, (size_t)layer->bytes);
    to += layer->bytes;
  }
}
