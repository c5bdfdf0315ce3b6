/* Dimensions that stay and dimensions that are reduced away, each walked by their steps in the input. */

#include <stdint.h>

#define ARENITE_REDUCE_RANK 3

typedef struct {
  int32_t kept[ARENITE_REDUCE_RANK]; /* the last dimension is the innermost */
  int32_t kept_step[ARENITE_REDUCE_RANK];
  int32_t reduced[ARENITE_REDUCE_RANK];
  int32_t reduced_step[ARENITE_REDUCE_RANK];
} arenite_reduce_t;
