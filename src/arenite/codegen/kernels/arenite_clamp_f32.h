/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* RELU, RELU6 and RELU_N1_TO_1 of float values. */
#ifndef ARENITE_CLAMP_F32_H
#define ARENITE_CLAMP_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_clamp_f32(float lowest, float highest, int32_t length, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
