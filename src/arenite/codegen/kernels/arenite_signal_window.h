/* SignalWindow on int16 values. */

#include <stdint.h>

/* Walks from the first value to the last. */
void arenite_signal_window(const int16_t *weights, int32_t length, int32_t shift, int32_t rows, const int16_t *input,
                           int16_t *output);
