#include "arenite_logistic_s16.h"

void arenite_logistic_s16(const uint16_t *table, int32_t multiplier, int32_t shift, int32_t count, const int16_t *input,
                          int16_t *output) {
  const int32_t round = shift > 0 ? (int32_t)1 << (shift - 1) : 0;
  for (int32_t i = 0; i < count; i++) {
    const int32_t x = (input[i] * multiplier + round) >> shift;
    const int32_t size = x < 0 ? -x : x, step = size >> 9, rest = size & 0x1ff;
    int32_t value = 0x7fff << 10; /* 25 fractional bits */
    if (step < 255) {
      value = (table[step] << 9) + rest * (table[step + 1] - table[step]);
    }
    value = x >= 0 ? value + (1 << 9) : (1 << 25) - value + (1 << 9) - 1;
    output[i] = (int16_t)(value >> 10);
  }
}
