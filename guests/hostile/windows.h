/* Every device's window: first address and length. The test device comes first; a store of its command words ends the
 * machine, so attacks store others there. */
    .section .rodata
windows:
    .word TEST_DEVICE_BASE, 0x1000
    .word RTC_BASE, 0x1000
    .word UART_BASE, 0x100
    .word VIRTIO_BASE, VIRTIO_SIZE
    .word CLINT_BASE, CLINT_SIZE
    .word PLIC_BASE, 0x4000             # priorities, pending and enable bits
    .word PLIC_BASE + PLIC_THRESHOLD, 0x10000
    .word PLIC_BASE, PLIC_SIZE          # with all that is not there
windows_end:
    .section .text.start
