#include "arenite_signal_pcan.h"

#include "arenite_bits.h"

/* 12 bits behind the point become 6: x * x / 4 below 2, x - 1 from there on. */
static uint32_t shrunk(uint32_t x) {
  return x < 2 << 12 ? (x * x) >> 20 : (x >> 6) - (1 << 6);
}

/* The value at x of a function that has a piece of three numbers for each number of bits. */
static int16_t gain_at(const int16_t *gains, uint32_t x) {
  if (x <= 2) {
    return gains[x];
  }
  const int32_t bits = arenite_bits(x);
  const int16_t *piece = gains + (4 * bits - 6);
  const int32_t place = (int32_t)((bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3FF);
  const int32_t slope = ((piece[2] * place) >> 5) + (int32_t)((uint32_t)(int32_t)piece[1] << 5);
  return (int16_t)(((slope * place + (1 << 14)) >> 15) + piece[0]);
}

void arenite_signal_pcan(const int16_t *gains, int32_t shift, int32_t length, const uint32_t *input,
                         const uint32_t *noise, uint32_t *output) {
  for (int32_t i = 0; i < length; i++) {
    const uint32_t gain = (uint32_t)(int32_t)gain_at(gains, noise[i]);
    output[i] = shrunk((uint32_t)(((uint64_t)input[i] * gain) >> shift));
  }
}
