#include "arenite_move.h"

#include <stddef.h>
#include <string.h>

void arenite_move(void *target, const void *source, int32_t bytes) { memmove(target, source, (size_t)bytes); }
