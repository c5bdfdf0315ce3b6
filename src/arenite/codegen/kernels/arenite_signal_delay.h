/* SignalDelay: samples come out a number of samples later. */

#include <stdint.h>

/* `held` [rows][delay] is kept from one call to the next. Nothing lies on anything else. */
void arenite_signal_delay(int32_t rows, int32_t length, int32_t delay, const int16_t *input, int16_t *held,
                          int16_t *output);
