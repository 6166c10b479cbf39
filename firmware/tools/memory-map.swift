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
      ("TEST_PASS", TestDeviceRegisters.pass),
    ]
    print("/* Generated from Sources/RegisterMaps; do not edit. */")
    for (name, value) in constants {
      print("#define \(name) 0x\(String(value, radix: 16))")
    }
  }
}
