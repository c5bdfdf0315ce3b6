/* The natural logarithm without the mathematical library, to about 1 unit in the last place. */

#include <stdint.h>
#include <string.h>

/* Minus infinity for 0, NaN for what is below. */
static inline float arenite_log(float x) {
  if (!(x > 0.0f) || x > 3.402823466e+38f) {
    return x < 0.0f ? (x - x) / (x - x) : (x == 0.0f ? -1.0f / (x * x) : x);
  }
  int32_t exponent = -127;
  if (x < 1.175494351e-38f) { /* a number without a leading 1 */
    x *= 8388608.0f;
    exponent -= 23;
  }
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t above = (bits & 0x7FFFFFu) > 0x3504F3u; /* more than the square root of 2 times a power of 2 */
  exponent += (int32_t)(bits >> 23) + (int32_t)above;
  bits = (bits & 0x7FFFFFu) | (above ? 0x3F000000u : 0x3F800000u);
  float part; /* x / 2^exponent, 0.71 .. 1.41 */
  memcpy(&part, &bits, sizeof part);
  const float s = (part - 1.0f) / (part + 1.0f);
  const float square = s * s; /* log(part) = 2 * (s + s^3 / 3 + s^5 / 5 + ...) */
  const float tail = square * (1.0f / 3.0f + square * (1.0f / 5.0f + square * (1.0f / 7.0f + square * (1.0f / 9.0f))));
  const float power = (float)exponent;
  return power * 0.693359375f + (2.0f * (s + s * tail) - power * 2.12194440e-4f);
}
