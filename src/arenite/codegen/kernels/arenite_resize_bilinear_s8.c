/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_resize_bilinear_s8.h"

void arenite_resize_bilinear_s8(const arenite_resize_bilinear_s8_t *layer, const int8_t *input, int8_t *output) {
  for (int32_t y = 0; y < layer->rows; y++) {
    const int8_t *first = input + layer->row[2 * y] * layer->line;
    const int8_t *second = input + layer->row[2 * y + 1] * layer->line;
    const int32_t below = layer->row_weight[y];
    for (int32_t x = 0; x < layer->columns; x++) {
      const int32_t left_column = layer->column[2 * x] * layer->depth;
      const int32_t right_column = layer->column[2 * x + 1] * layer->depth;
      const int8_t *a = first + left_column;
      const int8_t *b = first + right_column;
      const int8_t *d = second + left_column;
      const int8_t *e = second + right_column;
      const int32_t right = layer->column_weight[x];
      for (int32_t c = 0; c < layer->depth; c++) {
        const int64_t upper = (int64_t)a[c] * (1024 - right) + (int64_t)b[c] * right;
        const int64_t lower = (int64_t)d[c] * (1024 - right) + (int64_t)e[c] * right;
        const int64_t sum = upper * (1024 - below) + lower * below;
        *output++ = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
      }
    }
  }
}
