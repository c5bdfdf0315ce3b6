/* $OPERATOR of $VALUES values$NOTE: the first position of the $BEST. */

#include <stdint.h>

/* `length` values, `inner` elements apart, for each of `outer` * `inner` results. */
void arenite_$KERNEL(
    int32_t outer, int32_t length, int32_t inner, const $ELEMENT *input, $INDEX *output);
