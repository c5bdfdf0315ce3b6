#include "arenite_broadcast.h"

int arenite_walk_next(const arenite_broadcast_t *shape, arenite_walk_t *walk) {
  for (int axis = ARENITE_BROADCAST_RANK - 2; axis >= 0; axis--) {
    walk->first += shape->first[axis];
    walk->second += shape->second[axis];
    if (++walk->index[axis] < shape->count[axis]) {
      return 1;
    }
    walk->first -= shape->count[axis] * shape->first[axis];
    walk->second -= shape->count[axis] * shape->second[axis];
    walk->index[axis] = 0;
  }
  return 0;
}
