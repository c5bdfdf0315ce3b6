/* SVDF of float values. */

#include <stdint.h>

typedef struct {
  int32_t depth, units, rank, memory;
  const float *features; /* [units][rank][depth] */
  const float *times;    /* [units][rank][memory] */
  const float *bias;     /* [units] */
  float lowest, highest;
} arenite_svdf_f32_t;

/* The whole input is read before the output is written. The state is [batches][units][rank][memory] and kept between
 * calls. */
void arenite_svdf_f32(const arenite_svdf_f32_t *layer, int32_t batches, const float *input, float *state,
                      float *output);
