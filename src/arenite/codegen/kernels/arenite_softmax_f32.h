/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SOFTMAX of float values along the last dimension. */
#ifndef ARENITE_SOFTMAX_F32_H
#define ARENITE_SOFTMAX_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_softmax_f32(int32_t depth, float beta, int32_t rows, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
