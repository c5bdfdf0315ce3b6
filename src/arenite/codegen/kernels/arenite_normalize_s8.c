#include "arenite_normalize_s8.h"

#include "arenite_inverse_root.h"

#define BITS 7 /* the output's scale is 2^-7 */

void arenite_normalize_s8(int32_t input_offset, int32_t depth, int32_t rows, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) {
      sum += (input[i] + input_offset) * (input[i] + input_offset);
    }
    int32_t shift = 0;
    const int32_t inverse = arenite_inverse_root(sum, &shift);
    for (int32_t i = 0; i < depth; i++) {
      const int32_t value = arenite_scale(input[i] + input_offset, inverse, shift + BITS);
      output[i] = (int8_t)arenite_clamp(value, -128, 127);
    }
    input += depth;
    output += depth;
  }
}
