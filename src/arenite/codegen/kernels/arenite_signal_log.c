#include "arenite_signal_log.h"

#include "arenite_bits.h"

/* log2(x) with 16 bits behind the point; the table holds log2(1 + i / 128) - i / 128. */
static uint32_t binary_logarithm(const uint16_t *table, uint32_t x) {
  const int32_t whole = arenite_bits(x) - 1;
  const uint32_t above = x - ((uint32_t)1 << whole);
  const uint32_t fraction = whole < 16 ? above << (16 - whole) : above >> (whole - 16);
  const uint32_t step = fraction >> 9;
  const int32_t rise = ((table[step + 1] - table[step]) * (int32_t)(fraction - (step << 9))) >> 16;
  return ((uint32_t)whole << 16) + fraction + table[step] + (uint32_t)rise;
}

void arenite_signal_log(const uint16_t *table, uint32_t scale, int32_t shift, int32_t length, const uint32_t *input,
                        int16_t *output) {
  for (int32_t i = 0; i < length; i++) {
    const uint32_t x = input[i] << shift;
    uint32_t value = 0;
    if (x > 1) {
      const uint32_t natural = (uint32_t)(((uint64_t)45426 * binary_logarithm(table, x) + (1 << 15)) >> 16);
      value = (scale * natural + (1 << 15)) >> 16;
    }
    output[i] = (int16_t)(value < 32767 ? value : 32767);
  }
}
