#include "arenite_$KERNEL.h"

#include "arenite_fixed.h"

void arenite_$KERNEL(int32_t pixels, int32_t lowest, int32_t highest, int32_t channels, const int32_t *sums,
                     $ELEMENT *output) {
  for (int32_t channel = 0; channel < channels; channel++) {
    const int32_t sum = sums[channel];
    const int32_t average = arenite_plus(sum, sum > 0 ? pixels / 2 : -(pixels / 2)) / pixels;
    output[channel] = ($ELEMENT)arenite_clamp(average, lowest, highest);
  }
}
