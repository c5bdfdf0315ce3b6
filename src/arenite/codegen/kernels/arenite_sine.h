/* Sine and cosine without the mathematical library, to about 1 unit in the last place. */

#include <stdint.h>

/* sin(x + quarters * pi / 2). From 2^28 on, where neighboring numbers are many turns apart, NaN. */
static inline float arenite_sine(float x, int32_t quarters) {
  if (!(x < 268435456.0f && x > -268435456.0f)) {
    return (x - x) / (x - x);
  }
  const double turns = (double)x * 0.63661977236758134308;
  const int32_t n = (int32_t)(turns < 0.0 ? turns - 0.5 : turns + 0.5);
  const double rest = ((double)x - n * 1.57079631090164184570) - n * 1.58932547735281966916e-08; /* pi / 2, in parts */
  const float r = (float)rest;
  const float square = r * r;
  const uint32_t quarter = (uint32_t)n + (uint32_t)quarters;
  float value;
  if (quarter & 1u) {
    const float tail = square * (1.0f / 24.0f + square * (-1.0f / 720.0f + square * (1.0f / 40320.0f)));
    value = 1.0f + square * (-0.5f + tail);
  } else {
    const float tail = square * (1.0f / 120.0f + square * (-1.0f / 5040.0f + square * (1.0f / 362880.0f)));
    value = r + r * square * (-1.0f / 6.0f + tail);
  }
  return quarter & 2u ? -value : value;
}
