/* Repeats one value. */

#include <stdint.h>

/* `count` copies of the `width` bytes at `value`. */
void arenite_fill(const void *value, int32_t width, int32_t count, void *output);
