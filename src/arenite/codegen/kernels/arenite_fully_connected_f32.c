/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_fully_connected_f32.h"

#include "arenite_dot_f32.h"

void arenite_fully_connected_f32(const arenite_fully_connected_f32_t *layer, int32_t rows, const float *input,
                                 float *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t unit = 0; unit < layer->units; unit++) {
      const float sum = arenite_dot_f32(input, layer->weights + unit * layer->depth, layer->depth, layer->bias[unit]);
      const float above = sum < layer->lowest ? layer->lowest : sum;
      *output++ = above > layer->highest ? layer->highest : above;
    }
    input += layer->depth;
  }
}
