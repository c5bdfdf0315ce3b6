/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Dot products over contiguous values: the inner loop of convolutions and of fully connected layers. */
#ifndef ARENITE_DOT_H
#define ARENITE_DOT_H

#include <stdint.h>

/* sum + the sum of (x[i] + offset) * w[i]. */
static inline int32_t arenite_dot_s8(const int8_t *x, const int8_t *w, int32_t length, int32_t offset, int32_t sum) {
  int32_t i = 0;
  for (; i < length - 3; i += 4) {
    sum += (x[i] + offset) * w[i];
    sum += (x[i + 1] + offset) * w[i + 1];
    sum += (x[i + 2] + offset) * w[i + 2];
    sum += (x[i + 3] + offset) * w[i + 3];
  }
  for (; i < length; i++) {
    sum += (x[i] + offset) * w[i];
  }
  return sum;
}

#endif
