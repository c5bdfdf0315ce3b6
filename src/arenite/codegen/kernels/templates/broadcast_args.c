#include "arenite_$KERNEL.h"

void arenite_$KERNEL(
    int32_t further, int32_t shared, const $ELEMENT *longer, const $ELEMENT *shorter, $ELEMENT *output) {
  for (int32_t i = 0; i < further; i++) {
    *output++ = *longer++;
  }
  for (int32_t i = 0; i < shared; i++) {
    output[i] = longer[i] == 1 ? shorter[i] : longer[i];
  }
}
