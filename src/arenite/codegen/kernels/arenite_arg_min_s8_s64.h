/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* ARG_MIN of int8 values, to int64: the first position of the smallest. */
#ifndef ARENITE_ARG_MIN_S8_S64_H
#define ARENITE_ARG_MIN_S8_S64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `length` values, `inner` elements apart, for each of `outer` * `inner` results. */
void arenite_arg_min_s8_s64(int32_t outer, int32_t length, int32_t inner, const int8_t *input, int64_t *output);
#ifdef __cplusplus
}
#endif

#endif
