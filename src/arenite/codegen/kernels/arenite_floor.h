/* Floor and remainder without the mathematical library. */

#include <stdint.h>

/* The largest integer that is not above x. */
static inline double arenite_floor(double x) {
  const double limit = 4503599627370496.0; /* from 2^52 on, all numbers are integers */
  if (!(x < limit && x > -limit)) {
    return x;
  }
  const double whole = (double)(int64_t)x;
  return whole > x ? whole - 1.0 : whole;
}

/* x minus the multiple of y toward 0, exactly, with the sign of x; NaN for y = 0 and for infinite x. */
static inline float arenite_remainder(float x, float y) {
  const double divisor = y < 0.0f ? -(double)y : (double)y;
  double rest = x < 0.0f ? -(double)x : (double)x;
  if (!(divisor > 0.0) || !(rest <= 3.402823466e+38)) {
    return (x - x) / (y - y);
  }
  double part = divisor;
  while (part <= rest) {
    part *= 2.0;
  }
  while (part > divisor) {
    part *= 0.5;
    rest -= rest >= part ? part : 0.0;
  }
  return (float)(x < 0.0f ? -rest : rest);
}
