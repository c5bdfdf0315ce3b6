/* Dot products of int16 values with int8 weights. */

#include <stdint.h>

#include "arenite_wrap.h"

/* sum + the sum of x[i] * w[i]. A product has 23 bits, so 256 of them fit in 32 bits. */
static inline int64_t arenite_dot_s16(const int16_t *x, const int8_t *w, int32_t length, int64_t sum) {
  while (length > 0) {
    const int32_t part = length < 256 ? length : 256;
    int32_t inner = 0;
    for (int32_t i = 0; i < part; i++) {
      inner += x[i] * w[i];
    }
    sum = arenite_plus_wide(sum, inner);
    x += part;
    w += part;
    length -= part;
  }
  return sum;
}
