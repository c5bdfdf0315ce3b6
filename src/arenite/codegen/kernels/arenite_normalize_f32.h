/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* L2_NORMALIZATION of float values along the last dimension. */
#ifndef ARENITE_NORMALIZE_F32_H
#define ARENITE_NORMALIZE_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_normalize_f32(int32_t depth, int32_t rows, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
