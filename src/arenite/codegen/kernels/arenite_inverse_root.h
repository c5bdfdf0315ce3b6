/* 1 / sqrt(x) of an integer, in fixed point. */

#include <stdint.h>

#include "arenite_reciprocal.h"

/* The multiplier of 1 / sqrt(x) for x >= 0; its shift, as arenite_scale takes it, goes to `shift`. 0 counts as 1. */
static inline int32_t arenite_inverse_root(int32_t x, int32_t *shift) {
  if (x <= 1) {
    *shift = 0;
    return INT32_MAX;
  }
  int32_t right = 11;
  while (x >= 1 << 29) {
    x /= 4;
    right++;
  }
  while (x < 1 << 27) {
    x *= 4;
    right--;
  }
  const int32_t half = arenite_divide_power(x >> 1, 1);
  int32_t root = 1 << 28; /* with 3 integer bits: Newton's method */
  for (int i = 0; i < 5; i++) {
    const int32_t cube = arenite_saturating_shift(arenite_high_multiply(arenite_high_multiply(root, root), root), 6);
    const int32_t next = arenite_high_multiply(402653184, root) - arenite_high_multiply(half, cube);
    root = arenite_saturating_shift(next, 3);
  }
  root = arenite_high_multiply(root, 1518500250); /* half of the square root of 2 */
  *shift = right > 0 ? -right : 0;
  return right < 0 ? arenite_shift_left(root, -right) : root;
}
