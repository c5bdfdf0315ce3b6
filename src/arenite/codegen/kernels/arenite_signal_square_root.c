#include "arenite_signal_square_root.h"

/* To nearest; a root of what has 32 bits at most is at most 2^16 - 1, of more at most 2^32 - 1. */
static uint32_t root(uint64_t x) {
  const uint64_t most = x >> 32 == 0 ? 0xFFFF : 0xFFFFFFFF;
  uint64_t result = 0, rest = x;
  for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
    if (rest >= result + bit) {
      rest -= result + bit;
      result = (result >> 1) + bit;
    } else {
      result >>= 1;
    }
  }
  return (uint32_t)(rest > result && result != most ? result + 1 : result);
}

void arenite_signal_square_root(int32_t length, const uint64_t *input, const int32_t *bits, uint32_t *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = root(input[i]) >> *bits;
  }
}
