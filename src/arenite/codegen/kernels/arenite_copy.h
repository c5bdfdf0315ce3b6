/* Moves bytes between two arrays that are walked in steps: slices, splits, concatenations, transpositions and the like.
 */

#include <stdint.h>

#define ARENITE_COPY_RANK 6

typedef struct {
  int32_t run; /* bytes that lie together on both sides */
  int32_t count[ARENITE_COPY_RANK];
  int32_t input_step[ARENITE_COPY_RANK]; /* bytes; may be negative or 0 */
  int32_t output_step[ARENITE_COPY_RANK];
} arenite_copy_t;

/* The last dimension is the innermost. */
void arenite_copy(const arenite_copy_t *shape, const void *input, void *output);
