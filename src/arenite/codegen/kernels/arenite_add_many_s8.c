#include "arenite_add_many_s8.h"

#include "arenite_fixed.h"

#define SHIFT 19 /* bits that each input gains: 20, and half of that sum is taken */

void arenite_add_many_s8(const arenite_add_many_s8_t *layer, const int8_t *first, const int8_t *second,
                         const int8_t *third, const int8_t *fourth, int8_t *output) {
  for (int32_t i = 0; i < layer->length; i++) {
    int32_t sum = layer->input_offset + first[i] + second[i];
    sum += layer->inputs > 2 ? third[i] : 0;
    sum += layer->inputs > 3 ? fourth[i] : 0;
    const int32_t scaled = arenite_scale(sum * (1 << SHIFT), layer->output_multiplier, layer->output_shift);
    output[i] = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), -128, 127);
  }
}
