#include "arenite_$KERNEL.h"

/* Where the first of the values that are $BEST is, `step` elements from each to the next. */
static int32_t position_of(const $ELEMENT *x, int32_t length, int32_t step) {
  $ELEMENT best = *x;
  int32_t position = 0;
  for (int32_t k = 1; k < length; k++) {
    x += step;
    if (*x $COMPARISON best) {
      best = *x;
      position = k;
    }
  }
  return position;
}

void arenite_$KERNEL(
    int32_t outer, int32_t length, int32_t inner, const $ELEMENT *input, $INDEX *output) {
  for (int32_t i = 0; i < outer; i++) {
    for (int32_t j = 0; j < inner; j++) {
      *output++ = position_of(input + j, length, inner);
    }
    input += length * inner;
  }
}
