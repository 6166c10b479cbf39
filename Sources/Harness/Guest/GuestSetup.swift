import Boards
import Diagnosis
import GuestImage
import Synchronization

/// A guest to test, as it is written down: what its machine is made of and what it boots.
public struct GuestSetup: Equatable, Sendable {
  public var name: String
  /// Its clock is a virtual one, whatever it says.
  public var machine = MachineDescription()
  public var boot: BootDescription
  /// Files with more symbols than the kernel's own, such as the `vmlinux` of an `Image`.
  public var symbols: [String] = []

  public init(name: String, boot: BootDescription) {
    self.name = name
    self.boot = boot
  }
}

/// The files of a guest, read and checked; guests that are the same share them.
public final class GuestFiles: Sendable {
  public let setup: GuestSetup
  public let configuration: MachineConfiguration
  public let images: BootImages
  /// Images that are there for their symbols alone.
  private let symbolImages: [ImageFile]
  private let symbolMap = Mutex<SymbolMap?>(nil)

  /// - Parameter reader: where the bytes of a file come from.
  public init(_ setup: GuestSetup, reader: FileReader = .host) throws(HarnessError) {
    self.setup = setup
    do throws(DescriptionError) {
      var machine = setup.machine
      machine.clock = .virtual
      configuration = try machine.configuration()
    } catch {
      throw .machine(guest: setup.name, error)
    }
    do throws(BootError) {
      images = try BootImages(setup.boot, reader: reader)
    } catch {
      throw .boot(guest: setup.name, error)
    }
    do throws(ImageError) {
      symbolImages = try setup.symbols.map { path throws(ImageError) in try reader.load(path) }
    } catch {
      throw .boot(guest: setup.name, .image(error))
    }
  }

  /// The names of the addresses of a guest with these files, read when they are first asked for.
  func symbols(for machine: VirtMachine) -> SymbolMap {
    symbolMap.withLock { known in
      if let known { return known }
      var map = SymbolMap()
      if let plan = try? images.plan(for: machine) { map = SymbolMap(images, under: plan) }
      for image in symbolImages { map.add(image) }
      known = map
      return map
    }
  }
}
