/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_matmul_s8.h"

#include "arenite_fixed.h"

void arenite_matmul_s8(const arenite_matmul_s8_t *layer, const int8_t *first, const int8_t *second, int8_t *output) {
  for (int32_t row = 0; row < layer->rows; row++) {
    for (int32_t column = 0; column < layer->columns; column++) {
      const int8_t *a = first + row * layer->first_row;
      const int8_t *b = second + column * layer->second_column;
      int32_t sum = 0;
      for (int32_t i = 0; i < layer->depth; i++) {
        sum = arenite_plus(sum, (*a + layer->first_offset) * (*b + layer->second_offset));
        a += layer->first_step;
        b += layer->second_step;
      }
      const int32_t scaled = arenite_scale(sum, layer->output_multiplier, layer->output_shift);
      *output++ = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
    }
  }
}
