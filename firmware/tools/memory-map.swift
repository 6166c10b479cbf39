// Prints Sources/RegisterMaps as a C header, so that assembly and linker scripts read the same constants as Swift.
// Compiled on the host together with the sources of RegisterMaps.
@main
struct PrintMemoryMap {
  static func main() {
    let constants: [(String, UInt32)] = [
      ("TEST_DEVICE_BASE", MemoryMap.testDevice.base),
      ("RTC_BASE", MemoryMap.rtc.base),
      ("CLINT_BASE", MemoryMap.clint.base),
      ("PLIC_BASE", MemoryMap.plic.base),
      ("UART_BASE", MemoryMap.uart.base),
      ("RAM_BASE", MemoryMap.ramBase),
      ("PAYLOAD_BASE", MemoryMap.payloadBase),
      ("UART_LINE_STATUS", UARTRegisters.lineStatus),
      ("UART_HOLDING_EMPTY", UInt32(UARTRegisters.LineStatus.transmitterHoldingEmpty.rawValue)),
      ("UART_DATA_READY", UInt32(UARTRegisters.LineStatus.dataReady.rawValue)),
      ("UART_INTERRUPT_ENABLE", UARTRegisters.interruptEnable),
      ("UART_TRANSMITTER_EMPTY", UInt32(UARTRegisters.InterruptEnable.transmitterEmpty.rawValue)),
      ("UART_FIFO_CONTROL", UARTRegisters.fifoControl),
      ("UART_MODEM_CONTROL", UARTRegisters.modemControl),
      ("UART_LOOPBACK", UInt32(UARTRegisters.ModemControl.loopback.rawValue)),
      ("UART_INTERRUPT", MemoryMap.uartInterrupt),
      ("TEST_PASS", TestDeviceRegisters.pass),
      ("TEST_FAIL", TestDeviceRegisters.fail),
      ("TEST_RESET", TestDeviceRegisters.reset),
      ("BOOT_ROM_BASE", MemoryMap.bootROM.base),
      ("BOOT_ROM_SIZE", MemoryMap.bootROM.size),
      ("CLINT_SIZE", MemoryMap.clint.size),
      ("CLINT_TIME", CLINTRegisters.time),
      ("CLINT_TIME_COMPARE", CLINTRegisters.timeCompare),
      ("PLIC_SIZE", MemoryMap.plic.size),
      ("PLIC_ENABLE", PLICRegisters.enable),
      ("PLIC_THRESHOLD", PLICRegisters.threshold),
      ("PLIC_CLAIM", PLICRegisters.claim(context: 0)),
      ("VIRTIO_BASE", MemoryMap.virtio.base),
      ("VIRTIO_SIZE", MemoryMap.virtio.size &* MemoryMap.virtioSlots),
      ("SBI_HSM", SBIExtension.hartState.rawValue),
      ("SBI_TIMER", SBIExtension.timer.rawValue),
      ("SBI_RESET", SBIExtension.systemReset.rawValue),
      ("SBI_IPI", SBIExtension.interprocessorInterrupt.rawValue),
      ("SBI_FENCE", SBIExtension.remoteFence.rawValue),
      ("SBI_CONSOLE", SBIExtension.debugConsole.rawValue),
    ]
    print("/* Generated from Sources/RegisterMaps; do not edit. */")
    for (name, value) in constants {
      print("#define \(name) 0x\(String(value, radix: 16))")
    }
  }
}
