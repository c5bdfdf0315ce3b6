/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_fully_connected_s8.h"

#include "arenite_dot.h"
#include "arenite_fixed.h"

void arenite_fully_connected_s8(const arenite_fully_connected_s8_t *layer, int32_t rows, const int8_t *input,
                                int8_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t total = 0;
    if (layer->weight_offset != 0) {
      for (int32_t i = 0; i < layer->depth; i++) {
        total += input[i] + layer->input_offset;
      }
      total *= layer->weight_offset;
    }
    for (int32_t unit = 0; unit < layer->units; unit++) {
      const int32_t scale = layer->per_unit ? unit : 0;
      const int32_t sum = arenite_dot_s8(input, layer->weights + unit * layer->depth, layer->depth, layer->input_offset,
                                         layer->bias[unit] + total);
      const int32_t scaled = arenite_scale(sum, layer->multiplier[scale], layer->shift[scale]);
      *output++ = (int8_t)arenite_clamp(scaled + layer->output_offset, layer->lowest, layer->highest);
    }
    input += layer->depth;
  }
}
