#include "arenite_resize_nearest.h"

#include <stddef.h>
#include <string.h>

void arenite_resize_nearest(const arenite_resize_nearest_t *layer, const void *input, void *output) {
  uint8_t *to = (uint8_t *)output;
  for (int32_t y = 0; y < layer->rows; y++) {
    const uint8_t *line = (const uint8_t *)input + layer->row[y] * layer->line;
    for (int32_t x = 0; x < layer->columns; x++) {
      memcpy(to, line + layer->column[x] * layer->pixel, (size_t)layer->pixel);
      to += layer->pixel;
    }
  }
}
