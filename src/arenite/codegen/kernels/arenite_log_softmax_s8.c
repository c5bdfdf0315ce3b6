#include "arenite_log_softmax_s8.h"

#include "arenite_reciprocal.h"

static int32_t zeros_of(int32_t x) {
  int32_t zeros = 0;
  while (zeros < 32 && (((uint32_t)x << zeros) & 0x80000000u) == 0) {
    zeros++;
  }
  return zeros;
}

static int32_t half_sum(int32_t a, int32_t b) {
  const int64_t sum = (int64_t)a + b;
  return (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/* The logarithm, with 5 integer bits, of a sum of at least 1 with 12 of them: a power of 2, in quarters, and a rational
 * function of the rest r, around the fourth root of a half. Constants have no integer bits. */
static int32_t logarithm(int32_t sum) {
  const int32_t root_of_half = 1518500250, fourth_root = 1805811301, log_of_two = 1488522236;
  const int32_t quarter = 1 << 23; /* with 6 integer bits */
  const int32_t zeros = zeros_of(sum);
  const int32_t whole = arenite_saturating_shift(sum, zeros - 1);
  const int32_t r_a = arenite_saturating_shift(arenite_high_multiply(whole, root_of_half), 1);
  const int32_t power_a = (12 - zeros) * (1 << 25) + quarter;
  const int32_t lower_zeros = zeros_of(arenite_high_multiply(sum, root_of_half)) - 1;
  const int32_t r_b = arenite_saturating_shift(sum, lower_zeros);
  const int32_t power_b = (12 - lower_zeros) * (1 << 25) - quarter;
  const int32_t r = r_a < r_b ? r_a : r_b;
  const int32_t power = power_a > power_b ? power_a : power_b;
  const int32_t p = half_sum(r, fourth_root);
  const int32_t q = arenite_shift_left(r - fourth_root, 1);
  const int32_t square = arenite_high_multiply(q, q);
  const int32_t above =
      arenite_plus(arenite_high_multiply(q, r), arenite_high_multiply(arenite_high_multiply(q, square), 117049297));
  const int32_t inner = arenite_plus(arenite_plus(1057819769, q), arenite_high_multiply(127690142, square));
  const int32_t below = arenite_plus(arenite_high_multiply(p, inner), arenite_high_multiply(638450708, q));
  int32_t over = 0;
  const int32_t inverse = arenite_reciprocal((uint32_t)below + 0x80000000u, &over);
  const int32_t part = arenite_high_multiply(arenite_divide_power(above, 6), inverse);
  return arenite_saturating_shift(arenite_plus(arenite_high_multiply(power, log_of_two), part), 1);
}

void arenite_log_softmax_s8(const arenite_log_softmax_s8_t *layer, int32_t rows, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    int32_t largest = -128;
    for (int32_t i = 0; i < layer->depth; i++) {
      largest = input[i] > largest ? input[i] : largest;
    }
    int32_t sum = 0;
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t below = largest - input[i];
      sum = arenite_plus(sum, below < layer->entries ? layer->exponential[below] : 0);
    }
    const int32_t log = logarithm(sum);
    const int32_t end = arenite_scale(arenite_plus(log, INT32_MIN), layer->reverse_multiplier, layer->reverse_shift);
    const int32_t least = end > -layer->entries ? end : -layer->entries;
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t difference = input[i] - largest;
      int32_t value = -128;
      if (difference > least) {
        const int32_t scaled = arenite_scale(difference, layer->multiplier, layer->shift);
        value = arenite_clamp(arenite_divide_power(arenite_plus(scaled, -log), 22) + 127, -128, 127);
      }
      output[i] = (int8_t)value;
    }
    input += layer->depth;
    output += layer->depth;
  }
}
