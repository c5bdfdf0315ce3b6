#include "arenite_$KERNEL.h"

void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output) {
  for (int32_t y = 0; y < layer->rows; y++) {
    const $ELEMENT *first = input + layer->row[2 * y] * layer->line;
    const $ELEMENT *second = input + layer->row[2 * y + 1] * layer->line;
    const $SUM below = layer->row_weight[y];
    for (int32_t x = 0; x < layer->columns; x++) {
      const int32_t left_column = layer->column[2 * x] * layer->depth;
      const int32_t right_column = layer->column[2 * x + 1] * layer->depth;
      const $ELEMENT *a = first + left_column;
      const $ELEMENT *b = first + right_column;
      const $ELEMENT *d = second + left_column;
      const $ELEMENT *e = second + right_column;
      const $SUM right = layer->column_weight[x];
      for (int32_t c = 0; c < layer->depth; c++) {
$FOR *_f32
        *output++ = a[c] * (1.0f - below) * (1.0f - right) + d[c] * below * (1.0f - right) +
                    b[c] * (1.0f - below) * right + e[c] * below * right;
$FOR *_s8
        const int64_t upper = (int64_t)a[c] * (1024 - right) + (int64_t)b[c] * right;
        const int64_t lower = (int64_t)d[c] * (1024 - right) + (int64_t)e[c] * right;
        const int64_t sum = upper * (1024 - below) + lower * below;
        *output++ = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
$ALL
      }
    }
  }
}
