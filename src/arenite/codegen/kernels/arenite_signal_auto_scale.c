#include "arenite_signal_auto_scale.h"

#include "arenite_bits.h"

/* As TensorFlow Lite Micro finds it, in 16 bits: the lowest value has no opposite, so it counts as less than all. */
static int16_t largest_size(int32_t length, const int16_t *values) {
  int16_t largest = 0;
  for (int32_t i = 0; i < length; i++) {
    if (values[i] > largest) {
      largest = values[i];
    } else if (-values[i] > largest) {
      largest = (int16_t)-values[i];
    }
  }
  return largest;
}

void arenite_signal_auto_scale(int32_t length, const int16_t *input, int16_t *output, int32_t *bits) {
  const int16_t largest = largest_size(length, input);
  const uint32_t size = (uint32_t)(int32_t)largest;
  const int32_t used = size == 0 ? 32 : arenite_bits(size);
  const int32_t shift = used < 15 ? 15 - used : 0;
  for (int32_t i = 0; i < length; i++) {
    output[i] = (int16_t)(input[i] * ((int32_t)1 << shift));
  }
  *bits = shift;
}
