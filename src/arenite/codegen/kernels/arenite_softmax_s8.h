/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SOFTMAX of int8 values along the last dimension, to int8. */
#ifndef ARENITE_SOFTMAX_S8_H
#define ARENITE_SOFTMAX_S8_H

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t entries;            /* a value that is this far or farther below its row's largest counts as 0 */
  const int32_t *exponential; /* [entries]: exp(-i * scale * beta) * 2^31 */
} arenite_softmax_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output scale 1/256, zero point -128. The output may lie exactly on the input. */
void arenite_softmax_s8(const arenite_softmax_s8_t *layer, int32_t rows, const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
