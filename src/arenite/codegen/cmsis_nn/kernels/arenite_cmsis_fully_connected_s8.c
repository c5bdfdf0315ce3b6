#include "arenite_cmsis_fully_connected_s8.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_fully_connected_s8(const arenite_cmsis_fully_connected_s8_t *layer, int32_t rows, const int8_t *input,
                                     int8_t *output) {
  const cmsis_nn_dims from = arenite_cmsis_dims(rows, 1, 1, layer->depth);
  const cmsis_nn_dims to = arenite_cmsis_dims(rows, 1, 1, layer->units);
  const cmsis_nn_dims filter = arenite_cmsis_dims(layer->depth, 1, 1, layer->units);
  const cmsis_nn_dims bias = arenite_cmsis_dims(1, 1, 1, layer->units);
  /* The kernels for vectors take the sums from where others have scratch; all only read. */
  const cmsis_nn_context context =
      arenite_cmsis_context((void *)layer->sums, layer->sums != NULL ? 4 * layer->units : 0);
  cmsis_nn_fc_params params;
  cmsis_nn_quant_params scales;
  params.input_offset = layer->input_offset;
  params.filter_offset = layer->weight_offset;
  params.output_offset = layer->output_offset;
  params.activation = arenite_cmsis_limits(layer->lowest, layer->highest);
  scales.multiplier = (int32_t *)layer->multiplier;
  scales.shift = (int32_t *)layer->shift;
  scales.is_per_channel = layer->per_unit;
  return arm_fully_connected_wrapper_s8(&context, &params, &scales, &from, input, &filter, layer->weights, &bias,
                                        layer->bias, &to, output);
}
