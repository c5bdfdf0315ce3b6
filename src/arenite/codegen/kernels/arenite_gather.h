/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* GATHER: rows of a table by their numbers. */
#ifndef ARENITE_GATHER_H
#define ARENITE_GATHER_H

#include <stdint.h>

typedef struct {
  int32_t batches; /* tables with numbers of their own */
  int32_t outer;   /* tables of a batch, which all have the same numbers */
  int32_t rows;    /* rows of a table */
  int32_t picked;  /* numbers of a batch */
  int32_t bytes;   /* of a row */
} arenite_gather_t;

#ifdef __cplusplus
extern "C" {
#endif
/* A number that is no row's stands for the nearest one. */
void arenite_gather(const arenite_gather_t *layer, const void *input, const int32_t *rows, void *output);
#ifdef __cplusplus
}
#endif

#endif
