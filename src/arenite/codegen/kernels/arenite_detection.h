/* TFLite_Detection_PostProcess: boxes from anchors, of which those are kept that score best and do not overlap. */

#include <stdint.h>

typedef struct {
  int32_t boxes;
  int32_t numbers;     /* of a box: y, x, height and width, and maybe others */
  int32_t columns;     /* scores of a box */
  int32_t first_class; /* column of class 0 */
  int32_t classes;
  int32_t regular;      /* 1: boxes compete within each class; 0: each box has its best class only, and all compete */
  int32_t most_of_pass; /* boxes kept of a class, or of all */
  int32_t most;         /* boxes kept */
  float least_score, most_overlap;
  float y_scale, x_scale, height_scale, width_scale;
} arenite_detection_t;

/* `candidates` [boxes] is scratch. The outputs have `most` places, in order of the scores; those left over become 0. */
void arenite_detection(const arenite_detection_t *layer, const float *encodings, const float *scores,
                       const float *anchors, float *candidates, float *boxes, float *classes, float *best,
                       float *count);
