#include "arenite_signal_energy.h"

void arenite_signal_energy(int32_t first, int32_t end, const int16_t *input, uint32_t *output) {
  for (int32_t i = first; i < end; i++) {
    const int32_t real = input[2 * i], imaginary = input[2 * i + 1];
    output[i] = (uint32_t)(real * real) + (uint32_t)(imaginary * imaginary);
  }
}
