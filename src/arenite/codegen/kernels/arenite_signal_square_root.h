/* SignalFilterBankSquareRoot: square roots to nearest, shifted right. */

#include <stdint.h>

/* Walks from the first value to the last; `bits` is read before each. */
void arenite_signal_square_root(int32_t length, const uint64_t *input, const int32_t *bits, uint32_t *output);
