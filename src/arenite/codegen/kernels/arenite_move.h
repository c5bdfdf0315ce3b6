/* Moves a tensor that is still needed to another place in the arena, between two operators. */

#include <stdint.h>

/* The two places may have common bytes. */
void arenite_move(void *target, const void *source, int32_t bytes);
