#include "arenite_$KERNEL.h"

#include "arenite_wrap.h"

void arenite_$KERNEL(int32_t pixels, int32_t channels, const $ELEMENT *input, int32_t *sums) {
  for (int32_t pixel = 0; pixel < pixels; pixel++) {
    for (int32_t channel = 0; channel < channels; channel++) {
      sums[channel] = arenite_plus(sums[channel], *input++);
    }
  }
}
