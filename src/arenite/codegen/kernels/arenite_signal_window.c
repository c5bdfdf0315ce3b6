#include "arenite_signal_window.h"

#include "arenite_fixed.h"

void arenite_signal_window(const int16_t *weights, int32_t length, int32_t shift, int32_t rows, const int16_t *input,
                           int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t i = 0; i < length; i++) {
      *output++ = (int16_t)arenite_clamp((*input++ * weights[i]) >> shift, -32768, 32767);
    }
  }
}
