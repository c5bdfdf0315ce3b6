/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Moves bytes between two arrays that are walked in steps: slices, splits, concatenations, transpositions and the like.
 */
#ifndef ARENITE_COPY_H
#define ARENITE_COPY_H

#include <stdint.h>

#define ARENITE_COPY_RANK 6

typedef struct {
  int32_t run; /* bytes that lie together on both sides */
  int32_t count[ARENITE_COPY_RANK];
  int32_t input_step[ARENITE_COPY_RANK]; /* bytes; may be negative or 0 */
  int32_t output_step[ARENITE_COPY_RANK];
} arenite_copy_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The last dimension is the innermost. */
void arenite_copy(const arenite_copy_t *shape, const void *input, void *output);
#ifdef __cplusplus
}
#endif

#endif
