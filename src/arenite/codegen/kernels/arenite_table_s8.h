/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* A function of one int8 value, from a table: activations, and changes of scale. */
#ifndef ARENITE_TABLE_S8_H
#define ARENITE_TABLE_S8_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `table[x + 128]` is the result for x. The output may lie exactly on the input. */
void arenite_table_s8(const int8_t *table, int32_t length, const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
