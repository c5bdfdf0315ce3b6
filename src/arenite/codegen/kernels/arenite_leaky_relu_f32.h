/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* LEAKY_RELU of float values. */
#ifndef ARENITE_LEAKY_RELU_F32_H
#define ARENITE_LEAKY_RELU_F32_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on the input. */
void arenite_leaky_relu_f32(float slope, int32_t length, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
