#include "arenite_bend_s16.h"

#include "arenite_fixed.h"

void arenite_bend_s16(const arenite_bend_s16_t *layer, int32_t length, const int16_t *input, int16_t *output) {
  for (int32_t i = 0; i < length; i++) {
    const int32_t x = input[i];
    const int32_t y =
        x >= 0 ? arenite_scale(x, layer->above_multiplier, layer->above_shift)
               : arenite_scale(x * layer->sign_before, layer->below_multiplier, layer->below_shift) * layer->sign_after;
    output[i] = (int16_t)arenite_clamp(y, layer->lowest, layer->highest);
  }
}
