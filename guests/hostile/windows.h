/* Every device's window: first address and length. The test device comes first; a store of its command words ends the
 * machine, so attacks store others there. */
    .section .rodata
windows:
    .word TEST_DEVICE_BASE, 0x1000
    .word RTC_BASE, 0x1000
    .word UART_BASE, 0x100
    .word VIRTIO_BASE, VIRTIO_SIZE
    .word CLINT_BASE, CLINT_SIZE
    .word PLIC_BASE, PLIC_SIZE
windows_end:
    .section .text.start
