/* The square root without the mathematical library, to 1 unit in the last place. */

#include <stdint.h>
#include <string.h>

/* NaN for what is below 0. */
static inline float arenite_root(float x) {
  if (!(x > 0.0f) || x > 3.402823466e+38f) {
    return x < 0.0f ? (x - x) / (x - x) : x;
  }
  const float lift = x < 1.175494351e-38f ? 4096.0f : 1.0f; /* brings numbers without a leading 1 into range */
  const float number = x * lift * lift;
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  bits = 0x1FBD1DF5u + (bits >> 1); /* halves the exponent: right to 4 % */
  float root;
  memcpy(&root, &bits, sizeof root);
  for (int i = 0; i < 3; i++) {
    root = 0.5f * (root + number / root);
  }
  return root / lift;
}
