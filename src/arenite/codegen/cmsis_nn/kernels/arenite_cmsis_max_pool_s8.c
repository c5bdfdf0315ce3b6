#include "arenite_cmsis_max_pool_s8.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_max_pool_s8(const arenite_cmsis_max_pool_s8_t *layer, int32_t input_rows, int32_t output_rows,
                              int32_t pad_top, const int8_t *input, int8_t *output, void *scratch) {
  const arenite_window_t *const w = &layer->window;
  const cmsis_nn_dims from = arenite_cmsis_dims(1, input_rows, w->input_width, w->input_depth);
  const cmsis_nn_dims to = arenite_cmsis_dims(1, output_rows, w->output_width, w->output_depth);
  const cmsis_nn_dims filter = arenite_cmsis_dims(1, w->kernel_height, w->kernel_width, 1);
  const cmsis_nn_context context = arenite_cmsis_context(scratch, layer->scratch_bytes);
  cmsis_nn_pool_params params;
  params.stride = arenite_cmsis_tile(w->stride_y, w->stride_x);
  params.padding = arenite_cmsis_tile(pad_top, w->pad_left);
  params.activation = arenite_cmsis_limits(layer->lowest, layer->highest);
  return arm_max_pool_s8(&context, &params, &from, input, &filter, &to, output);
}
