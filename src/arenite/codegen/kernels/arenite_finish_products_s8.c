#include "arenite_finish_products_s8.h"

#include "arenite_fixed.h"

void arenite_finish_products_s8(const arenite_finish_products_s8_t *layer, const int32_t *sums, int8_t *output) {
  for (int32_t unit = 0; unit < layer->units; unit++) {
    const int32_t scale = layer->per_unit ? unit : 0;
    const int32_t sum = arenite_plus(sums[unit], layer->bias[unit]);
    const int32_t scaled = arenite_scale(sum, layer->multiplier[scale], layer->shift[scale]);
    output[unit] = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
  }
}
