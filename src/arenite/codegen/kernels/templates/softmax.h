/* SOFTMAX of int8 values along the last dimension, to $VALUES. */

#include <stdint.h>

typedef struct {
  int32_t depth;
  int32_t entries;            /* a value that is this far or farther below its row's largest counts as 0 */
  const int32_t *exponential; /* [entries]: exp(-i * scale * beta) * 2^31 */
} arenite_$KERNEL_t;

/* Output scale 1/$STEPS, zero point $LOWEST.$NOTE */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const int8_t *input, $ELEMENT *output);
