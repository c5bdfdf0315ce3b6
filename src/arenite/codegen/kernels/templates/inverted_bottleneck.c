#include "arenite_$KERNEL.h"

#include <stddef.h>
#include <string.h>

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t wide_rows,
    int32_t output_rows, int32_t pad_top, int32_t wide_pad_top, const int8_t *input, void *scratch, int8_t *output) {
  const arenite_window_t *window = &layer->depthwise.window;
  const int32_t depth = window->output_depth;
  const int32_t units = layer->projection.window.output_depth;
  const int32_t span = (window->kernel_height - 1) * window->dilation_y + 1;
  int8_t *pixel = (int8_t *)scratch;
  int8_t *lines = pixel + depth;
  arenite_conv_s8_t expansion = layer->expansion;
  arenite_depthwise_s8_t depthwise = layer->depthwise;
  int32_t held = 0; /* $PLURAL of the wide tensor from `held` to before `end` are in the scratch */
  int32_t end = 0;
  depthwise.window.output_width = 1;
$FOR *_columns_s8
  const int32_t wide_columns = layer->expansion.window.output_width;
  const int32_t line = wide_rows * depth;
  expansion.window.output_width = 1;
  depthwise.window.input_width = wide_rows;
  for (int32_t x = 0; x < layer->columns; x++) {
    const int32_t origin = x * window->stride_y - layer->pad_left;
    const int32_t last = origin + span < wide_columns ? origin + span : wide_columns;
$FOR *_rows_s8
  const int32_t input_row = expansion.window.input_width * expansion.window.input_depth;
  const int32_t line = expansion.window.output_width * depth;
  for (int32_t y = 0; y < output_rows; y++) {
    const int32_t origin = y * window->stride_y - wide_pad_top;
    const int32_t last = origin + span < wide_rows ? origin + span : wide_rows;
$ALL
    const int32_t first = origin < 0 ? 0 : origin;
    if (first < end) {
      memmove(lines, lines + (first - held) * line, (size_t)((end - first) * line));
    } else {
      end = first;
    }
    held = first;
    for (; end < last; end++) {
$FOR *_columns_s8
      expansion.window.pad_left = layer->expansion.window.pad_left - end * expansion.window.stride_x;
      arenite_conv_s8(&expansion, input_rows, wide_rows, pad_top, input, lines + (end - held) * line);
    }
    for (int32_t y = 0; y < output_rows; y++) {
      depthwise.window.pad_left = wide_pad_top - y * window->stride_x;
      arenite_depthwise_s8(&depthwise, last - first, 1, first - origin, lines, pixel);
      arenite_conv_s8(&layer->projection, 1, 1, 0, pixel, output + (y * layer->columns + x) * units);
    }
$FOR *_rows_s8
      const int32_t begin = end * expansion.window.stride_y - pad_top;
      const int32_t above = begin < 0 ? 0 : begin;
      arenite_conv_s8(&expansion, input_rows - above, 1, above - begin, input + above * input_row,
                      lines + (end - held) * line);
    }
    for (int32_t x = 0; x < window->output_width; x++) {
      depthwise.window.pad_left = window->pad_left - x * window->stride_x;
      arenite_depthwise_s8(&depthwise, last - first, 1, first - origin, lines, pixel);
      arenite_conv_s8(&layer->projection, 1, 1, 0, pixel, output);
      output += units;
    }
$ALL
  }
}
