#include "arenite_cmsis_fully_connected_s16.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_fully_connected_s16(const arenite_cmsis_fully_connected_s16_t *layer, int32_t rows,
                                      const int16_t *input, int16_t *output) {
  const cmsis_nn_dims from = arenite_cmsis_dims(rows, 1, 1, layer->depth);
  const cmsis_nn_dims to = arenite_cmsis_dims(rows, 1, 1, layer->units);
  const cmsis_nn_dims filter = arenite_cmsis_dims(layer->depth, 1, 1, layer->units);
  const cmsis_nn_dims bias = arenite_cmsis_dims(1, 1, 1, layer->units);
  const cmsis_nn_context context = arenite_cmsis_context(NULL, 0);
  cmsis_nn_fc_params params;
  cmsis_nn_per_tensor_quant_params scale;
  params.input_offset = 0;
  params.filter_offset = 0;
  params.output_offset = 0;
  params.activation = arenite_cmsis_limits(layer->lowest, layer->highest);
  scale.multiplier = layer->multiplier;
  scale.shift = layer->shift;
  return arm_fully_connected_s16(&context, &params, &scale, &from, input, &filter, layer->weights, &bias, layer->bias,
                                 &to, output);
}
