/* SignalFftAutoScale: values shifted left until the largest one fills 15 bits. */

#include <stdint.h>

/* `bits` is by how many bits they were shifted. All values are read before the first is written. */
void arenite_signal_auto_scale(int32_t length, const int16_t *input, int16_t *output, int32_t *bits);
