/* Runs the stored example of an exported model, then counts the instructions of one inference. */
#include "board.h"
#include "model.h"

int model_test(void); /* in model_test.c; 0 where the outputs are those that are stored */

static void report(const char *what, uint32_t number) {
  board_print(what);
  board_print(" ");
  board_print_number(number);
  board_print("\n");
}

int main(void) {
  const int differences = model_test();
  report("differences", (uint32_t)differences);
  board_count_from_here();
#ifdef MODEL_INPUT_0_ROWS
  if (model_invoke(0) != 0) return 1; /* model_test.c is the camera: it hands over the rows of its stored image */
#else
  model_invoke();
#endif
  report("instructions", board_instructions());
  report("stack", board_stack_used());
  return differences != 0;
}
