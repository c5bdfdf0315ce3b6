/* Two 16-bit products at once, on cores that can: Arm's DSP extension, as on Cortex-M4, M7 and M33.
 *
 * Four int8 values that lie side by side in memory become two pairs: values 0 and 2, values 1 and 3. ARENITE_PAIRS may
 * be defined as 0 to do without. */

#ifndef ARENITE_PAIRS
#if defined(__ARM_FEATURE_DSP) && !defined(__ARM_BIG_ENDIAN)
#define ARENITE_PAIRS 1
#else
#define ARENITE_PAIRS 0
#endif
#endif

#if ARENITE_PAIRS
#include <arm_acle.h>
#include <stdint.h>

#ifdef __GNUC__
#define ARENITE_COPY_WORD __builtin_memcpy /* a load, even where there is no library */
#else
#include <string.h>
#define ARENITE_COPY_WORD memcpy
#endif

/* A value in both halves of a word. */
static inline int32_t arenite_pair_of(int32_t value) {
  return (int32_t)(((uint32_t)value << 16) | ((uint32_t)value & 0xFFFFu));
}

static inline uint32_t arenite_load_four(const int8_t *from) {
  uint32_t four;
  ARENITE_COPY_WORD(&four, from, sizeof four);
  return four;
}

static inline int32_t arenite_even_pair(uint32_t four) { return __sxtb16((int8x4_t)four); }
static inline int32_t arenite_odd_pair(uint32_t four) { return __sxtb16((int8x4_t)(four >> 8)); }

/* The same, with a pair added. */
static inline int32_t arenite_even_sum(int32_t pair, uint32_t four) { return __sxtab16(pair, (int8x4_t)four); }
static inline int32_t arenite_odd_sum(int32_t pair, uint32_t four) { return __sxtab16(pair, (int8x4_t)(four >> 8)); }
#endif
