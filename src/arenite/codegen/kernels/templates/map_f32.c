/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

$FOR logistic_f32
#include "arenite_exp.h"

static float logistic(float x) {
  const float power = arenite_exp(x < 0.0f ? x : -x);
  return (x < 0.0f ? power : 1.0f) / (1.0f + power);
}

$FOR tanh_f32
#include "arenite_exp.h"

static float hyperbolic_tangent(float x) {
  const float size = x < 0.0f ? -x : x;
  if (size < 0.3f) { /* the quotient below loses digits here */
    const float square = x * x;
    const float tail = square * (-17.0f / 315.0f + square * (62.0f / 2835.0f));
    return x + x * square * (-1.0f / 3.0f + square * (2.0f / 15.0f + tail));
  }
  const float power = arenite_exp(-2.0f * size);
  const float result = (1.0f - power) / (1.0f + power);
  return x < 0.0f ? -result : result;
}

$ALL
void arenite_$KERNEL(${OPTIONS}int32_t length, const float *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    const float x = input[i];
$FOR clamp_f32
    output[i] = x > highest ? highest : (x < lowest ? lowest : x);
$FOR hard_swish_f32
    output[i] = x * (x <= -3.0f ? 0.0f : (x >= 3.0f ? 6.0f : x + 3.0f)) / 6.0f;
$FOR leaky_relu_f32
    output[i] = x > 0.0f ? x : x * slope;
$FOR logistic_f32
    output[i] = logistic(x);
$FOR tanh_f32
    output[i] = hyperbolic_tangent(x);
$ALL
  }
}
