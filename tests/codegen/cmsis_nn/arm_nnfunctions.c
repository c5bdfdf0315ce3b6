/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"

#include <string.h>

#include "arenite_fixed.h"
#include "arenite_reciprocal.h"

#if defined(ARM_MATH_MVEI)
enum { DSP = 0, MVE = 1 };
#elif defined(ARM_MATH_DSP)
enum { DSP = 1, MVE = 0 };
#else
enum { DSP = 0, MVE = 0 };
#endif

enum { AT_ONCE = MVE ? 4 : 2, BLOCK = 124, RUBBISH = 0x5A };

static int32_t up(int32_t size, int32_t to) {
  return (size + to - 1) / to * to;
}

static int8_t finished(int32_t sum, int32_t multiplier, int32_t shift, int32_t offset, cmsis_nn_activation limits) {
  return (int8_t)arenite_clamp(arenite_scale(sum, multiplier, shift) + offset, limits.min, limits.max);
}

/* Scratch belongs to the function alone: all of it is overwritten. */
static int takes_scratch(const cmsis_nn_context *context, int32_t needed) {
  if (needed == 0) return 1;
  if (context->buf == NULL || context->size < needed || (uintptr_t)context->buf % 4 != 0) return 0;
  memset(context->buf, RUBBISH, (size_t)needed);
  return 1;
}

/* Every window has to begin before the input's end and end behind its begin: others overrun the real scratch. */
static int fits(int32_t length, int32_t made, int32_t kernel, int32_t stride, int32_t padding, int32_t dilation) {
  return length > 0 && made > 0 && kernel > 0 && stride > 0 && padding >= 0 && (kernel - 1) * dilation >= padding &&
         (made - 1) * stride - padding < length;
}

typedef struct {
  cmsis_nn_tile stride, padding, dilation;
  const cmsis_nn_dims *from;
  const int8_t *input;
  int32_t input_offset;
} window_t;

/* The number under the window, with the offset; 0 on padding. */
static int32_t under(const window_t *w, int32_t y, int32_t x, int32_t ky, int32_t kx, int32_t channel) {
  const int32_t row = y * w->stride.h - w->padding.h + ky * w->dilation.h;
  const int32_t column = x * w->stride.w - w->padding.w + kx * w->dilation.w;
  if (row < 0 || row >= w->from->h || column < 0 || column >= w->from->w) return 0;
  return w->input[(row * w->from->w + column) * w->from->c + channel] + w->input_offset;
}

static int pointwise(const cmsis_nn_conv_params *p, const cmsis_nn_dims *from, const cmsis_nn_dims *filter) {
  return p->padding.w == 0 && p->padding.h == 0 && filter->w == 1 && filter->h == 1 && p->dilation.w == 1 &&
         p->dilation.h == 1 && from->c == filter->c;
}

int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params *params, const cmsis_nn_dims *from,
                                                const cmsis_nn_dims *filter, const cmsis_nn_dims *to) {
  const int32_t column = filter->w * filter->h * from->c;
  if (pointwise(params, from, filter)) return 0;
  if (MVE && from->h == 1 && params->dilation.w == 1 && filter->h == 1 && params->stride.w * from->c % 4 == 0 &&
      from->c == filter->c) {
    const int32_t missing = (to->w - 1) * params->stride.w + filter->w - from->w;
    const int32_t left = params->padding.w, right = left + missing % 2;
    if (left + right > to->w) return 4 * up(column, 16);
    const int32_t at_left = column + left * from->c;
    const int32_t at_right = column - from->c + (missing % 2 ? right : left) * from->c;
    return at_left > at_right ? at_left : at_right;
  }
  return MVE ? 4 * up(column, 16) : 4 * up(column, 4);
}

