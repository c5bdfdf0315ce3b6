/* SPDX-License-Identifier: Apache-2.0
 * Which events come just before others; as `Events` finds them in solve/core/orders/events.py. */
#ifndef ARENITE_CORE_EVENTS_H
#define ARENITE_CORE_EVENTS_H

#include "space.h"

/* Fills `covers` and `covered` of a space from closures and tops. False, with an exception set, where memory ran out. */
bool events_cover(space *result);

#endif
