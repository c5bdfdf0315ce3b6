#include "arenite_$KERNEL.h"

typedef struct {
  int16_t re, im;
} complex_t;

/* x * share / 2^15, to nearest. */
static int16_t part(int16_t x, int32_t share) {
  return (int16_t)((x * share + (1 << 14)) >> 15);
}

/* The value at `at`, divided by 2 or 4: share is 32767 / 2 or 32767 / 4. */
static complex_t divided(const int16_t *at, int32_t share) {
  const complex_t result = {part(at[0], share), part(at[1], share)};
  return result;
}

static complex_t product(complex_t a, const int16_t *b) {
  const complex_t result = {(int16_t)((a.re * b[0] - a.im * b[1] + (1 << 14)) >> 15),
                            (int16_t)((a.re * b[1] + a.im * b[0] + (1 << 14)) >> 15)};
  return result;
}

static void put(int16_t *at, int32_t re, int32_t im) {
  at[0] = (int16_t)re;
  at[1] = (int16_t)im;
}

/* `count` sums and differences of pairs that are `count` values apart, the second turned. */
static void in_twos(const int16_t *turns, int32_t step, int32_t count, int16_t *values) {
  for (int32_t i = 0; i < count; i++) {
    int16_t *a = values + 2 * i, *b = a + 2 * count;
    const complex_t first = divided(a, 16383);
    const complex_t second = product(divided(b, 16383), turns + 2 * i * step);
    put(b, first.re - second.re, first.im - second.im);
    put(a, first.re + second.re, first.im + second.im);
  }
}

/* The same with four values each. */
static void in_fours(const int16_t *turns, int32_t step, int32_t count, int16_t *values) {
  for (int32_t i = 0; i < count; i++) {
    int16_t *a = values + 2 * i, *b = a + 2 * count, *c = b + 2 * count, *d = c + 2 * count;
    const complex_t first = divided(a, 8191);
    const complex_t second = product(divided(b, 8191), turns + 2 * i * step);
    const complex_t third = product(divided(c, 8191), turns + 4 * i * step);
    const complex_t fourth = product(divided(d, 8191), turns + 6 * i * step);
    const int16_t even_re = (int16_t)(first.re + third.re), even_im = (int16_t)(first.im + third.im);
    const int16_t away_re = (int16_t)(first.re - third.re), away_im = (int16_t)(first.im - third.im);
    const int16_t odd_re = (int16_t)(second.re + fourth.re), odd_im = (int16_t)(second.im + fourth.im);
    const int16_t turned_re = (int16_t)(second.re - fourth.re), turned_im = (int16_t)(second.im - fourth.im);
    put(a, even_re + odd_re, even_im + odd_im);
$FOR signal_rfft_s16
    put(b, away_re + turned_im, away_im - turned_re);
    put(c, even_re - odd_re, even_im - odd_im);
    put(d, away_re - turned_im, away_im + turned_re);
$FOR signal_irfft_s16
    put(b, away_re - turned_im, away_im + turned_re);
    put(c, even_re - odd_re, even_im - odd_im);
    put(d, away_re + turned_im, away_im - turned_re);
$ALL
  }
}

/* Where the value that comes to lie at `place` is taken from: its digits, of base 4 and last of base 2, reversed. */
static int32_t taken_from(int32_t size, int32_t place) {
  int32_t from = 0, weight = 1;
  while (size > 1) {
    const int32_t base = size % 4 == 0 ? 4 : 2;
    size /= base;
    from += place / size * weight;
    place %= size;
    weight *= base;
  }
  return from;
}

/* The transform of `size` complex values in place; they lie in the order of `taken_from`. */
static void transform(const arenite_$KERNEL_t *layer, int16_t *values) {
  int32_t count = 1, base = layer->last;
  while (count < layer->size) {
    const int32_t step = layer->size / (base * count);
    for (int32_t block = 0; block < step; block++) {
      int16_t *at = values + 2 * block * base * count;
      if (base == 2) {
        in_twos(layer->turns, step, count, at);
      } else {
        in_fours(layer->turns, step, count, at);
      }
    }
    count *= base;
    base = 4;
  }
}

$FOR signal_rfft_s16
/* The spectrum of twice as many real values, from that of pairs of them taken as complex. */
static void unfold(const arenite_$KERNEL_t *layer, int16_t *values) {
  const complex_t zero = divided(values, 16383);
  put(values, zero.re + zero.im, 0);
  put(values + 2 * layer->size, zero.re - zero.im, 0);
  for (int32_t i = 1; i <= layer->size / 2; i++) {
    int16_t *a = values + 2 * i, *b = values + 2 * (layer->size - i);
    const complex_t first = divided(a, 16383);
    const int16_t opposite[2] = {b[0], (int16_t)-b[1]};
    const complex_t second = divided(opposite, 16383);
    const int16_t sum_re = (int16_t)(first.re + second.re), sum_im = (int16_t)(first.im + second.im);
    const complex_t difference = {(int16_t)(first.re - second.re), (int16_t)(first.im - second.im)};
    const complex_t turned = product(difference, layer->half_turns + 2 * (i - 1));
    put(a, (sum_re + turned.re) >> 1, (sum_im + turned.im) >> 1);
    put(b, (sum_re - turned.re) >> 1, (turned.im - sum_im) >> 1);
  }
}

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const int16_t *input, int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t i = 0; i < layer->size; i++) {
      const int32_t from = 2 * taken_from(layer->size, i);
      output[2 * i] = (int16_t)(from < layer->length ? input[from] : 0);
      output[2 * i + 1] = (int16_t)(from + 1 < layer->length ? input[from + 1] : 0);
    }
    transform(layer, output);
    unfold(layer, output);
    input += layer->length;
    output += 2 * (layer->size + 1);
  }
}
$FOR signal_irfft_s16
/* Value `at` of the spectrum of pairs of real values taken as complex, from the spectrum of the values. */
static complex_t folded(const arenite_$KERNEL_t *layer, const int16_t *input, int32_t at) {
  if (at == 0) {
    const int16_t end = input[2 * layer->size];
    const int16_t both[2] = {(int16_t)(input[0] + end), (int16_t)(input[0] - end)};
    return divided(both, 16383);
  }
  const int mirrored = 2 * at >= layer->size;
  const int32_t i = mirrored ? layer->size - at : at;
  const int16_t *b = input + 2 * (layer->size - i);
  const complex_t first = divided(input + 2 * i, 16383);
  const int16_t opposite[2] = {b[0], (int16_t)-b[1]};
  const complex_t second = divided(opposite, 16383);
  const complex_t difference = {(int16_t)(first.re - second.re), (int16_t)(first.im - second.im)};
  const complex_t turned = product(difference, layer->half_turns + 2 * (i - 1));
  const int32_t even_re = (int16_t)(first.re + second.re), even_im = (int16_t)(first.im + second.im);
  const complex_t sum = {(int16_t)(even_re + turned.re), (int16_t)(even_im + turned.im)};
  const complex_t rest = {(int16_t)(even_re - turned.re), (int16_t)(turned.im - even_im)};
  return mirrored ? rest : sum;
}

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const int16_t *input, int16_t *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t i = 0; i < layer->size; i++) {
      const complex_t value = folded(layer, input, taken_from(layer->size, i));
      put(output + 2 * i, value.re, value.im);
    }
    transform(layer, output);
    input += 2 * (layer->size + 1);
    output += 2 * layer->size;
  }
}