static int8_t convolved(const window_t *w, const cmsis_nn_conv_params *params,
                        const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *filter,
                        const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *to, int32_t pixel,
                        int32_t channel) {
  const int32_t first = channel / (to->c / (w->from->c / filter->c)) * filter->c;
  const int8_t *weight = weights + channel * filter->h * filter->w * filter->c;
  int32_t sum = bias[channel];
  for (int32_t ky = 0; ky < filter->h; ky++) {
    for (int32_t kx = 0; kx < filter->w; kx++) {
      for (int32_t c = 0; c < filter->c; c++) {
        sum += *weight++ * under(w, pixel / to->w, pixel % to->w, ky, kx, first + c);
      }
    }
  }
  return finished(sum, scales->multiplier[channel], scales->shift[channel], params->output_offset, params->activation);
}

/* Channels of one pixel, which are written when all have been computed. */
static void some_channels(const window_t *w, const cmsis_nn_conv_params *params,
                          const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *filter,
                          const int8_t *weights, const int32_t *bias, const cmsis_nn_dims *to, int32_t pixel,
                          int32_t first, int32_t count, int8_t *output) {
  int8_t made[4];
  const int32_t some = to->c - first < count ? to->c - first : count;
  for (int32_t i = 0; i < some; i++) {
    made[i] = convolved(w, params, scales, filter, weights, bias, to, pixel, first + i);
  }
  memcpy(output + pixel * to->c + first, made, (size_t)some);
}

/* 1x1 without vectors: all pixels for one pair of channels; with vectors: groups of 4 pixels. In general: groups of
 * pixels, channel after channel, which the real kernel copies to scratch first; so they are computed in scratch here,
 * and written together. */
