#include "arenite_cmsis_depthwise_s8.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_depthwise_s8(const arenite_cmsis_depthwise_s8_t *layer, int32_t input_rows, int32_t output_rows,
                               int32_t pad_top, const int8_t *input, int8_t *output, void *scratch) {
  const arenite_window_t *const w = &layer->window;
  const cmsis_nn_dims from = arenite_cmsis_dims(1, input_rows, w->input_width, w->input_depth);
  const cmsis_nn_dims to = arenite_cmsis_dims(1, output_rows, w->output_width, w->output_depth);
  const cmsis_nn_dims filter = arenite_cmsis_dims(1, w->kernel_height, w->kernel_width, w->output_depth);
  const cmsis_nn_dims bias = arenite_cmsis_dims(1, 1, 1, w->output_depth);
  const cmsis_nn_context context = arenite_cmsis_context(scratch, layer->scratch_bytes);
  cmsis_nn_dw_conv_params params;
  cmsis_nn_per_channel_quant_params scales;
  params.input_offset = layer->input_offset;
  params.output_offset = layer->output_offset;
  params.ch_mult = layer->channel_multiplier;
  params.stride = arenite_cmsis_tile(w->stride_y, w->stride_x);
  params.padding = arenite_cmsis_tile(pad_top, w->pad_left);
  params.dilation = arenite_cmsis_tile(w->dilation_y, w->dilation_x);
  params.activation = arenite_cmsis_limits(layer->lowest, layer->highest);
  scales.multiplier = (int32_t *)layer->multiplier; /* which CMSIS-NN only reads */
  scales.shift = (int32_t *)layer->shift;
  if (arenite_cmsis_lacks(layer->scratch_bytes,
                          arm_depthwise_conv_wrapper_s8_get_buffer_size(&params, &from, &filter, &to))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  return arm_depthwise_conv_wrapper_s8(&context, &params, &scales, &from, input, &filter, layer->weights, &bias,
                                       layer->bias, &to, output);
}
