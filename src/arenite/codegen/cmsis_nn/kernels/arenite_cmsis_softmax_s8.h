/* SOFTMAX of int8 values along the last dimension, to int8, by CMSIS-NN. */

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t multiplier, shift; /* of a difference, for exponentials with 5 integer bits */
  int32_t lowest_difference; /* a value that is farther below its row's largest counts as 0 */
} arenite_cmsis_softmax_s8_t;

/* Output scale 1/256, zero point -128. The output may lie exactly on the input. */
int arenite_cmsis_softmax_s8(const arenite_cmsis_softmax_s8_t *layer, int32_t rows, const int8_t *input,
                             int8_t *output);
