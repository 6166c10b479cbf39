# Page tables in devices: the root in each device and in the boot ROM, then a root in RAM whose next level is there. Each
# step of the walk reads a device register, and setting A and D bits would write one.
#include "attack.h"
#include "page-tables.h"
    attack
    open_memory
    la   s9, table
    li   t5, 0x20000000                 # menvcfgh.ADUE
    csrw menvcfgh, t5
again:
    la   s1, pages
    la   s2, pages_end
device:
    lw   s3, 0(s1)
    slli s4, s3, 10
    mv   t0, s3
    use_table
    call touch_some
    la   s5, table_end                  # every entry: a next level in the device, or a page of it
    mv   s6, s9
1:  random
    ori  t0, s4, PTE_V
    andi t1, s10, 1
    beqz t1, 2f
    ori  t0, s4, PTE_V | PTE_RWX
2:  sw   t0, 0(s6)
    addi s6, s6, 4
    bltu s6, s5, 1b
    srli t0, s9, 12
    use_table
    call touch_some
    addi s1, s1, 4
    bltu s1, s2, device
    j    again

touch_some:
    li   s7, 64
3:  random
    andi s0, s10, -4
    touch_translated
    addi s7, s7, -1
    bnez s7, 3b
    ret

    .section .rodata
pages:
    .word BOOT_ROM_BASE >> 12, TEST_DEVICE_BASE >> 12, RTC_BASE >> 12
    .word UART_BASE >> 12, VIRTIO_BASE >> 12
    .word CLINT_BASE >> 12, (CLINT_BASE + 0x4000) >> 12, (CLINT_BASE + 0xB000) >> 12
    .word PLIC_BASE >> 12, (PLIC_BASE + 0x1000) >> 12, (PLIC_BASE + PLIC_THRESHOLD) >> 12
pages_end:
