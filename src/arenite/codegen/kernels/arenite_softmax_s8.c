/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_softmax_s8.h"

#include "arenite_reciprocal.h"

void arenite_softmax_s8(const arenite_softmax_s8_t *layer, int32_t rows, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t largest = input[0];
    for (int32_t i = 1; i < layer->depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0;
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t below = largest - input[i];
      if (below < layer->entries) {
        sum += arenite_divide_power(layer->exponential[below], 12);
      }
    }
    int32_t over;
    const int32_t scale = arenite_reciprocal(sum, &over);
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t below = largest - input[i];
      int32_t value = 0;
      if (below < layer->entries) {
        value = arenite_divide_power(arenite_high_multiply(scale, layer->exponential[below]), over + 23);
      }
      output[i] = (int8_t)arenite_clamp(value + (-128), (-128), 127);
    }
    input += layer->depth;
    output += layer->depth;
  }
}
