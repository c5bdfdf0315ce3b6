/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* L2_NORMALIZATION of int8 values along the last dimension. */
#ifndef ARENITE_NORMALIZE_S8_H
#define ARENITE_NORMALIZE_S8_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_normalize_s8(int32_t input_offset, int32_t depth, int32_t rows, const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
