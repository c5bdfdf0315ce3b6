/* GATHER: rows of a table by their numbers. */

#include <stdint.h>

typedef struct {
  int32_t batches; /* tables with numbers of their own */
  int32_t outer;   /* tables of a batch, which all have the same numbers */
  int32_t rows;    /* rows of a table */
  int32_t picked;  /* numbers of a batch */
  int32_t bytes;   /* of a row */
} arenite_gather_t;

/* A number that is no row's stands for the nearest one. */
void arenite_gather(const arenite_gather_t *layer, const void *input, const int32_t *rows, void *output);
