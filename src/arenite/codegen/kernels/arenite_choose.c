#include "arenite_choose.h"

#include <stddef.h>
#include <string.h>

void arenite_choose(const arenite_choose_t *layer, const uint8_t *condition, const void *input, void *output) {
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  uint8_t *to = (uint8_t *)output;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const uint8_t *chosen = condition + walk.first;
    const uint8_t *from = (const uint8_t *)input + walk.second * layer->width;
    for (int32_t i = 0; i < shape->count[last]; i++) {
      if (*chosen != 0) {
        memcpy(to, from, (size_t)layer->width);
      }
      chosen += shape->first[last];
      from += shape->second[last] * layer->width;
      to += layer->width;
    }
  } while (arenite_walk_next(shape, &walk));
}
