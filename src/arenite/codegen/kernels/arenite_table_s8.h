/* A function of one int8 value, from a table: activations, and changes of scale. */

#include <stdint.h>

/* `table[x + 128]` is the result for x. The output may lie exactly on the input. */
void arenite_table_s8(const int8_t *table, int32_t length, const int8_t *input, int8_t *output);
