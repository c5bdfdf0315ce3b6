/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_matmul_f32.h"

void arenite_matmul_f32(const arenite_matmul_f32_t *layer, const float *first, const float *second, float *output) {
  for (int32_t row = 0; row < layer->rows; row++) {
    for (int32_t column = 0; column < layer->columns; column++) {
      const float *a = first + row * layer->first_row;
      const float *b = second + column * layer->second_column;
      float sum = 0.0f;
      for (int32_t i = 0; i < layer->depth; i++) {
        sum += *a * *b;
        a += layer->first_step;
        b += layer->second_step;
      }
      *output++ = sum;
    }
  }
}
