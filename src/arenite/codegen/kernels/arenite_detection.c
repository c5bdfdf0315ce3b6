#include "arenite_detection.h"

#include <stddef.h>
#include <string.h>

#include "arenite_exp.h"

#define GONE (-3.402823466e+38f) /* the score of what is no candidate any more */

typedef struct {
  float top, left, bottom, right;
} corners_t;

static float larger(float a, float b) {
  return a > b ? a : b;
}

static float smaller(float a, float b) {
  return a < b ? a : b;
}

static corners_t corners(const arenite_detection_t *layer, const float *encodings, const float *anchors, int32_t box) {
  const float *code = encodings + box * layer->numbers;
  const float *anchor = anchors + box * 4;
  const float y = (float)((double)code[0] / (double)layer->y_scale * (double)anchor[2] + (double)anchor[0]);
  const float x = (float)((double)code[1] / (double)layer->x_scale * (double)anchor[3] + (double)anchor[1]);
  const float half_height = 0.5f * arenite_exp(code[2] / layer->height_scale) * anchor[2];
  const float half_width = 0.5f * arenite_exp(code[3] / layer->width_scale) * anchor[3];
  const corners_t found = {y - half_height, x - half_width, y + half_height, x + half_width};
  return found;
}

/* The area that two boxes have in common, as a part of what they cover together. */
static float overlap(corners_t a, corners_t b) {
  const float area_a = (a.bottom - a.top) * (a.right - a.left);
  const float area_b = (b.bottom - b.top) * (b.right - b.left);
  if (area_a <= 0.0f || area_b <= 0.0f) {
    return 0.0f;
  }
  const float height = larger(smaller(a.bottom, b.bottom) - larger(a.top, b.top), 0.0f);
  const float width = larger(smaller(a.right, b.right) - larger(a.left, b.left), 0.0f);
  const float common = height * width;
  return common / (area_a + area_b - common);
}

/* The class of a box in a pass: that of the pass, or the first of those with the best score. */
static int32_t class_of(const arenite_detection_t *layer, const float *row, int32_t pass) {
  int32_t found = pass;
  for (int32_t i = 1; i < layer->classes && !layer->regular; i++) {
    found = row[i] > row[found] ? i : found;
  }
  return found;
}

/* The first candidate with the best score; -1 if there is none. */
static int32_t best_of(const float *candidates, int32_t boxes) {
  int32_t found = -1;
  for (int32_t i = 0; i < boxes; i++) {
    if (candidates[i] > (found < 0 ? GONE : candidates[found])) {
      found = i;
    }
  }
  return found;
}

void arenite_detection(const arenite_detection_t *layer, const float *encodings, const float *scores,
                       const float *anchors, float *candidates, float *boxes, float *classes, float *best,
                       float *count) {
  const float *rows = scores + layer->first_class;
  int32_t found = 0;
  memset(boxes, 0, (size_t)layer->most * sizeof(corners_t));
  memset(classes, 0, (size_t)layer->most * sizeof *classes);
  memset(best, 0, (size_t)layer->most * sizeof *best);
  for (int32_t pass = 0; pass < (layer->regular ? layer->classes : 1); pass++) {
    for (int32_t i = 0; i < layer->boxes; i++) {
      const float *row = rows + i * layer->columns;
      const float score = row[class_of(layer, row, pass)];
      candidates[i] = score >= layer->least_score ? score : GONE;
    }
    for (int32_t taken = 0; taken < layer->most_of_pass; taken++) {
      const int32_t box = best_of(candidates, layer->boxes);
      if (box < 0) {
        break;
      }
      const corners_t place = corners(layer, encodings, anchors, box);
      const float score = candidates[box];
      int32_t slot = found;
      while (slot > 0 && best[slot - 1] < score) {
        slot--;
      }
      if (slot < layer->most) {
        found += found < layer->most ? 1 : 0;
        for (int32_t i = found - 1; i > slot; i--) {
          memcpy(boxes + i * 4, boxes + (i - 1) * 4, sizeof place);
          classes[i] = classes[i - 1];
          best[i] = best[i - 1];
        }
        memcpy(boxes + slot * 4, &place, sizeof place);
        classes[slot] = (float)class_of(layer, rows + box * layer->columns, pass);
        best[slot] = score;
      }
      candidates[box] = GONE;
      for (int32_t i = 0; i < layer->boxes; i++) {
        if (candidates[i] > GONE && overlap(place, corners(layer, encodings, anchors, i)) > layer->most_overlap) {
          candidates[i] = GONE;
        }
      }
    }
  }
  *count = (float)found;
}
