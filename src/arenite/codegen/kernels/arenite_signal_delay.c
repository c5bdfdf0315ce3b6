#include "arenite_signal_delay.h"

void arenite_signal_delay(int32_t rows, int32_t length, int32_t delay, const int16_t *input, int16_t *held,
                          int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t i = 0; i < length; i++) {
      output[i] = i < delay ? held[i] : input[i - delay];
    }
    for (int32_t i = 0; i < delay; i++) {
      held[i] = i + length < delay ? held[i + length] : input[i + length - delay];
    }
    input += length;
    held += delay;
    output += length;
  }
}
