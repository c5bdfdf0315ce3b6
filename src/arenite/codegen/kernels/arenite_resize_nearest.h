/* RESIZE_NEAREST_NEIGHBOR of any type. */

#include <stdint.h>

typedef struct {
  int32_t rows, columns; /* of the output */
  int32_t pixel, line;   /* bytes of a pixel and of a row of the input */
  const int16_t *row;    /* [rows]: row of the input */
  const int16_t *column; /* [columns] */
} arenite_resize_nearest_t;

/* Walks output pixels row by row. */
void arenite_resize_nearest(const arenite_resize_nearest_t *layer, const void *input, void *output);
