#include "arenite_$KERNEL.h"

#include "arenite_dot_$TYPE.h"
$FOR conv_s16
#include "arenite_fixed.h"
$ALL

/* Sum of one output channel over the rows y0 .. y1 and columns x0 .. x1 of the kernel; the window's first column of its
 * first row would be at input[origin]. */
static $WIDE window_sum(
    const arenite_$KERNEL_t *layer, const $ELEMENT *input, int32_t origin, const $WEIGHT *weights,
    int32_t y0, int32_t y1, int32_t x0, int32_t x1, $WIDE sum) {
  const arenite_window_t *window = &layer->window;
  const int32_t row = window->input_width * window->input_depth * window->dilation_y;
  const int32_t column = window->input_depth * window->dilation_x;
  const int32_t depth = layer->filter_depth;
  const int gapless = column == depth;
  for (int32_t y = y0; y < y1; y++) {
    const $WEIGHT *w = weights + (y * window->kernel_width + x0) * depth;
    const $ELEMENT *values = input + (origin + y * row + x0 * column);
    if (gapless) {
      sum = arenite_dot_$TYPE(values, w, (x1 - x0) * depth, sum);
    } else {
      for (int32_t x = x0; x < x1; x++) {
        sum = arenite_dot_$TYPE(values, w, depth, sum);
        values += column;
        w += depth;
      }
    }
  }
  return sum;
}

$FOR conv_s16
static int32_t scale_sum(int64_t sum, int32_t multiplier, int32_t shift, int32_t narrow) {
  return narrow ? arenite_scale((int32_t)sum, multiplier, shift) : arenite_scale_wide(sum, multiplier, shift);
}

$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t filter = window->kernel_height * window->kernel_width * layer->filter_depth;
  const int32_t group = window->output_depth / (window->input_depth / layer->filter_depth);
  for (int32_t row = 0; row < output_rows; row++) {
    const int32_t y = row * window->stride_y - pad_top;
    const int32_t y0 = arenite_window_first(y, window->dilation_y);
    const int32_t y1 = arenite_window_last(y, window->dilation_y, window->kernel_height, input_rows);
    for (int32_t column = 0; column < window->output_width; column++) {
      const int32_t x = column * window->stride_x - window->pad_left;
      const int32_t x0 = arenite_window_first(x, window->dilation_x);
      const int32_t x1 = arenite_window_last(x, window->dilation_x, window->kernel_width, window->input_width);
      const int32_t origin = (y * window->input_width + x) * window->input_depth;
      for (int32_t channel = 0; channel < window->output_depth; channel++) {
        const int32_t first = channel / group * layer->filter_depth;
        const $WIDE sum = window_sum(
            layer, input, origin + first, layer->weights + channel * filter, y0, y1, x0, x1, layer->bias[channel]);
$FOR conv_f32
        const float above = sum < layer->lowest ? layer->lowest : sum;
        *output++ = above > layer->highest ? layer->highest : above;
$FOR conv_s16
        const int32_t scaled = scale_sum(sum, layer->multiplier[channel], layer->shift[channel], layer->narrow);
        *output++ = (int16_t)arenite_clamp(scaled, layer->lowest, layer->highest);
$ALL
      }
    }
  }
}
