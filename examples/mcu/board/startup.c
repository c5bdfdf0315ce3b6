/* What runs before main on a bare Cortex-M with FPU and MPU: the vector table, the FPU, a guard, the data. */
#include <stdint.h>

#include "board.h"

#define CPACR (*(volatile uint32_t *)0xE000ED88u) /* coprocessor access control */
#define FPU_FULL_ACCESS (0xFu << 20)
#define MPU_CONTROL (*(volatile uint32_t *)0xE000ED94u)
#define MPU_BASE (*(volatile uint32_t *)0xE000ED9Cu)
#define MPU_ATTRIBUTES (*(volatile uint32_t *)0xE000EDA0u)
#define MPU_ON_OVER_DEFAULT_MAP 5u
#define BASE_AND_REGION_0 0x10u
#define GUARD_BYTES 0x8000u
#define NO_ACCESS_32_KB ((1u << 28) | (14u << 1) | 1u)

extern uint32_t stack_bottom[], stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void reset(void);
static void fault(void);

typedef struct {
  uint32_t *stack;
  void (*handlers[15])(void);
} vectors_t;

__attribute__((section(".vectors"), used)) static const vectors_t vectors = {
    stack_top, {reset, fault, fault, fault, fault, fault}};

void reset(void) {
  CPACR |= FPU_FULL_ACCESS;
  /* The stack is first in RAM; the emulator ignores what is written below, so that has to be forbidden. */
  MPU_BASE = ((uint32_t)stack_bottom - GUARD_BYTES) | BASE_AND_REGION_0;
  MPU_ATTRIBUTES = NO_ACCESS_32_KB;
  MPU_CONTROL = MPU_ON_OVER_DEFAULT_MAP;
  __asm volatile("dsb\n isb" ::: "memory");
  const uint32_t *from = data_load;
  for (uint32_t *to = data_start; to < data_end; to++) *to = *from++;
  for (uint32_t *to = bss_start; to < bss_end; to++) *to = 0;
  /* Up to where this function's own frame may be. */
  for (uint32_t *to = stack_bottom; to < (uint32_t *)__builtin_frame_address(0) - 16; to++) *to = STACK_UNUSED;
  board_exit(main());
}

uint32_t board_stack_used(void) {
  const uint32_t *deepest = stack_bottom;
  while (deepest < stack_top && *deepest == STACK_UNUSED) deepest++;
  return (uint32_t)((const char *)stack_top - (const char *)deepest);
}

static void fault(void) {
  /* The stack may be what failed: take a fresh one for the message. */
  __asm volatile("msr msp, %0" ::"r"(stack_top) : "memory");
  board_print("FAULT\n");
  board_exit(EXIT_FAULT);
}
