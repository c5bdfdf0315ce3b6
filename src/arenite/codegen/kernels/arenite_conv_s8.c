#include "arenite_conv_s8.h"

#include "arenite_dot.h"
#include "arenite_fixed.h"
#include "arenite_fully_connected_s8.h"

/* The part of a window that lies inside the input: `rows` runs of `length` values that lie side by side. */
typedef struct {
  const int8_t *input;
  const int8_t *weights;
  int32_t rows, runs, length;
  int32_t input_row, input_run, weights_row, weights_run;
} part_t;

static inline int8_t finish(const arenite_conv_s8_t *layer, int32_t channel, int32_t sum) {
  const int32_t scaled = arenite_scale(sum, layer->multiplier[channel], layer->shift[channel]);
  return (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
}

static int8_t one_channel(const arenite_conv_s8_t *layer, const part_t *part, const int8_t *weights, int32_t channel) {
  const int8_t *row = part->input;
  int32_t sum = layer->bias[channel];
  for (int32_t y = 0; y < part->rows; y++) {
    const int8_t *x = row;
    const int8_t *w = weights;
    for (int32_t run = 0; run < part->runs; run++) {
      sum = arenite_dot_s8(x, w, part->length, layer->input_offset, sum);
      x += part->input_run;
      w += part->weights_run;
    }
    row += part->input_row;
    weights += part->weights_row;
  }
  return finish(layer, channel, sum);
}

/* Four channels at once, so that every input is read once for them. Nothing is written before all of it is read. */
static void four_channels(const arenite_conv_s8_t *layer, const part_t *part, const int8_t *weights, int32_t channel,
                          int32_t filter, int8_t *output) {
  const int8_t *row = part->input;
  const int32_t *bias = layer->bias + channel;
  arenite_four_t sums = {bias[0], bias[1], bias[2], bias[3]};
  for (int32_t y = 0; y < part->rows; y++) {
    const int8_t *x = row;
    const int8_t *w = weights;
    for (int32_t run = 0; run < part->runs; run++) {
      sums = arenite_dot_four_s8(x, w, filter, part->length, layer->input_offset, sums);
      x += part->input_run;
      w += part->weights_run;
    }
    row += part->input_row;
    weights += part->weights_row;
  }
  const int8_t a = finish(layer, channel, sums.a);
  const int8_t b = finish(layer, channel + 1, sums.b);
  const int8_t c = finish(layer, channel + 2, sums.c);
  const int8_t d = finish(layer, channel + 3, sums.d);
  output[0] = a;
  output[1] = b;
  output[2] = c;
  output[3] = d;
}

/* A 1x1 kernel with stride 1: every pixel is a row of a matrix. */
static void pointwise(const arenite_conv_s8_t *layer, int32_t pixels, const int8_t *input, int8_t *output) {
  arenite_fully_connected_s8_t matrix;
  matrix.depth = layer->filter_depth;
  matrix.units = layer->window.output_depth;
  matrix.weights = layer->weights;
  matrix.bias = layer->bias;
  matrix.multiplier = layer->multiplier;
  matrix.shift = layer->shift;
  matrix.per_unit = 1;
  matrix.weight_offset = 0;
  matrix.input_offset = layer->input_offset;
  matrix.output_offset = layer->output_offset;
  matrix.lowest = layer->lowest;
  matrix.highest = layer->highest;
  arenite_fully_connected_s8(&matrix, pixels, input, output);
}

void arenite_conv_s8(const arenite_conv_s8_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                     const int8_t *input, int8_t *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t depth = layer->filter_depth;
  const int32_t groups = window->input_depth / depth;
  const int32_t group = window->output_depth / groups;
  const int32_t filter = window->kernel_height * window->kernel_width * depth;
  part_t part;
  part.input_row = window->input_width * window->input_depth * window->dilation_y;
  part.input_run = window->input_depth * window->dilation_x;
  part.weights_row = window->kernel_width * depth;
  part.weights_run = depth;
  if (window->kernel_height * window->kernel_width == 1 && groups == 1 && window->stride_x * window->stride_y == 1 &&
      pad_top == 0 && window->pad_left == 0 && output_rows <= input_rows &&
      window->output_width == window->input_width) {
    pointwise(layer, output_rows * window->output_width, input, output);
    return;
  }
  const int gapless = part.input_run == depth;
  for (int32_t row = 0; row < output_rows; row++) {
    const int32_t y = row * window->stride_y - pad_top;
    const int32_t y0 = arenite_window_first(y, window->dilation_y);
    const int32_t y1 = arenite_window_last(y, window->dilation_y, window->kernel_height, input_rows);
    for (int32_t column = 0; column < window->output_width; column++) {
      const int32_t x = column * window->stride_x - window->pad_left;
      const int32_t x0 = arenite_window_first(x, window->dilation_x);
      const int32_t x1 = arenite_window_last(x, window->dilation_x, window->kernel_width, window->input_width);
      const int32_t origin = (y * window->input_width + x) * window->input_depth;
      const int inside = y1 > y0 && x1 > x0;
      part.input = inside ? input + (origin + y0 * part.input_row + x0 * part.input_run) : input;
      part.weights = layer->weights + (inside ? y0 * part.weights_row + x0 * depth : 0);
      part.rows = inside ? y1 - y0 : 0;
      part.runs = gapless ? 1 : x1 - x0;
      part.length = gapless ? (x1 - x0) * depth : depth;
      for (int32_t channel = 0; channel < window->output_depth; channel += group) {
        const int8_t *weights = part.weights + channel * filter;
        int32_t next = channel;
        for (; next < channel + group - 3; next += 4) {
          four_channels(layer, &part, weights, next, filter, output);
          weights += 4 * filter;
          output += 4;
        }
        for (; next < channel + group; next++) {
          *output++ = one_channel(layer, &part, weights, next);
          weights += filter;
        }
        part.input += depth;
      }
    }
  }
}
