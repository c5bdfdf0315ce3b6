#include "arenite_log_softmax_f32.h"

#include "arenite_exp.h"
#include "arenite_log.h"

void arenite_log_softmax_f32(int32_t depth, int32_t rows, const float *input, float *output) {
  for (int32_t row = 0; row < rows; row++) {
    float largest = input[0];
    for (int32_t i = 1; i < depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    float sum = 0.0f;
    for (int32_t i = 0; i < depth; i++) {
      sum += arenite_exp(input[i] - largest);
    }
    const float logarithm = arenite_log(sum);
    for (int32_t i = 0; i < depth; i++) {
      output[i] = input[i] - largest - logarithm;
    }
    input += depth;
    output += depth;
  }
}
