/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_fully_connected_s16.h"

#include "arenite_dot_s16.h"
#include "arenite_fixed.h"

static int32_t scale_sum(int64_t sum, int32_t multiplier, int32_t shift, int32_t narrow) {
  return narrow ? arenite_scale((int32_t)sum, multiplier, shift) : arenite_scale_wide(sum, multiplier, shift);
}

void arenite_fully_connected_s16(const arenite_fully_connected_s16_t *layer, int32_t rows, const int16_t *input,
                                 int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t unit = 0; unit < layer->units; unit++) {
      const int32_t scale = layer->per_unit ? unit : 0;
      const int64_t sum = arenite_dot_s16(input, layer->weights + unit * layer->depth, layer->depth, layer->bias[unit]);
      const int32_t scaled = scale_sum(sum, layer->multiplier[scale], layer->shift[scale], layer->narrow);
      *output++ = (int16_t)arenite_clamp(scaled, layer->lowest, layer->highest);
    }
    input += layer->depth;
  }
}
