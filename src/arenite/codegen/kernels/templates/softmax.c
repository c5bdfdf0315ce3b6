#include "arenite_$KERNEL.h"

#include "arenite_reciprocal.h"

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const int8_t *input, $ELEMENT *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t largest = input[0];
    for (int32_t i = 1; i < layer->depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    uint32_t sum = 0; /* of more than 4,096 equal values above 2^31; of 8,192 it is 0 again */
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t below = largest - input[i];
      if (below < layer->entries) {
        sum += (uint32_t)arenite_divide_power(layer->exponential[below], 12);
      }
    }
    int32_t over = 0;
    const int32_t scale = sum != 0 ? arenite_reciprocal(sum, &over) : 0;
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t below = largest - input[i];
      int32_t value = 0;
      if (below < layer->entries) {
        const int32_t share = arenite_high_multiply(scale, layer->exponential[below]);
        value = over + $BITS < 32 ? arenite_divide_power(share, over + $BITS) : 0; /* less than a half */
      }
      output[i] = ($ELEMENT)arenite_clamp(value + $LOWEST, $LOWEST, $HIGHEST);
    }
    input += layer->depth;
    output += layer->depth;
  }
}
