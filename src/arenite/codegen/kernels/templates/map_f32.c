#include "arenite_$KERNEL.h"

$FOR exp_f32
#include "arenite_exp.h"

$FOR log_f32
#include "arenite_log.h"

$FOR rsqrt_f32 sqrt_f32
#include "arenite_root.h"

$FOR cos_f32 sin_f32
#include "arenite_sine.h"

$FOR ceil_f32 floor_f32 round_f32
#include "arenite_floor.h"

$FOR round_f32
static float to_even(float x) {
  const double below = arenite_floor(x);
  const double rest = x - below;
  const int up = rest > 0.5 || (rest == 0.5 && 2.0 * arenite_floor(0.5 * below) != below);
  return (float)(up ? below + 1.0 : below);
}

$FOR elu_f32
#include "arenite_exp.h"

static float less_one(float x) {
  if (x < -0.3f) {
    return arenite_exp(x) - 1.0f; /* this difference loses digits near 0 */
  }
  const float tail = x * (1.0f / 120.0f + x * (1.0f / 720.0f));
  return x + x * x * (0.5f + x * (1.0f / 6.0f + x * (1.0f / 24.0f + tail)));
}

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
$FOR abs_f32
    output[i] = x <= 0.0f ? 0.0f - x : x;
$FOR ceil_f32
    output[i] = (float)-arenite_floor(-(double)x);
$FOR clamp_f32
    output[i] = x > highest ? highest : (x < lowest ? lowest : x);
$FOR cos_f32
    output[i] = arenite_sine(x, 1);
$FOR elu_f32
    output[i] = x < 0.0f ? less_one(x) : x;
$FOR exp_f32
    output[i] = arenite_exp(x);
$FOR floor_f32
    output[i] = (float)arenite_floor(x);
$FOR hard_swish_f32
    output[i] = x * (x <= -3.0f ? 0.0f : (x >= 3.0f ? 6.0f : x + 3.0f)) / 6.0f;
$FOR leaky_relu_f32
    output[i] = x > 0.0f ? x : x * slope;
$FOR log_f32
    output[i] = arenite_log(x);
$FOR logistic_f32
    output[i] = logistic(x);
$FOR neg_f32
    output[i] = -x;
$FOR round_f32
    output[i] = to_even(x);
$FOR rsqrt_f32
    output[i] = 1.0f / arenite_root(x);
$FOR sin_f32
    output[i] = arenite_sine(x, 0);
$FOR sqrt_f32
    output[i] = arenite_root(x);
$FOR square_f32
    output[i] = x * x;
$FOR tanh_f32
    output[i] = hyperbolic_tangent(x);
$ALL
  }
}
