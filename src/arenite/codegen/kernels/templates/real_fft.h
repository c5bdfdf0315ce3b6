$FOR signal_rfft_s16
/* SignalRfft of int16 values: the spectrum of real values, each step of which halves or quarters them. */
$FOR signal_irfft_s16
/* SignalIrfft of int16 values: real values from their spectrum, each step of which halves or quarters them. */
$ALL

#include <stdint.h>

typedef struct {
$FOR signal_rfft_s16
  int32_t length;            /* of the input */
$ALL
  int32_t size;              /* half the length of the transform, a power of two from 2 on */
  int32_t last;              /* 2 where the size is no power of four, else 4 */
  const int16_t *turns;      /* [size] complex numbers on the unit circle, times 32767 */
  const int16_t *half_turns; /* [size / 2] */
} arenite_$KERNEL_t;

$FOR signal_rfft_s16
/* Output and input have no common byte. The values are complex, the real part first; what the input lacks is 0. */
$FOR signal_irfft_s16
/* Output and input have no common byte. The input is complex, the real part first. */
$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const int16_t *input, int16_t *output);
