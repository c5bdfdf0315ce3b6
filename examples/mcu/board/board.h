/* An emulated Arm MPS2 board: a console and an exit through semihosting, a count of instructions. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define EXIT_FAULT 99
#define STACK_UNUSED 0xA5A5A5A5u /* what the start-up fills the stack with */

void board_print(const char *text);
void board_print_number(uint32_t number);

/* Ends the emulator with this exit code. */
void board_exit(int code);

/* Bytes of stack that were in use at the deepest. */
uint32_t board_stack_used(void);

/* Starts counting; the counter ends after about 2,700 million instructions. */
void board_count_from_here(void);

/* Instructions since then, to a multiple of 0.625; needs QEMU's -icount shift=6. */
uint32_t board_instructions(void);

#endif
