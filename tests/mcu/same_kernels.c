/* Random layers through two builds of the int8 kernels: as the core likes them, and portable ones called portable_*. */
#include <stddef.h>
#include <string.h>

#include "arenite_conv_s8.h"
#include "arenite_depthwise_s8.h"
#include "arenite_fully_connected_s8.h"
#include "board.h"

void portable_conv_s8(const arenite_conv_s8_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                      const int8_t *input, int8_t *output);
void portable_depthwise_s8(const arenite_depthwise_s8_t *layer, int32_t input_rows, int32_t output_rows,
                           int32_t pad_top, const int8_t *input, int8_t *output);
void portable_fully_connected_s8(const arenite_fully_connected_s8_t *layer, int32_t rows, const int8_t *input,
                                 int8_t *output);

#define LAYERS 3000

static uint32_t state = 1;

static uint32_t random_bits(void) { /* xorshift */
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static int32_t between(int32_t lowest, int32_t highest) {
  return lowest + (int32_t)(random_bits() % (uint32_t)(highest - lowest + 1));
}

static int one_in(int32_t count) { return between(1, count) == 1; }

static int8_t input[8192], weights[8192], outputs[2][8192], shift[64];
static int32_t bias[64], multiplier[64];
static int32_t input_offset, output_offset, lowest, highest;

/* Constants for any layer; now and then as large as they can be. */
static void fill(void) {
  const int extreme = one_in(8), large = one_in(8);
  for (size_t i = 0; i < sizeof input; i++) {
    input[i] = (int8_t)(extreme ? (one_in(2) ? -128 : 127) : between(-128, 127));
    weights[i] = (int8_t)(extreme ? (one_in(2) ? -128 : 127) : between(-128, 127));
  }
  for (int i = 0; i < 64; i++) {
    bias[i] = large ? (int32_t)(random_bits() >> 1) - 0x40000000 : between(-20000, 20000);
    multiplier[i] = between(0x40000000, 0x7fffffff);
    shift[i] = (int8_t)(large ? between(-31, 0) : between(-14, 2));
  }
  input_offset = between(-127, 128);
  output_offset = between(-128, 127);
  lowest = one_in(2) ? -128 : between(-128, 0);
  highest = lowest == -128 ? 127 : between(lowest, 127);
  memset(outputs, 0, sizeof outputs);
}

static arenite_window_t window(int32_t input_depth, int32_t output_depth) {
  const int plain = one_in(2), point = one_in(4);
  arenite_window_t made;
  made.kernel_height = point ? 1 : between(1, 4);
  made.kernel_width = point ? 1 : between(1, 4);
  made.stride_y = plain ? 1 : between(1, 3);
  made.stride_x = plain ? 1 : between(1, 3);
  made.dilation_y = between(1, 2);
  made.dilation_x = between(1, 2);
  made.pad_left = one_in(2) ? 0 : between(0, (made.kernel_width - 1) * made.dilation_x + 1);
  made.input_width = between(1, 9);
  made.input_depth = input_depth;
  made.output_width = one_in(2) ? made.input_width : between(1, 9);
  made.output_depth = output_depth;
  return made;
}

static void conv(void) {
  const int32_t groups = one_in(3) ? between(1, 3) : 1, depth = between(1, 9);
  const arenite_window_t place = window(depth * groups, between(1, 7) * groups);
  const arenite_conv_s8_t layer = {place, depth,        weights,       bias,   multiplier,
                                   shift, input_offset, output_offset, lowest, highest};
  const int32_t rows = between(1, 8), made = between(1, 8), pad = one_in(2) ? 0 : between(0, 4);
  arenite_conv_s8(&layer, rows, made, pad, input, outputs[0]);
  portable_conv_s8(&layer, rows, made, pad, input, outputs[1]);
}

static void depthwise(void) {
  const int32_t copies = one_in(3) ? between(1, 3) : 1, depth = between(1, 11);
  const arenite_window_t place = window(depth, depth * copies);
  const arenite_depthwise_s8_t layer = {place, copies,       weights,       bias,   multiplier,
                                        shift, input_offset, output_offset, lowest, highest};
  const int32_t rows = between(1, 8), made = between(1, 8), pad = one_in(2) ? 0 : between(0, 4);
  arenite_depthwise_s8(&layer, rows, made, pad, input, outputs[0]);
  portable_depthwise_s8(&layer, rows, made, pad, input, outputs[1]);
}

static void fully_connected(void) {
  const arenite_fully_connected_s8_t layer = {
      between(1, 60), between(1, 20), weights,      bias,          multiplier, shift, one_in(2),
      0,              input_offset,   output_offset, lowest, highest};
  const int32_t rows = between(1, 4);
  arenite_fully_connected_s8(&layer, rows, input, outputs[0]);
  portable_fully_connected_s8(&layer, rows, input, outputs[1]);
}

int main(void) {
  void (*const kinds[])(void) = {conv, depthwise, fully_connected};
  uint32_t different = 0, empty = 0;
  for (uint32_t number = 0; number < LAYERS; number++) {
    fill();
    kinds[number % 3]();
    different += memcmp(outputs[0], outputs[1], sizeof outputs[0]) != 0;
    empty += outputs[0][0] == 0;
  }
  board_print("different ");
  board_print_number(different);
  board_print("\nempty ");
  board_print_number(empty);
  board_print("\n");
  return different != 0;
}
