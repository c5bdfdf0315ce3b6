#include "arenite_normalize_f32.h"

#include "arenite_root.h"

void arenite_normalize_f32(int32_t depth, int32_t rows, const float *input, float *output) {
  for (int32_t row = 0; row < rows; row++) {
    float sum = 0.0f;
    for (int32_t i = 0; i < depth; i++) {
      sum += input[i] * input[i];
    }
    const float root = arenite_root(sum);
    const float length = root > 1e-6f ? root : 1e-6f;
    for (int32_t i = 0; i < depth; i++) {
      output[i] = input[i] / length;
    }
    input += depth;
    output += depth;
  }
}
