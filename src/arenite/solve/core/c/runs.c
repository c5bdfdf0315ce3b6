/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

static int64_t last(const run *each) { return each->start + (each->count - 1) * each->step; }

bool run_contains(const run *each, int64_t number) {
  return number >= each->start && number <= last(each) && (number - each->start) % each->step == 0;
}

/* The least number from `low` on that is `start` and a multiple of `step` from there upwards. */
static int64_t first_from(int64_t start, int64_t step, int64_t low) {
  return low <= start ? start : start + (low - start + step - 1) / step * step;
}

int64_t run_first(const run *each, int64_t low) {
  int64_t number = first_from(each->start, each->step, low);
  return number <= last(each) ? number : RUN_NONE;
}

/* The remainder of `number` in steps of `period`, at least 0 whatever the sign of the number. */
static int64_t remainder_of(int64_t number, int64_t period) {
  int64_t rest = number % period;
  return rest < 0 ? rest + period : rest;
}

/* x with number * x = divisor (mod period), and that divisor, the greatest one of both; Euclid's algorithm. */
static int64_t inverse(int64_t number, int64_t period, int64_t *divisor) {
  int64_t rest = number, next_rest = period, factor = 1, next_factor = 0;
  while (next_rest != 0) {
    int64_t quotient = rest / next_rest;
    int64_t kept = rest - quotient * next_rest;
    rest = next_rest;
    next_rest = kept;
    kept = factor - quotient * next_factor;
    factor = next_factor;
    next_factor = kept;
  }
  *divisor = rest;
  return factor;
}

int64_t run_first_common(const run *one, const run *other, int64_t low) {
  int64_t divisor;
  int64_t factor = inverse(one->step, other->step, &divisor);
  int64_t apart = other->start - one->start;
  if (apart % divisor != 0) {
    return RUN_NONE;
  }
  /* The steps of `one` to its first number that is also one of `other`, which repeats after `period` of them. */
  int64_t period = other->step / divisor;
  int64_t steps = remainder_of(remainder_of(apart / divisor, period) * remainder_of(factor, period), period);
  int64_t least = one->start > other->start ? one->start : other->start;
  int64_t number = first_from(one->start + steps * one->step, one->step * period, low > least ? low : least);
  return number <= last(one) && number <= last(other) ? number : RUN_NONE;
}
