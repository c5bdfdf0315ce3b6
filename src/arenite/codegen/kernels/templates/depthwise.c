#include "arenite_$KERNEL.h"

$FOR depthwise_s16
#include "arenite_fixed.h"

$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t depth = window->output_depth;
  const int32_t step_x = window->dilation_x * window->input_depth;
  const int32_t step_y = window->dilation_y * window->input_width * window->input_depth;
  for (int32_t row = 0; row < output_rows; row++) {
    const int32_t y = row * window->stride_y - pad_top;
    const int32_t y0 = arenite_window_first(y, window->dilation_y);
    const int32_t y1 = arenite_window_last(y, window->dilation_y, window->kernel_height, input_rows);
    for (int32_t column = 0; column < window->output_width; column++) {
      const int32_t x = column * window->stride_x - window->pad_left;
      const int32_t x0 = arenite_window_first(x, window->dilation_x);
      const int32_t x1 = arenite_window_last(x, window->dilation_x, window->kernel_width, window->input_width);
      const int32_t origin = (y * window->input_width + x) * window->input_depth;
      int32_t source = 0;
      int32_t copy = 0;
      for (int32_t channel = 0; channel < depth; channel++) {
        $WIDE sum = layer->bias[channel];
        for (int32_t ky = y0; ky < y1; ky++) {
          const $ELEMENT *values = input + (origin + source + ky * step_y + x0 * step_x);
          const $WEIGHT *w = layer->weights + (ky * window->kernel_width + x0) * depth + channel;
          for (int32_t kx = x0; kx < x1; kx++) {
$FOR depthwise_f32
            sum += *values * *w;
$FOR depthwise_s16
            sum = arenite_plus_wide(sum, *values * *w);
$ALL
            values += step_x;
            w += depth;
          }
        }
$FOR depthwise_f32
        const float above = sum < layer->lowest ? layer->lowest : sum;
        *output++ = above > layer->highest ? layer->highest : above;
$FOR depthwise_s16
        const int32_t scaled = arenite_scale_wide(sum, layer->multiplier[channel], layer->shift[channel]);
        *output++ = (int16_t)arenite_clamp(scaled, layer->lowest, layer->highest);
$ALL
        if (++copy == layer->multiplicity) {
          copy = 0;
          source++;
        }
      }
    }
  }
}
