#include "arenite_softmax_f32.h"

#include "arenite_exp.h"

void arenite_softmax_f32(int32_t depth, float beta, int32_t rows, const float *input, float *output) {
  for (int32_t row = 0; row < rows; row++) {
    float largest = input[0];
    for (int32_t i = 1; i < depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    float sum = 0.0f;
    for (int32_t i = 0; i < depth; i++) {
      output[i] = arenite_exp((input[i] - largest) * beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < depth; i++) {
      output[i] /= sum;
    }
    input += depth;
    output += depth;
  }
}
