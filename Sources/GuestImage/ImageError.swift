/// Why a file cannot be loaded or placed. Each case is one line for the person who gave the file.
public enum ImageError: Error, Equatable, Sendable {
  // The host's file.
  case cannotRead(file: String, reason: String)
  case notARegularFile(file: String, kind: String)
  case empty(file: String)
  case tooLarge(file: String, size: UInt64, limit: UInt64)
  case changedWhileRead(file: String)

  // What it holds.
  case notBootable(file: String, kind: FileKind)
  case notFirmware(file: String)
  case truncated(file: String, what: String, size: UInt64, needed: UInt64)
  case wrongMachine(file: String, machine: UInt16)
  case wrongClass(file: String)
  case wrongByteOrder(file: String)
  case wrongType(file: String, type: UInt16)
  case needsInterpreter(file: String)
  case nothingToLoad(file: String)
  case entryOutsideCode(file: String, entry: UInt32)
  case badField(file: String, field: String, value: String, expected: String)
  case libelf(file: String, action: String, words: String)

  // How the user said where it goes.
  case badAddress(argument: String, address: String)
  case addressMissing(file: String, kind: FileKind)
  case addressNotAllowed(file: String, address: UInt32)
  case misplacedKernel(file: String, address: UInt32)
  case badArguments(reason: String)

  // Where it would be in RAM.
  case outsideRAM(name: String, range: Range<UInt64>, ram: Range<UInt64>)
  case overlap(name: String, range: Range<UInt64>, other: String, otherRange: Range<UInt64>)
  case overlapsFirmware(name: String, range: Range<UInt64>, firmware: Range<UInt64>)
  case doesNotFit(name: String, size: UInt64, largestGap: UInt64, ram: Range<UInt64>)
}

extension ImageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason): "\(file): cannot be read: \(reason)"
    case .notARegularFile(let file, let kind): "\(file): is \(kind); give a regular file"
    case .empty(let file): "\(file): is empty (0 bytes); give a kernel, an initrd or another image"
    case .tooLarge(let file, let bytes, let limit):
      "\(file): is \(size(bytes)) long; at most \(size(limit)) can be loaded here"
    case .changedWhileRead(let file): "\(file): became shorter while it was read; try again when it is complete"

    case .notBootable(let file, let kind):
      "\(file): \(kind.title) cannot be booted\(kind.advice.map { "; " + $0 } ?? "")"
    case .notFirmware(let file): "\(file): a Linux Image is no firmware; give it as the kernel"
    case .truncated(let file, let what, let bytes, let needed):
      "\(file): truncated: \(what) needs \(needed) bytes of file, but there are \(bytes); copy or build the file again"
    case .wrongMachine(let file, let machine):
      "\(file): ELF for \(Self.machineName(machine)) (e_machine \(machine)); Roost runs 32-bit RISC-V guests "
        + "(e_machine 243): build for riscv32"
    case .wrongClass(let file):
      "\(file): 64-bit ELF (ELFCLASS64); Roost runs 32-bit RISC-V guests (ELFCLASS32): build for rv32"
    case .wrongByteOrder(let file):
      "\(file): big-endian ELF (ELFDATA2MSB); Roost runs little-endian guests (ELFDATA2LSB): build for little-endian"
    case .wrongType(let file, let type):
      "\(file): \(Self.typeName(type)) (e_type \(type)), expected an executable (ET_EXEC, 2): link it first"
    case .needsInterpreter(let file):
      "\(file): dynamically linked program (PT_INTERP), which needs an operating system; give a kernel, or link a "
        + "bare-metal program with -static -nostdlib"
    case .nothingToLoad(let file): "\(file): ELF without a loadable segment (PT_LOAD); link it into an executable"
    case .entryOutsideCode(let file, let entry):
      "\(file): e_entry \(hex(entry)) lies in no executable segment; define _start or name the entry with ENTRY()"
    case .badField(let file, let field, let value, let expected): "\(file): \(field) is \(value), expected \(expected)"
    case .libelf(let file, let action, let words): "\(file): damaged ELF: \(action): \(words)"

    case .badAddress(let argument, let address):
      "\(argument): '\(address)' is no address; write FILE@ADDRESS with a 32-bit number such as 0x80400000"
    case .addressMissing(let file, let kind):
      "\(file): a \(kind.title) does not say where it goes; write \(file)@ADDRESS"
    case .addressNotAllowed(let file, let address):
      "\(file): an ELF has its own addresses; leave @\(hex(address)) out"
    case .misplacedKernel(let file, let address):
      "\(file): a 32-bit Linux Image cannot run at \(hex(address)), expected a multiple of 4 MiB; leave @ADDRESS out"
    case .badArguments(let reason): "kernel arguments: \(reason)"

    case .outsideRAM(let name, let range, let ram):
      "\(name): \(addresses(range)) lies outside RAM, "
        + "\(addresses(ram)); \(Self.remedy(range, ram))"
    case .overlap(let name, let range, let other, let otherRange):
      "\(name): \(addresses(range)) overlaps \(other), \(addresses(otherRange)); move one of them"
    case .overlapsFirmware(let name, let range, let firmware):
      "\(name): \(addresses(range)) overlaps the firmware, \(addresses(firmware)); link it above, or use "
        + "--firmware none to start it in M-mode"
    case .doesNotFit(let name, let bytes, let largestGap, let ram):
      "\(name): \(size(bytes)) do not fit: the largest free space is \(size(largestGap)) of \(size(UInt64(ram.count))) "
        + "RAM; give more --memory"
    }
  }

  private static func remedy(_ range: Range<UInt64>, _ ram: Range<UInt64>) -> String {
    guard range.lowerBound >= ram.lowerBound, range.upperBound <= 1 << 32 else {
      return "link or load it inside"
    }
    let megabytes = (range.upperBound - ram.lowerBound + 0xF_FFFF) >> 20
    return "give at least --memory \(megabytes)M or link it lower"
  }

  private static func machineName(_ machine: UInt16) -> String {
    let names: [UInt16: String] = [
      2: "SPARC", 3: "x86", 4: "m68k", 8: "MIPS", 20: "PowerPC", 21: "64-bit PowerPC", 22: "S/390", 40: "ARM",
      43: "64-bit SPARC", 62: "x86-64", 83: "AVR", 94: "Xtensa", 183: "64-bit ARM", 247: "BPF", 258: "LoongArch",
    ]
    return names[machine] ?? "another machine"
  }

  private static func typeName(_ type: UInt16) -> String {
    switch type {
    case 1: "relocatable object (ET_REL)"
    case 4: "core dump (ET_CORE)"
    default: "ELF of unknown type"
    }
  }
}
