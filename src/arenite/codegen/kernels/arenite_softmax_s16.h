/* SOFTMAX of int16 values along the last dimension. */

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t multiplier, shift;  /* of differences, such that -65535 stands for -10 */
  const int16_t *exponential; /* [513]: exp(x) * 2^15 for x = -10 .. 0 */
  const int16_t *reciprocal;  /* [513]: 1 / (1 + x) * 2^15 for x = 0 .. 1 */
} arenite_softmax_s16_t;

/* Output scale 1/32768, zero points 0. The output may lie exactly on the input. */
void arenite_softmax_s16(const arenite_softmax_s16_t *layer, int32_t rows, const int16_t *input, int16_t *output);
