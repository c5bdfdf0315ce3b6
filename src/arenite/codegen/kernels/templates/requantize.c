#include "arenite_$KERNEL.h"

#include "arenite_fixed.h"

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t length, const $SOURCE_t *input, $ELEMENT *output) {
  for (int32_t i = 0; i < length; i++) {
    const int32_t x = (int32_t)((uint32_t)input[i] + (uint32_t)layer->input_offset);
    const int32_t scaled = arenite_scale(x, layer->multiplier, layer->shift);
    output[i] = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), $LOWEST, $HIGHEST);
  }
}
