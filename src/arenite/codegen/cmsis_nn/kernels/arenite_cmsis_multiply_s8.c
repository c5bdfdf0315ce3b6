#include "arenite_cmsis_multiply_s8.h"

#include "arenite_cmsis_nn.h"

int arenite_cmsis_multiply_s8(const arenite_cmsis_multiply_s8_t *layer, const int8_t *first, const int8_t *second,
                              int8_t *output) {
  return arm_elementwise_mul_s8(first, second, layer->first_offset, layer->second_offset, output, layer->output_offset,
                                layer->output_multiplier, layer->output_shift, layer->lowest, layer->highest,
                                layer->count);
}
