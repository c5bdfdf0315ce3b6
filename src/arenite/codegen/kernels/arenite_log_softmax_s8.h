/* LOG_SOFTMAX of int8 values along the last dimension. */

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t entries;            /* a value that is this far or farther below its row's largest counts as 0 in the sum */
  const int32_t *exponential; /* [entries]: exp(-i * scale) with 12 integer bits */
  int32_t multiplier, shift;  /* of the input, to 5 integer bits */
  int32_t reverse_multiplier, reverse_shift; /* and back */
} arenite_log_softmax_s8_t;

/* Output scale 1/16, zero point 127. The output may lie exactly on the input. */
void arenite_log_softmax_s8(const arenite_log_softmax_s8_t *layer, int32_t rows, const int8_t *input, int8_t *output);
