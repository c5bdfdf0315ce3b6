#include "arenite_cmsis_conv_s16.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_conv_s16(const arenite_cmsis_conv_s16_t *layer, int32_t input_rows, int32_t output_rows,
                           int32_t pad_top, const int16_t *input, int16_t *output, void *scratch) {
  const arenite_window_t *const w = &layer->window;
  const cmsis_nn_dims from = arenite_cmsis_dims(1, input_rows, w->input_width, w->input_depth);
  const cmsis_nn_dims to = arenite_cmsis_dims(1, output_rows, w->output_width, w->output_depth);
  const cmsis_nn_dims filter = arenite_cmsis_dims(w->output_depth, w->kernel_height, w->kernel_width, w->input_depth);
  const cmsis_nn_bias_data bias = {layer->bias, 0}; /* 64 bits */
  const cmsis_nn_dims bias_dims = arenite_cmsis_dims(1, 1, 1, w->output_depth);
  const cmsis_nn_context context = arenite_cmsis_context(scratch, layer->scratch_bytes);
  cmsis_nn_conv_params params;
  cmsis_nn_per_channel_quant_params scales;
  params.input_offset = 0;
  params.output_offset = 0;
  params.stride = arenite_cmsis_tile(w->stride_y, w->stride_x);
  params.padding = arenite_cmsis_tile(pad_top, w->pad_left);
  params.dilation = arenite_cmsis_tile(w->dilation_y, w->dilation_x);
  params.activation = arenite_cmsis_limits(layer->lowest, layer->highest);
  scales.multiplier = (int32_t *)layer->multiplier; /* which CMSIS-NN only reads */
  scales.shift = (int32_t *)layer->shift;
  if (arenite_cmsis_lacks(layer->scratch_bytes,
                          arm_convolve_wrapper_s16_get_buffer_size(&params, &from, &filter, &to))) {
    return ARM_CMSIS_NN_ARG_ERROR;
  }
  return arm_convolve_wrapper_s16(&context, &params, &scales, &from, input, &filter, layer->weights, &bias_dims, &bias,
                                  &to, output);
}
