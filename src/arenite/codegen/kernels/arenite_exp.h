/* The exponential function without the mathematical library, to about 1 unit in the last place. */

#include <stdint.h>
#include <string.h>

/* 2^n for n = -126 .. 127. */
static inline float arenite_power_of_two(int32_t n) {
  const uint32_t bits = (uint32_t)(n + 127) << 23;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

static inline float arenite_exp(float x) {
  if (!(x == x)) {
    return x;
  }
  if (x > 89.0f) {
    x = 89.0f; /* overflows to infinity below */
  }
  if (x < -104.0f) {
    return 0.0f;
  }
  const float halves = x * 1.44269504f;
  const int32_t n = (int32_t)(halves < 0.0f ? halves - 0.5f : halves + 0.5f);
  const float r = (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f; /* x - n * ln 2, in two parts */
  const float tail = r * (1.0f / 120.0f + r * (1.0f / 720.0f + r * (1.0f / 5040.0f)));
  const float power = r * r * (0.5f + r * (1.0f / 6.0f + r * (1.0f / 24.0f + tail)));
  const int32_t half = n / 2; /* in two steps, as 2^n itself may be out of range */
  return (1.0f + (r + power)) * arenite_power_of_two(half) * arenite_power_of_two(n - half);
}
