#include "arenite_cmsis_softmax_s8.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_softmax_s8(const arenite_cmsis_softmax_s8_t *layer, int32_t rows, const int8_t *input,
                             int8_t *output) {
  arm_softmax_s8(input, rows, layer->depth, layer->multiplier, layer->shift, layer->lowest_difference, output);
  return ARM_CMSIS_NN_SUCCESS;
}
