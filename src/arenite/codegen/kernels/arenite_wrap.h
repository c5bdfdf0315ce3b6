/* Sums and products modulo 2^32 and 2^64. Signed overflow is undefined in C; the processors on which TensorFlow Lite
 * Micro runs wrap around, so a saturated bias gives the same result here as there. */

#include <stdint.h>

/* a + b, modulo 2^32. */
static inline int32_t arenite_plus(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* a * b, modulo 2^32. */
static inline int32_t arenite_times(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a * (uint32_t)b);
}

/* a + b, modulo 2^64. */
static inline int64_t arenite_plus_wide(int64_t a, int64_t b) {
  return (int64_t)((uint64_t)a + (uint64_t)b);
}
