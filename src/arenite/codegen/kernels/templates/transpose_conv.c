#include "arenite_$KERNEL.h"

$FOR *_f32
#include "arenite_dot_f32.h"
$FOR *_s16
#include "arenite_dot_s16.h"
#include "arenite_fixed.h"
$FOR *_s8
#include "arenite_dot.h"
#include "arenite_fixed.h"
$ALL

/* Sum of one output channel at output row y and column x. */
static $WIDE gather(
    const arenite_$KERNEL_t *layer, int32_t input_rows, const $ELEMENT *input, const $WEIGHT *weights,
    int32_t y, int32_t x, $WIDE sum) {
  const arenite_window_t *window = &layer->window;
  const int32_t depth = window->input_depth;
  for (int32_t ky = 0; ky < window->kernel_height; ky++) {
    const int32_t row = y - ky;
    if (row < 0 || row % window->stride_y != 0 || row / window->stride_y >= input_rows) {
      continue;
    }
    for (int32_t kx = 0; kx < window->kernel_width; kx++) {
      const int32_t column = x - kx;
      if (column < 0 || column % window->stride_x != 0 || column / window->stride_x >= window->input_width) {
        continue;
      }
      const $ELEMENT *values =
          input + (row / window->stride_y * window->input_width + column / window->stride_x) * depth;
      const $WEIGHT *w = weights + (ky * window->kernel_width + kx) * depth;
$FOR *_f32
      sum = arenite_dot_f32(values, w, depth, sum);
$FOR *_s16
      sum = arenite_dot_s16(values, w, depth, sum);
$FOR *_s8
      sum = arenite_dot_s8(values, w, depth, layer->input_offset, sum);
$ALL
    }
  }
  return sum;
}

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows,
    const $ELEMENT *input, $ELEMENT *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t filter = window->kernel_height * window->kernel_width * window->input_depth;
  for (int32_t row = 0; row < output_rows; row++) {
    for (int32_t column = 0; column < window->output_width; column++) {
      for (int32_t channel = 0; channel < window->output_depth; channel++) {
        const $WIDE sum = gather(
            layer, input_rows, input, layer->weights + channel * filter,
            row + layer->pad_top, column + window->pad_left, layer->bias[channel]);
$FOR *_f32
        const float above = sum < layer->lowest ? layer->lowest : sum;
        *output++ = above > layer->highest ? layer->highest : above;
$FOR *_s16
        const int32_t scaled = arenite_scale_wide(sum, layer->multiplier[channel], layer->shift[channel]);
        *output++ = (int16_t)arenite_clamp(scaled, layer->lowest, layer->highest);
$FOR *_s8
        const int32_t scaled = arenite_scale(sum, layer->multiplier[channel], layer->shift[channel]);
        *output++ = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
$ALL
      }
    }
  }
}
