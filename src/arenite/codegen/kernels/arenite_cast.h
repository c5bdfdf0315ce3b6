/* CAST between numbers of any two types: floats are cut toward zero, integers keep their lowest bytes. */

#include <stdint.h>

/* Kinds of numbers: 1, 2, 4 and 8 are signed integers of so many bytes, their negatives unsigned ones, 0 is float and
 * 16 bool. Walks from the first value to the last. */
void arenite_cast(int32_t from, int32_t to, int32_t length, const void *input, void *output);
