/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_arg_max_s8.h"

#include "arenite_position.h"

void arenite_arg_max_s8(int32_t outer, int32_t length, int32_t inner, const int8_t *input, int32_t *output) {
  for (int32_t i = 0; i < outer; i++) {
    for (int32_t j = 0; j < inner; j++) {
      *output++ = arenite_position_of_max_s8(input + j, length, inner);
    }
    input += length * inner;
  }
}
