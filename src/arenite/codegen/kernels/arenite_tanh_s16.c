#include "arenite_tanh_s16.h"

void arenite_tanh_s16(const uint16_t *table, int32_t multiplier, int32_t shift, int32_t count, const int16_t *input,
                      int16_t *output) {
  const int32_t round = shift > 0 ? (int32_t)1 << (shift - 1) : 0;
  for (int32_t i = 0; i < count; i++) {
    const int32_t x = (input[i] * multiplier + round) >> shift;
    const int32_t size = x < 0 ? -x : x, step = size >> 8, rest = size & 0xff;
    int32_t value = 0xffff << 8; /* 24 fractional bits, of the sigmoid of 2 x */
    if (step < 255) {
      value = (table[step] << 8) + rest * (table[step + 1] - table[step]);
    }
    value -= 1 << 23;
    value = x >= 0 ? value + (1 << 7) : -value + (1 << 7) - 1;
    output[i] = (int16_t)(value >> 8);
  }
}
