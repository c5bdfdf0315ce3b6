/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SOFTMAX of int8 values along the last dimension, to int16. */
#ifndef ARENITE_SOFTMAX_S8_S16_H
#define ARENITE_SOFTMAX_S8_S16_H

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t entries;            /* a value that is this far or farther below its row's largest counts as 0 */
  const int32_t *exponential; /* [entries]: exp(-i * scale * beta) * 2^31 */
} arenite_softmax_s8_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output scale 1/65536, zero point -32768. */
void arenite_softmax_s8_s16(const arenite_softmax_s8_s16_t *layer, int32_t rows, const int8_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
