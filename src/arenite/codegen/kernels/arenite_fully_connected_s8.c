#include "arenite_fully_connected_s8.h"

#include "arenite_dot.h"
#include "arenite_fixed.h"

static inline int8_t finish(const arenite_fully_connected_s8_t *layer, int32_t unit, int32_t sum) {
  const int32_t scale = layer->per_unit ? unit : 0;
  const int32_t scaled = arenite_scale(sum, layer->multiplier[scale], layer->shift[scale]);
  return (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
}

void arenite_fully_connected_s8(const arenite_fully_connected_s8_t *layer, int32_t rows, const int8_t *input,
                                int8_t *output) {
  const int32_t depth = layer->depth;
  for (int32_t row = 0; row < rows; row++) {
    int32_t total = 0;
    if (layer->weight_offset != 0) {
      for (int32_t i = 0; i < depth; i++) {
        total = arenite_plus(total, input[i] + layer->input_offset);
      }
      total = arenite_times(total, layer->weight_offset);
    }
    const int8_t *weights = layer->weights;
    int32_t unit = 0;
    for (; unit < layer->units - 3; unit += 4) {
      const int32_t *bias = layer->bias + unit;
      arenite_four_t sums = {arenite_plus(bias[0], total), arenite_plus(bias[1], total), arenite_plus(bias[2], total),
                             arenite_plus(bias[3], total)};
      sums = arenite_dot_four_s8(input, weights, depth, depth, layer->input_offset, sums);
      /* All are computed before any is stored, lest the compiler reads the layer anew after each. */
      const int8_t a = finish(layer, unit, sums.a);
      const int8_t b = finish(layer, unit + 1, sums.b);
      const int8_t c = finish(layer, unit + 2, sums.c);
      const int8_t d = finish(layer, unit + 3, sums.d);
      output[0] = a;
      output[1] = b;
      output[2] = c;
      output[3] = d;
      weights += 4 * depth;
      output += 4;
    }
    for (; unit < layer->units; unit++) {
      const int32_t first = arenite_plus(layer->bias[unit], total);
      const int32_t sum = arenite_dot_s8(input, weights, depth, layer->input_offset, first);
      *output++ = finish(layer, unit, sum);
      weights += depth;
    }
    input += depth;
  }
}
