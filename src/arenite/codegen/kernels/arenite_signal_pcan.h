/* SignalPCAN: automatic gain by channel, from a table of pieces of parabolas. */

#include <stdint.h>

/* Walks from the first value to the last. */
void arenite_signal_pcan(const int16_t *gains, int32_t shift, int32_t length, const uint32_t *input,
                         const uint32_t *noise, uint32_t *output);
