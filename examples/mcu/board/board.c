#include "board.h"

/* Semihosting: the debugger, here the emulator, does what r0 asks for (Arm's "Semihosting for AArch32 and AArch64"). */
#define SYS_WRITE0 0x04
#define SYS_EXIT_EXTENDED 0x20
#define APPLICATION_EXIT 0x20026u

/* TIMER0 of the CMSDK counts down at 25 MHz of the emulator's virtual time. */
#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008u)
#define TICK_NANOSECONDS 40u
#define INSTRUCTION_NANOSECONDS 64u /* 1 << 6, as told to the emulator with -icount shift=6 */

static void semihosting(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm("r0") = operation;
  register const void *r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void board_print(const char *text) { semihosting(SYS_WRITE0, text); }

void board_print_number(uint32_t number) {
  char text[11];
  char *first = text + sizeof text;
  *--first = '\0';
  do {
    *--first = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  board_print(first);
}

void board_exit(int code) {
  const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)code};
  semihosting(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

void board_count_from_here(void) {
  TIMER_CONTROL = 0;
  TIMER_RELOAD = 0xFFFFFFFFu;
  TIMER_VALUE = 0xFFFFFFFFu;
  TIMER_CONTROL = 1;
}

uint32_t board_instructions(void) {
  const uint32_t ticks = 0xFFFFFFFFu - TIMER_VALUE;
  return (uint32_t)((uint64_t)ticks * TICK_NANOSECONDS / INSTRUCTION_NANOSECONDS);
}
