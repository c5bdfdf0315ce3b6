/* BROADCAST_ARGS of $VALUES shapes: the shape to which both can be broadcast. */

#include <stdint.h>

/* `longer` has `further` dimensions before those that it shares with `shorter`. */
void arenite_$KERNEL(
    int32_t further, int32_t shared, const $ELEMENT *longer, const $ELEMENT *shorter, $ELEMENT *output);