arm_cmsis_nn_status arm_convolve_wrapper_s8(const cmsis_nn_context *context, const cmsis_nn_conv_params *params,
                                            const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *from,
                                            const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                            const cmsis_nn_dims *bias_dims, const int32_t *bias,
                                            const cmsis_nn_dims *to, int8_t *output) {
  const window_t w = {params->stride, params->padding, params->dilation, from, input, params->input_offset};
  const int32_t pixels = to->h * to->w;
  if (from->n != 1 || to->n != 1 || filter->n != to->c || bias_dims->c != to->c || from->c % filter->c != 0 ||
      !fits(from->h, to->h, filter->h, params->stride.h, params->padding.h, params->dilation.h) ||
      !fits(from->w, to->w, filter->w, params->stride.w, params->padding.w, params->dilation.w) ||
      !takes_scratch(context, arm_convolve_wrapper_s8_get_buffer_size(params, from, filter, to))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  if (pointwise(params, from, filter)) {
    int8_t made[4];
    const int whole = params->stride.h == 1 && params->stride.w == 1; /* else row by row */
    const int32_t run = whole ? pixels : to->w;
    if (whole && pixels != from->h * from->w) return ARM_CMSIS_NN_FAILURE;
    for (int32_t begin = 0; begin < pixels; begin += run) {
      const int32_t end = begin + run, fours = MVE ? begin + run / 4 * 4 : begin;
      for (int32_t first = begin; first < fours; first += 4) {
        for (int32_t c = 0; c < to->c; c++) {
          for (int32_t i = 0; i < 4; i++) {
            made[i] = convolved(&w, params, scales, filter, weights, bias, to, first + i, c);
          }
          for (int32_t i = 0; i < 4; i++) output[(first + i) * to->c + c] = made[i];
        }
      }
      const int32_t together = MVE ? 4 : 2;
      for (int32_t channel = 0; !MVE && channel < to->c; channel += together) {
        for (int32_t pixel = begin; pixel < end; pixel++) {
          some_channels(&w, params, scales, filter, weights, bias, to, pixel, channel, together, output);
        }
      }
      for (int32_t pixel = fours; MVE && pixel < end; pixel++) {
        for (int32_t channel = 0; channel < to->c; channel += together) {
          some_channels(&w, params, scales, filter, weights, bias, to, pixel, channel, together, output);
        }
      }
    }
    return ARM_CMSIS_NN_SUCCESS;
  }
  for (int32_t first = 0; first < pixels; first += AT_ONCE) {
    int8_t made[AT_ONCE][4096];
    const int32_t last = first + AT_ONCE < pixels ? first + AT_ONCE : pixels;
    if (to->c > 4096) return ARM_CMSIS_NN_NO_IMPL_ERROR;
    for (int32_t pixel = first; pixel < last; pixel++) {
      for (int32_t channel = 0; channel < to->c; channel++) {
        made[pixel - first][channel] = convolved(&w, params, scales, filter, weights, bias, to, pixel, channel);
      }
    }
    for (int32_t pixel = first; pixel < last; pixel++)
      memcpy(output + pixel * to->c, made[pixel - first], (size_t)to->c);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

int32_t arm_convolve_wrapper_s16_get_buffer_size(const cmsis_nn_conv_params *params, const cmsis_nn_dims *from,
                                                 const cmsis_nn_dims *filter, const cmsis_nn_dims *to) {
  const int32_t column = filter->w * filter->h * from->c;
  (void)params;
  (void)to;
  return MVE ? 8 * up(column, 8) : 4 * column;
}

/* Groups of pixels by way of scratch. Sums of products have 32 bits, the bias 64. */
arm_cmsis_nn_status arm_convolve_wrapper_s16(const cmsis_nn_context *context, const cmsis_nn_conv_params *params,
                                             const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *from,
                                             const int16_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                             const cmsis_nn_dims *bias_dims, const cmsis_nn_bias_data *bias,
                                             const cmsis_nn_dims *to, int16_t *output) {
  const int64_t *const wide = (const int64_t *)bias->data;
  if (from->n != 1 || to->n != 1 || filter->n != to->c || filter->c != from->c || bias_dims->c != to->c ||
      bias->is_int32_bias || params->input_offset != 0 || params->output_offset != 0 ||
      !fits(from->h, to->h, filter->h, params->stride.h, params->padding.h, params->dilation.h) ||
      !fits(from->w, to->w, filter->w, params->stride.w, params->padding.w, params->dilation.w) ||
      !takes_scratch(context, arm_convolve_wrapper_s16_get_buffer_size(params, from, filter, to))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  for (int32_t first = 0; first < to->h * to->w; first += AT_ONCE) {
    int16_t made[AT_ONCE][1024];
    const int32_t rest = to->h * to->w - first, count = rest < AT_ONCE ? rest : AT_ONCE;
    if (to->c > 1024) return ARM_CMSIS_NN_NO_IMPL_ERROR;
    for (int32_t i = 0; i < count * to->c; i++) {
      const int32_t pixel = first + i / to->c, c = i % to->c;
      const int8_t *weight = weights + c * filter->h * filter->w * filter->c;
      int32_t sum = 0;
      for (int32_t k = 0; k < filter->h * filter->w; k++) {
        const int32_t row = pixel / to->w * params->stride.h - params->padding.h + k / filter->w * params->dilation.h;
        const int32_t column =
            pixel % to->w * params->stride.w - params->padding.w + k % filter->w * params->dilation.w;
        for (int32_t depth = 0; depth < from->c; depth++, weight++) {
          if (row >= 0 && row < from->h && column >= 0 && column < from->w) {
            sum += *weight * input[(row * from->w + column) * from->c + depth];
          }
        }
      }
      made[i / to->c][c] =
          (int16_t)arenite_clamp(arenite_scale_wide(sum + wide[c], scales->multiplier[c], scales->shift[c]),
                                 params->activation.min, params->activation.max);
    }
    for (int32_t i = 0; i < count; i++) memcpy(output + (first + i) * to->c, made[i], 2 * (size_t)to->c);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_fully_connected_s16(const cmsis_nn_context *context, const cmsis_nn_fc_params *params,
                                            const cmsis_nn_per_tensor_quant_params *scale, const cmsis_nn_dims *from,
                                            const int16_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                            const cmsis_nn_dims *bias_dims, const int64_t *bias,
                                            const cmsis_nn_dims *to, int16_t *output) {
  (void)context;
  if (from->n != to->n || filter->n != from->c * from->h * from->w || filter->c != to->c || bias_dims->c != to->c) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  for (int32_t i = 0; i < to->n * to->c; i++) {
    int32_t sum = 0;
    for (int32_t k = 0; k < filter->n; k++) {
      sum += input[i / to->c * filter->n + k] * weights[i % to->c * filter->n + k];
    }
    output[i] = (int16_t)arenite_clamp(arenite_scale_wide(sum + bias[i % to->c], scale->multiplier, scale->shift),
                                       params->activation.min, params->activation.max);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params *params, const cmsis_nn_dims *from,
                                                      const cmsis_nn_dims *filter, const cmsis_nn_dims *to) {
  if (MVE && from->c == 1 && to->c > 1) {
    const cmsis_nn_conv_params as = {params->input_offset, params->output_offset, params->stride,
                                     params->padding,      params->dilation,      params->activation};
    const cmsis_nn_dims turned = {filter->c, filter->h, filter->w, filter->n};
    return arm_convolve_wrapper_s8_get_buffer_size(&as, from, &turned, to) + filter->c * filter->h * filter->w;
  }
  if (from->c != to->c || from->n != 1 || params->dilation.w != 1 || params->dilation.h != 1) return 0;
  if (MVE) return 4 * BLOCK * filter->w * filter->h;
  if (!DSP || (filter->w == 3 && filter->h == 3 && params->padding.h <= 1 && params->padding.w <= 1)) return 0;
  return 2 * from->c * filter->w * filter->h;
}

/* With vectors and one output per channel: passes over the image, each for a block of channels, which are written when
 * their windows have been read. Else channel after channel. */
arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(const cmsis_nn_context *context,
                                                  const cmsis_nn_dw_conv_params *params,
                                                  const cmsis_nn_per_channel_quant_params *scales,
                                                  const cmsis_nn_dims *from, const int8_t *input,
                                                  const cmsis_nn_dims *filter, const int8_t *weights,
                                                  const cmsis_nn_dims *bias_dims, const int32_t *bias,
                                                  const cmsis_nn_dims *to, int8_t *output) {
  const window_t w = {params->stride, params->padding, params->dilation, from, input, params->input_offset};
  const int passes = MVE && from->c == to->c && params->dilation.w == 1 && params->dilation.h == 1;
  const int32_t block = passes ? BLOCK : to->c;
  int8_t made[BLOCK];
  if (from->n != 1 || to->n != 1 || filter->n != 1 || filter->c != to->c || bias_dims->c != to->c ||
      params->ch_mult * from->c != to->c ||
      !fits(from->h, to->h, filter->h, params->stride.h, params->padding.h, params->dilation.h) ||
      !fits(from->w, to->w, filter->w, params->stride.w, params->padding.w, params->dilation.w) ||
      !takes_scratch(context, arm_depthwise_conv_wrapper_s8_get_buffer_size(params, from, filter, to))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  if (!MVE && params->ch_mult == 1 && filter->w == 3 && filter->h == 3 && params->padding.w <= 1 &&
      params->padding.h <= 1 && params->dilation.w == 1 && params->dilation.h == 1 &&
      (to->w - 1) * params->stride.w - params->padding.w + 1 >= from->w) {
    return ARM_CMSIS_NN_FAILURE; /* here the real kernel reads beyond the row */
  }
  for (int32_t begin = 0; begin < to->c; begin += block) {
    for (int32_t pixel = 0; pixel < to->h * to->w; pixel++) {
      for (int32_t channel = begin; channel < begin + block && channel < to->c; channel++) {
        int32_t sum = bias[channel];
        for (int32_t ky = 0; ky < filter->h; ky++) {
          for (int32_t kx = 0; kx < filter->w; kx++) {
            sum += weights[(ky * filter->w + kx) * to->c + channel] *
                   under(&w, pixel / to->w, pixel % to->w, ky, kx, channel / params->ch_mult);
          }
        }
        int8_t *const place = passes ? made + channel - begin : output + pixel * to->c + channel;
        *place = finished(sum, scales->multiplier[channel], scales->shift[channel], params->output_offset,
                          params->activation);
      }
      const int32_t rest = to->c - begin < block ? to->c - begin : block;
      if (passes) memcpy(output + pixel * to->c + begin, made, (size_t)rest);
    }
  }
  return ARM_CMSIS_NN_SUCCESS;
}

int32_t arm_avgpool_s8_get_buffer_size(const int output_width, const int channels) {
  (void)output_width;
  return DSP ? 4 * channels : 0;
}

/* Rows and columns of the input under a window. */
static void inside(int32_t at, int32_t kernel, int32_t length, int32_t *first, int32_t *last) {
  *first = at < 0 ? 0 : at;
  *last = at + kernel < length ? at + kernel : length;
}

static arm_cmsis_nn_status pooled(const cmsis_nn_pool_params *p, const cmsis_nn_dims *from, const int8_t *input,
                                  const cmsis_nn_dims *filter, const cmsis_nn_dims *to, int8_t *output, int average) {
  if (from->n != 1 || to->n != 1 || from->c != to->c) return ARM_CMSIS_NN_ARG_ERROR;
  for (int32_t pixel = 0; pixel < to->h * to->w; pixel++) {
    int32_t top, bottom, left, right;
    inside(pixel / to->w * p->stride.h - p->padding.h, filter->h, from->h, &top, &bottom);
    inside(pixel % to->w * p->stride.w - p->padding.w, filter->w, from->w, &left, &right);
    const int32_t count = (bottom - top) * (right - left);
    if (top >= bottom || left >= right) return ARM_CMSIS_NN_ARG_ERROR;
    if (!average) memmove(output + pixel * to->c, input + (top * from->w + left) * from->c, (size_t)to->c);
    for (int32_t c = 0; c < to->c; c++) {
      int32_t sum = 0, most = -128;
      for (int32_t i = 0; i < count; i++) {
        const int32_t row = top + i / (right - left), column = left + i % (right - left);
        const int8_t *from_here = input + (row * from->w + column) * from->c + c;
        const int32_t value = i == 0 && !average ? output[pixel * to->c + c] : *from_here;
        sum += value;
        most = value > most ? value : most;
      }
      sum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
      output[pixel * to->c + c] = (int8_t)arenite_clamp(average ? sum : most, p->activation.min, p->activation.max);
    }
  }
  return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *context, const cmsis_nn_pool_params *params,
                                   const cmsis_nn_dims *from, const int8_t *input, const cmsis_nn_dims *filter,
                                   const cmsis_nn_dims *to, int8_t *output) {
  if (!takes_scratch(context, arm_avgpool_s8_get_buffer_size(to->w, from->c))) return ARM_CMSIS_NN_ARG_ERROR;
  return pooled(params, from, input, filter, to, output, 1);
}

arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *context, const cmsis_nn_pool_params *params,
                                    const cmsis_nn_dims *from, const int8_t *input, const cmsis_nn_dims *filter,
                                    const cmsis_nn_dims *to, int8_t *output) {
  (void)context;
  return pooled(params, from, input, filter, to, output, 0);
}

/* With vectors the sums that come in place of scratch stand for the bias and the input's offset. */
arm_cmsis_nn_status arm_fully_connected_wrapper_s8(const cmsis_nn_context *context, const cmsis_nn_fc_params *params,
                                                   const cmsis_nn_quant_params *scales, const cmsis_nn_dims *from,
                                                   const int8_t *input, const cmsis_nn_dims *filter,
                                                   const int8_t *weights, const cmsis_nn_dims *bias_dims,
                                                   const int32_t *bias, const cmsis_nn_dims *to, int8_t *output) {
  const int32_t *sums = (const int32_t *)context->buf;
  if (from->n != to->n || filter->n != from->c * from->h * from->w || filter->c != to->c || bias_dims->c != to->c ||
      (MVE && (sums == NULL || context->size < 4 * to->c))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  for (int32_t row = 0; row < from->n; row++) {
    for (int32_t unit = 0; unit < to->c; unit++) {
      const int32_t which = scales->is_per_channel ? unit : 0;
      int32_t sum = MVE ? sums[unit] : bias[unit];
      for (int32_t i = 0; i < filter->n; i++) {
        sum += (input[row * filter->n + i] + (MVE ? 0 : params->input_offset)) *
               (weights[unit * filter->n + i] + params->filter_offset);
      }
      output[row * to->c + unit] =
          finished(sum, scales->multiplier[which], scales->shift[which], params->output_offset, params->activation);
    }
  }
  return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *first, const int8_t *second, const int32_t first_offset,
                                           const int32_t first_multiplier, const int32_t first_shift,
                                           const int32_t second_offset, const int32_t second_multiplier,
                                           const int32_t second_shift, const int32_t left_shift, int8_t *output,
                                           const int32_t offset, const int32_t multiplier, const int32_t shift,
                                           const int32_t lowest, const int32_t highest, const int32_t count) {
  const cmsis_nn_activation limits = {lowest, highest};
  for (int32_t i = 0; i < count; i++) {
    const int32_t one = (first[i] + first_offset) * (1 << left_shift);
    const int32_t other = (second[i] + second_offset) * (1 << left_shift);
    const int32_t sum =
        arenite_scale(one, first_multiplier, first_shift) + arenite_scale(other, second_multiplier, second_shift);
    output[i] = finished(sum, multiplier, shift, offset, limits);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_elementwise_mul_s8(const int8_t *first, const int8_t *second, const int32_t first_offset,
                                           const int32_t second_offset, int8_t *output, const int32_t offset,
                                           const int32_t multiplier, const int32_t shift, const int32_t lowest,
                                           const int32_t highest, const int32_t count) {
  const cmsis_nn_activation limits = {lowest, highest};
  for (int32_t i = 0; i < count; i++) {
    output[i] = finished((first[i] + first_offset) * (second[i] + second_offset), multiplier, shift, offset, limits);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

/* exp(a) for a <= 0 with 5 integer bits; the result has none. */
static int32_t exponential(int32_t a) {
  static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  if (a == 0) return INT32_MAX;
  const int32_t below = (a & ((1 << 24) - 1)) - (1 << 24);
  const int32_t x = arenite_saturating_shift(below, 5) + (1 << 28);
  const int32_t square = arenite_high_multiply(x, x), cube = arenite_high_multiply(square, x);
  const int32_t fourth = arenite_divide_power(arenite_high_multiply(square, square), 2);
  const int32_t rest = arenite_divide_power(arenite_high_multiply(fourth + cube, 715827883) + square, 1);
  int32_t result = 1895147668 + arenite_high_multiply(1895147668, x + rest);
  for (int32_t i = 0; i < 7; i++) {
    if ((below - a) & (1 << (24 + i))) result = arenite_high_multiply(result, powers[i]);
  }
  return result;
}

void arm_softmax_s8(const int8_t *input, const int32_t rows, const int32_t depth, const int32_t multiplier,
                    const int32_t shift, const int32_t lowest_difference, int8_t *output) {
  for (int32_t row = 0; row < rows; row++, input += depth, output += depth) {
    int32_t largest = input[0], sum = 0, over;
    for (int32_t i = 1; i < depth; i++) largest = input[i] > largest ? input[i] : largest;
    for (int32_t i = 0; i < depth; i++) {
      const int32_t below = input[i] - largest;
      if (below >= lowest_difference) {
        sum += arenite_divide_power(exponential(arenite_high_multiply(below * (1 << shift), multiplier)), 12);
      }
    }
    const int32_t scale = arenite_reciprocal((uint32_t)sum, &over);
    for (int32_t i = 0; i < depth; i++) {
      const int32_t below = input[i] - largest;
      int32_t value = 0;
      if (below >= lowest_difference) {
        const int32_t power = exponential(arenite_high_multiply(below * (1 << shift), multiplier));
        value = arenite_divide_power(arenite_high_multiply(scale, power), over + 23);
      }
      output[i] = (int8_t)arenite_clamp(value - 128, -128, 127);
    }
  }
}
