/* Bits that a number takes. */

#include <stdint.h>

/* Position of the highest bit that is set, from 1 on; 0 if none is. */
static inline int32_t arenite_bits(uint64_t x) {
  int32_t bits = 0;
  while (x != 0) {
    x >>= 1;
    bits++;
  }
  return bits;
}
