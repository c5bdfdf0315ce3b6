/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* HARD_SWISH of float values. */
#ifndef ARENITE_HARD_SWISH_F32_H
#define ARENITE_HARD_SWISH_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_hard_swish_f32(int32_t length, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
