/* GATHER_ND: parts of a tensor by their positions. */

#include <stdint.h>

#define ARENITE_GATHER_ND_RANK 6

typedef struct {
  int32_t picked; /* parts */
  int32_t bytes;  /* of a part */
  int32_t axes;   /* numbers of a position */
  int32_t length[ARENITE_GATHER_ND_RANK];
  int32_t step[ARENITE_GATHER_ND_RANK]; /* bytes */
} arenite_gather_nd_t;

/* A number beyond an axis stands for the nearest one. */
void arenite_gather_nd(const arenite_gather_nd_t *layer, const void *input, const int32_t *positions, void *output);
