/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_requantize_s16_s8.h"

#include "arenite_fixed.h"

void arenite_requantize_s16_s8(const arenite_requantize_s16_s8_t *layer, int32_t length, const int16_t *input,
                               int8_t *output) {
  for (int32_t i = 0; i < length; i++) {
    const int32_t scaled = arenite_scale(input[i] + layer->input_offset, layer->multiplier, layer->shift);
    output[i] = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), -128, 127);
  }
}
