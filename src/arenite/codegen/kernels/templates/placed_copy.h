$FOR slice
/* SLICE at a place that is computed. */
$FOR update_slice
/* DYNAMIC_UPDATE_SLICE: writes an update over a part of a tensor. */
$ALL

#include <stdint.h>

#include "arenite_copy.h"

typedef struct {
  arenite_copy_t shape;
  int32_t axes;
  int32_t room[ARENITE_COPY_RANK]; /* the last place along each axis at which the part ends within the tensor */
  int32_t step[ARENITE_COPY_RANK]; /* bytes */
} arenite_$KERNEL_t;

/* A place outside of the room stands for the nearest one. */
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const void *input, const int32_t *place, void *output);
