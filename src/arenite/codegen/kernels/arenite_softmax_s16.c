#include "arenite_softmax_s16.h"

#include "arenite_fixed.h"

/* A table of 513 values at x, which is saturated to 16 bits, with 7 bits between two values. */
static int32_t interpolate(const int16_t *table, int32_t x) {
  const int32_t position = arenite_clamp(x, -32768, 32767) + 32768;
  const int16_t *value = table + (position >> 7);
  return value[0] + (((value[1] - value[0]) * (position & 0x7F) + 64) >> 7);
}

void arenite_softmax_s16(const arenite_softmax_s16_t *layer, int32_t rows, const int16_t *input, int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t largest = input[0];
    for (int32_t i = 1; i < layer->depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0;
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t difference = arenite_scale(input[i] - largest, layer->multiplier, layer->shift);
      const int32_t power = interpolate(layer->exponential, arenite_plus(difference, 32767));
      output[i] = (int16_t)power;
      sum += power;
    }
    int32_t bits = 0; /* sum = 2^bits * (1 + x), x in 0 .. 1; the largest value alone makes it 2^14 or more */
    while (sum >> bits > 1) {
      bits++;
    }
    const int32_t one_plus_x = (int32_t)((((int64_t)sum << (30 - bits)) + (1 << 13)) >> 14);
    const int32_t factor = interpolate(layer->reciprocal, one_plus_x - (1 << 15) - (1 << 16));
    for (int32_t i = 0; i < layer->depth; i++) {
      const int64_t product = (int64_t)output[i] * factor + ((int64_t)1 << (bits - 1));
      output[i] = (int16_t)arenite_clamp((int32_t)(product >> bits), 0, 32767);
    }
    input += layer->depth;
    output += layer->depth;
  }
}
