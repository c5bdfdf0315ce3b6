/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_resize_bilinear_f32.h"

void arenite_resize_bilinear_f32(const arenite_resize_bilinear_f32_t *layer, const float *input, float *output) {
  for (int32_t y = 0; y < layer->rows; y++) {
    const float *first = input + layer->row[2 * y] * layer->line;
    const float *second = input + layer->row[2 * y + 1] * layer->line;
    const float below = layer->row_weight[y];
    for (int32_t x = 0; x < layer->columns; x++) {
      const int32_t left_column = layer->column[2 * x] * layer->depth;
      const int32_t right_column = layer->column[2 * x + 1] * layer->depth;
      const float *a = first + left_column;
      const float *b = first + right_column;
      const float *d = second + left_column;
      const float *e = second + right_column;
      const float right = layer->column_weight[x];
      for (int32_t c = 0; c < layer->depth; c++) {
        *output++ = a[c] * (1.0f - below) * (1.0f - right) + d[c] * below * (1.0f - right) +
                    b[c] * (1.0f - below) * right + e[c] * below * right;
      }
    }
  }
}
