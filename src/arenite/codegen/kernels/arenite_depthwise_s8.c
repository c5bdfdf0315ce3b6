#include "arenite_depthwise_s8.h"

#include "arenite_fixed.h"
#include "arenite_pairs.h"

/* The part of a window that lies inside the input, with the steps from row to row and from column to column. */
typedef struct {
  const int8_t *input;
  const int8_t *weights;
  int32_t rows, columns;
  int32_t input_row, input_column, weights_row;
} part_t;

static inline int8_t finish(const arenite_depthwise_s8_t *layer, int32_t channel, int32_t sum) {
  const int32_t scaled = arenite_scale(sum, layer->multiplier[channel], layer->shift[channel]);
  return (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
}

static int8_t one_channel(const arenite_depthwise_s8_t *layer, const part_t *part, int32_t source, int32_t channel) {
  const int32_t depth = layer->window.output_depth;
  const int8_t *row = part->input + source;
  const int8_t *weights = part->weights + channel;
  int32_t sum = layer->bias[channel];
  for (int32_t y = 0; y < part->rows; y++) {
    const int8_t *x = row;
    const int8_t *w = weights;
    for (int32_t column = 0; column < part->columns; column++) {
      sum = arenite_plus(sum, (*x + layer->input_offset) * *w);
      x += part->input_column;
      w += depth;
    }
    row += part->input_row;
    weights += part->weights_row;
  }
  return finish(layer, channel, sum);
}

/* Four channels at once, each of one input channel. Nothing is written before all of it is read. */
static void four_channels(const arenite_depthwise_s8_t *layer, const part_t *part, int32_t channel, int8_t *output) {
  const int32_t depth = layer->window.output_depth;
  const int8_t *row = part->input + channel;
  const int8_t *weights = part->weights + channel;
  const int32_t *bias = layer->bias + channel;
  int32_t a = bias[0], b = bias[1], c = bias[2], d = bias[3];
#if ARENITE_PAIRS
  const int32_t offsets = arenite_pair_of(layer->input_offset);
#else
  const int32_t offset = layer->input_offset;
#endif
  for (int32_t y = 0; y < part->rows; y++) {
    const int8_t *x = row;
    const int8_t *w = weights;
    for (int32_t column = 0; column < part->columns; column++) {
#if ARENITE_PAIRS
      const uint32_t values = arenite_load_four(x);
      const uint32_t factors = arenite_load_four(w);
      const int32_t even = arenite_even_sum(offsets, values), even_factors = arenite_even_pair(factors);
      const int32_t odd = arenite_odd_sum(offsets, values), odd_factors = arenite_odd_pair(factors);
      a = __smlabb(even, even_factors, a);
      b = __smlabb(odd, odd_factors, b);
      c = __smlatt(even, even_factors, c);
      d = __smlatt(odd, odd_factors, d);
#else
      a = arenite_plus(a, (x[0] + offset) * w[0]);
      b = arenite_plus(b, (x[1] + offset) * w[1]);
      c = arenite_plus(c, (x[2] + offset) * w[2]);
      d = arenite_plus(d, (x[3] + offset) * w[3]);
#endif
      x += part->input_column;
      w += depth;
    }
    row += part->input_row;
    weights += part->weights_row;
  }
  const int8_t first = finish(layer, channel, a), second = finish(layer, channel + 1, b);
  const int8_t third = finish(layer, channel + 2, c), fourth = finish(layer, channel + 3, d);
  output[0] = first;
  output[1] = second;
  output[2] = third;
  output[3] = fourth;
}

void arenite_depthwise_s8(const arenite_depthwise_s8_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                          const int8_t *input, int8_t *output) {
  const arenite_window_t *window = &layer->window;
  const int32_t depth = window->output_depth;
  const int32_t quads = layer->multiplicity == 1 ? depth & ~3 : 0;
  part_t part;
  part.input_row = window->dilation_y * window->input_width * window->input_depth;
  part.input_column = window->dilation_x * window->input_depth;
  part.weights_row = window->kernel_width * depth;
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
      part.input = inside ? input + (origin + y0 * part.input_row + x0 * part.input_column) : input;
      part.weights = layer->weights + (inside ? y0 * part.weights_row + x0 * depth : 0);
      part.rows = inside ? y1 - y0 : 0;
      part.columns = x1 - x0;
      for (int32_t channel = 0; channel < quads; channel += 4) {
        four_channels(layer, &part, channel, output);
        output += 4;
      }
      int32_t source = quads;
      int32_t copy = 0;
      for (int32_t channel = quads; channel < depth; channel++) {
        *output++ = one_channel(layer, &part, source, channel);
        if (++copy == layer->multiplicity) {
          copy = 0;
          source++;
        }
      }
    }
  }
}
