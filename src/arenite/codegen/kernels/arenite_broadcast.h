/* Two inputs of which either may repeat along dimensions of length 1, walked in the order of the output. */

#include <stdint.h>

#define ARENITE_BROADCAST_RANK 5

typedef struct {
  int32_t count[ARENITE_BROADCAST_RANK]; /* the last dimension is the innermost */
  int32_t first[ARENITE_BROADCAST_RANK]; /* steps of the first input, in elements; 0 where it repeats */
  int32_t second[ARENITE_BROADCAST_RANK];
} arenite_broadcast_t;

typedef struct {
  int32_t index[ARENITE_BROADCAST_RANK];
  int32_t first, second; /* where the present run begins in the inputs */
} arenite_walk_t;

/* Goes on to the next run of the innermost dimension; 0 behind the last. A walk begins with all fields 0. */
int arenite_walk_next(const arenite_broadcast_t *shape, arenite_walk_t *walk);
