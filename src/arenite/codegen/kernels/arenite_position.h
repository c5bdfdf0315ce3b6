/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Where the first of the largest or least of some values is, `step` elements from each to the next. */
#ifndef ARENITE_POSITION_H
#define ARENITE_POSITION_H

#include <stdint.h>

static inline int32_t arenite_position_of_max_s8(const int8_t *x, int32_t length, int32_t step) {
  int8_t best = *x;
  int32_t position = 0;
  for (int32_t k = 1; k < length; k++) {
    x += step;
    if (*x > best) {
      best = *x;
      position = k;
    }
  }
  return position;
}

static inline int32_t arenite_position_of_min_s8(const int8_t *x, int32_t length, int32_t step) {
  int8_t best = *x;
  int32_t position = 0;
  for (int32_t k = 1; k < length; k++) {
    x += step;
    if (*x < best) {
      best = *x;
      position = k;
    }
  }
  return position;
}

static inline int32_t arenite_position_of_max_f32(const float *x, int32_t length, int32_t step) {
  float best = *x;
  int32_t position = 0;
  for (int32_t k = 1; k < length; k++) {
    x += step;
    if (*x > best) {
      best = *x;
      position = k;
    }
  }
  return position;
}

static inline int32_t arenite_position_of_min_f32(const float *x, int32_t length, int32_t step) {
  float best = *x;
  int32_t position = 0;
  for (int32_t k = 1; k < length; k++) {
    x += step;
    if (*x < best) {
      best = *x;
      position = k;
    }
  }
  return position;
}

#endif
