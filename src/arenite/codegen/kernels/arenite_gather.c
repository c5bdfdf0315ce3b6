#include "arenite_gather.h"

#include <stddef.h>
#include <string.h>

#include "arenite_fixed.h"

void arenite_gather(const arenite_gather_t *layer, const void *input, const int32_t *rows, void *output) {
  const uint8_t *table = (const uint8_t *)input;
  uint8_t *to = (uint8_t *)output;
  for (int32_t batch = 0; batch < layer->batches; batch++) {
    for (int32_t outer = 0; outer < layer->outer; outer++) {
      for (int32_t i = 0; i < layer->picked; i++) {
        const int32_t row = arenite_clamp(rows[i], 0, layer->rows - 1);
        memcpy(to, table + row * layer->bytes, (size_t)layer->bytes);
        to += layer->bytes;
      }
      table += layer->rows * layer->bytes;
    }
    rows += layer->picked;
  }
}
