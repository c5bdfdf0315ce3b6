#include "arenite_$KERNEL.h"

$FOR average_pool_s*
#include "arenite_fixed.h"

$FOR l2_pool_f32
#include "arenite_root.h"

$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t depth = window->input_depth;
  for (int32_t row = 0; row < output_rows; row++) {
    const int32_t y = row * window->stride_y - pad_top;
    const int32_t y0 = arenite_window_first(y, 1);
    const int32_t y1 = arenite_window_last(y, 1, window->kernel_height, input_rows);
    for (int32_t column = 0; column < window->output_width; column++) {
      const int32_t x = column * window->stride_x - window->pad_left;
      const int32_t x0 = arenite_window_first(x, 1);
      const int32_t x1 = arenite_window_last(x, 1, window->kernel_width, window->input_width);
      for (int32_t channel = 0; channel < depth; channel++) {
$FOR average_pool_f32 l2_pool_f32
        float value = 0.0f;
$FOR average_pool_s*
        int32_t value = 0;
$FOR max_pool_f32
        float value = -3.402823466e+38f;
$FOR max_pool_s*
        int32_t value = -32768;
$ALL
        for (int32_t ky = y0; ky < y1; ky++) {
          const $ELEMENT *values = input + (((y + ky) * window->input_width + x + x0) * depth + channel);
          for (int32_t kx = x0; kx < x1; kx++) {
$FOR average_pool_f32
            value += *values;
$FOR l2_pool_f32
            value += *values * *values;
$FOR average_pool_s*
            value = arenite_plus(value, *values);
$FOR max_pool_*
            value = *values > value ? *values : value;
$ALL
            values += depth;
          }
        }
$FOR average_pool_s*
        const int32_t count = (y1 - y0) * (x1 - x0);
        value = (arenite_plus(value, value > 0 ? count / 2 : -(count / 2))) / count;
        *output++ = ($ELEMENT)arenite_clamp(value, layer->lowest, layer->highest);
$FOR average_pool_f32
        value /= (float)((y1 - y0) * (x1 - x0));
$FOR l2_pool_f32
        value = arenite_root(value / (float)((y1 - y0) * (x1 - x0)));
$FOR average_pool_f32 l2_pool_f32 max_pool_*
        value = value < layer->lowest ? layer->lowest : value;
        *output++ = ($ELEMENT)(value > layer->highest ? layer->highest : value);
$ALL
      }
    }
  }
}
