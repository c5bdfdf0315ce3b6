#include "arenite_add_products_s8.h"

#include "arenite_dot.h"

void arenite_add_products_s8(const arenite_add_products_s8_t *layer, int32_t first, int32_t length,
                             const int8_t *input, int32_t *sums) {
  int32_t total = 0;
  if (layer->weight_offset != 0) {
    for (int32_t i = 0; i < length; i++) {
      total = arenite_plus(total, input[i] + layer->input_offset);
    }
    total = arenite_times(total, layer->weight_offset);
  }
  const int8_t *weights = layer->weights + first;
  for (int32_t unit = 0; unit < layer->units; unit++) {
    const int32_t sum = arenite_plus(sums[unit], total);
    sums[unit] = arenite_dot_s8(input, weights, length, layer->input_offset, sum);
    weights += layer->depth;
  }
}
