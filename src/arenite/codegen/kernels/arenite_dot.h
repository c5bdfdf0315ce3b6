/* Dot products over contiguous values: the inner loop of convolutions and of fully connected layers. */

#include <stdint.h>

#include "arenite_pairs.h"
#include "arenite_wrap.h"

/* sum + the sum of (x[i] + offset) * w[i], modulo 2^32; length at least 0. */
static inline int32_t arenite_dot_s8(const int8_t *x, const int8_t *w, int32_t length, int32_t offset, int32_t sum) {
  const int8_t *const end = x + length;
#if ARENITE_PAIRS
  const int32_t offsets = arenite_pair_of(offset);
  for (const int8_t *const last = x + (length & ~3); x != last; x += 4, w += 4) {
    const uint32_t values = arenite_load_four(x);
    const uint32_t factors = arenite_load_four(w);
    sum = __smlad(arenite_even_sum(offsets, values), arenite_even_pair(factors), sum);
    sum = __smlad(arenite_odd_sum(offsets, values), arenite_odd_pair(factors), sum);
  }
#endif
  for (; x != end; x++, w++) {
    sum = arenite_plus(sum, (*x + offset) * *w);
  }
  return sum;
}

typedef struct {
  int32_t a, b, c, d;
} arenite_four_t;

/* Four dot products of the same x with w, w + stride, w + 2 * stride and w + 3 * stride, added to sums: x is read
 * once. */
static inline arenite_four_t arenite_dot_four_s8(const int8_t *x, const int8_t *w, int32_t stride, int32_t length,
                                                 int32_t offset, arenite_four_t sums) {
  const int8_t *const end = x + length;
#if ARENITE_PAIRS
  const int32_t offsets = arenite_pair_of(offset);
  for (const int8_t *const last = x + (length & ~3); x != last; x += 4, w += 4) {
    const uint32_t values = arenite_load_four(x);
    const int32_t even = arenite_even_sum(offsets, values);
    const int32_t odd = arenite_odd_sum(offsets, values);
    uint32_t factors = arenite_load_four(w);
    sums.a = __smlad(even, arenite_even_pair(factors), sums.a);
    sums.a = __smlad(odd, arenite_odd_pair(factors), sums.a);
    factors = arenite_load_four(w + stride);
    sums.b = __smlad(even, arenite_even_pair(factors), sums.b);
    sums.b = __smlad(odd, arenite_odd_pair(factors), sums.b);
    factors = arenite_load_four(w + 2 * stride);
    sums.c = __smlad(even, arenite_even_pair(factors), sums.c);
    sums.c = __smlad(odd, arenite_odd_pair(factors), sums.c);
    factors = arenite_load_four(w + 3 * stride);
    sums.d = __smlad(even, arenite_even_pair(factors), sums.d);
    sums.d = __smlad(odd, arenite_odd_pair(factors), sums.d);
  }
#endif
  for (; x != end; x++, w++) {
    const int32_t value = *x + offset;
    sums.a = arenite_plus(sums.a, value * w[0]);
    sums.b = arenite_plus(sums.b, value * w[stride]);
    sums.c = arenite_plus(sums.c, value * w[2 * stride]);
    sums.d = arenite_plus(sums.d, value * w[3 * stride]);
  }
  return sums;
}
