/* SPDX-License-Identifier: Apache-2.0 */
/* A stand-in for CMSIS-NN in tests on a PC, written from its documented interface: the functions that generated code
 * calls, as plain loops that take the orders in which the real ones read and write, and that check what they are given.
 *
 * ARM_MATH_DSP or ARM_MATH_MVEI, defined for the compiler, tell which build it stands for. */
#ifndef STAND_IN_FOR_ARM_NNFUNCTIONS_H
#define STAND_IN_FOR_ARM_NNFUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  ARM_CMSIS_NN_SUCCESS = 0,
  ARM_CMSIS_NN_ARG_ERROR = -1,
  ARM_CMSIS_NN_NO_IMPL_ERROR = -2,
  ARM_CMSIS_NN_FAILURE = -3
} arm_cmsis_nn_status;

typedef struct {
  int32_t w, h;
} cmsis_nn_tile;

typedef struct {
  void *buf;
  int32_t size;
} cmsis_nn_context;

typedef struct {
  const void *data;
  const bool is_int32_bias;
} cmsis_nn_bias_data;

typedef struct {
  int32_t n, h, w, c;
} cmsis_nn_dims;

typedef struct {
  int32_t *multiplier, *shift;
} cmsis_nn_per_channel_quant_params;

typedef struct {
  int32_t multiplier, shift;
} cmsis_nn_per_tensor_quant_params;

typedef struct {
  int32_t *multiplier, *shift;
  int32_t is_per_channel;
} cmsis_nn_quant_params;

typedef struct {
  int32_t min, max;
} cmsis_nn_activation;

typedef struct {
  int32_t input_offset, output_offset;
  cmsis_nn_tile stride, padding, dilation;
  cmsis_nn_activation activation;
} cmsis_nn_conv_params;

typedef struct {
  int32_t input_offset, output_offset, ch_mult;
  cmsis_nn_tile stride, padding, dilation;
  cmsis_nn_activation activation;
} cmsis_nn_dw_conv_params;

typedef struct {
  cmsis_nn_tile stride, padding;
  cmsis_nn_activation activation;
} cmsis_nn_pool_params;

typedef struct {
  int32_t input_offset, filter_offset, output_offset;
  cmsis_nn_activation activation;
} cmsis_nn_fc_params;

int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params *params, const cmsis_nn_dims *from,
                                                const cmsis_nn_dims *filter, const cmsis_nn_dims *to);
arm_cmsis_nn_status arm_convolve_wrapper_s8(const cmsis_nn_context *context, const cmsis_nn_conv_params *params,
                                            const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *from,
                                            const int8_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                            const cmsis_nn_dims *bias_dims, const int32_t *bias,
                                            const cmsis_nn_dims *to, int8_t *output);
int32_t arm_convolve_wrapper_s16_get_buffer_size(const cmsis_nn_conv_params *params, const cmsis_nn_dims *from,
                                                 const cmsis_nn_dims *filter, const cmsis_nn_dims *to);
arm_cmsis_nn_status arm_convolve_wrapper_s16(const cmsis_nn_context *context, const cmsis_nn_conv_params *params,
                                             const cmsis_nn_per_channel_quant_params *scales, const cmsis_nn_dims *from,
                                             const int16_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                             const cmsis_nn_dims *bias_dims, const cmsis_nn_bias_data *bias,
                                             const cmsis_nn_dims *to, int16_t *output);
arm_cmsis_nn_status arm_fully_connected_s16(const cmsis_nn_context *context, const cmsis_nn_fc_params *params,
                                            const cmsis_nn_per_tensor_quant_params *scale, const cmsis_nn_dims *from,
                                            const int16_t *input, const cmsis_nn_dims *filter, const int8_t *weights,
                                            const cmsis_nn_dims *bias_dims, const int64_t *bias,
                                            const cmsis_nn_dims *to, int16_t *output);
int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params *params, const cmsis_nn_dims *from,
                                                      const cmsis_nn_dims *filter, const cmsis_nn_dims *to);
arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(const cmsis_nn_context *context,
                                                  const cmsis_nn_dw_conv_params *params,
                                                  const cmsis_nn_per_channel_quant_params *scales,
                                                  const cmsis_nn_dims *from, const int8_t *input,
                                                  const cmsis_nn_dims *filter, const int8_t *weights,
                                                  const cmsis_nn_dims *bias_dims, const int32_t *bias,
                                                  const cmsis_nn_dims *to, int8_t *output);
int32_t arm_avgpool_s8_get_buffer_size(const int output_width, const int channels);
arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *context, const cmsis_nn_pool_params *params,
                                   const cmsis_nn_dims *from, const int8_t *input, const cmsis_nn_dims *filter,
                                   const cmsis_nn_dims *to, int8_t *output);
arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *context, const cmsis_nn_pool_params *params,
                                    const cmsis_nn_dims *from, const int8_t *input, const cmsis_nn_dims *filter,
                                    const cmsis_nn_dims *to, int8_t *output);
arm_cmsis_nn_status arm_fully_connected_wrapper_s8(const cmsis_nn_context *context, const cmsis_nn_fc_params *params,
                                                   const cmsis_nn_quant_params *scales, const cmsis_nn_dims *from,
                                                   const int8_t *input, const cmsis_nn_dims *filter,
                                                   const int8_t *weights, const cmsis_nn_dims *bias_dims,
                                                   const int32_t *bias, const cmsis_nn_dims *to, int8_t *output);
arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *first, const int8_t *second, const int32_t first_offset,
                                           const int32_t first_multiplier, const int32_t first_shift,
                                           const int32_t second_offset, const int32_t second_multiplier,
                                           const int32_t second_shift, const int32_t left_shift, int8_t *output,
                                           const int32_t offset, const int32_t multiplier, const int32_t shift,
                                           const int32_t lowest, const int32_t highest, const int32_t count);
arm_cmsis_nn_status arm_elementwise_mul_s8(const int8_t *first, const int8_t *second, const int32_t first_offset,
                                           const int32_t second_offset, int8_t *output, const int32_t offset,
                                           const int32_t multiplier, const int32_t shift, const int32_t lowest,
                                           const int32_t highest, const int32_t count);
void arm_softmax_s8(const int8_t *input, const int32_t rows, const int32_t depth, const int32_t multiplier,
                    const int32_t shift, const int32_t lowest_difference, int8_t *output);

#endif
