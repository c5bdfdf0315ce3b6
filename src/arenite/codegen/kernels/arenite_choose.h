/* SELECT_V2: writes values where a condition is true, with broadcasting. */

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape; /* the first input is the condition */
  int32_t width;             /* bytes of a value */
} arenite_choose_t;

/* Leaves the other values of the output as they are. */
void arenite_choose(const arenite_choose_t *layer, const uint8_t *condition, const void *input, void *output);
