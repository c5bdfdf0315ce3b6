#include "arenite_$KERNEL.h"

void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const $ELEMENT *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = scale * (float)(input[i] - zero_point);
  }
}
