/* SignalFilterBankLog: natural logarithms of values that are shifted left before. */

#include <stdint.h>

/* The output has 2 bytes for 4 of the input. Walks from the first value to the last. */
void arenite_signal_log(const uint16_t *table, uint32_t scale, int32_t shift, int32_t length, const uint32_t *input,
                        int16_t *output);
