/* SPDX-License-Identifier: Apache-2.0
 * Arithmetic progressions of places, and what two of them have in common. */
#ifndef ARENITE_CORE_RUNS_H
#define ARENITE_CORE_RUNS_H

#include "numbers.h"

/* start, start + step, ...: `count` numbers. `step` is from 1 to RUN_LONGEST_STEP. */
typedef struct {
  int64_t start, step, count;
} run;

/* Units between two numbers up to which the product of two steps fits in int64. */
#define RUN_LONGEST_STEP ((int64_t)1 << 31)

/* What is returned where no number is meant: more than any place. */
#define RUN_NONE INT64_MAX

bool run_contains(const run *each, int64_t number);

/* The least number of a run that is at least `low`, or RUN_NONE. */
int64_t run_first(const run *each, int64_t low);

/* The least number that is in both and at least `low`, or RUN_NONE. */
int64_t run_first_common(const run *one, const run *other, int64_t low);

#endif
