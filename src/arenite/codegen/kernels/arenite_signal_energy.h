/* SignalEnergy: squares of the sizes of complex int16 values. */

#include <stdint.h>

/* Those from `first` to before `end`; the others are left as they are. */
void arenite_signal_energy(int32_t first, int32_t end, const int16_t *input, uint32_t *output);
