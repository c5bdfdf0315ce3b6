/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_arg_max_f32_s64.h"

#include "arenite_position.h"

void arenite_arg_max_f32_s64(int32_t outer, int32_t length, int32_t inner, const float *input, int64_t *output) {
  for (int32_t i = 0; i < outer; i++) {
    for (int32_t j = 0; j < inner; j++) {
      *output++ = arenite_position_of_max_f32(input + j, length, inner);
    }
    input += length * inner;
  }
}
