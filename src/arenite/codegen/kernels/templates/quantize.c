#include "arenite_$KERNEL.h"

#include "arenite_fixed.h"
#include "arenite_round.h"

void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const float *input, $ELEMENT *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = ($ELEMENT)arenite_clamp(arenite_round(input[i] / scale) + zero_point, $LOWEST, $HIGHEST);
  }
}
