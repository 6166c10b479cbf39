import GuestImage
import Harness
import Synchronization

/// The files of guests. Each is read once, whatever becomes of it on disk meanwhile, and all guests share its bytes.
final class GuestLibrary: Sendable {
  private struct Content {
    var bytes: [UInt8]
    /// Once somebody has asked for it.
    var digest: String?
  }

  /// Setups whose files stay checked although no guest may need them.
  private static let setupLimit = 32

  /// The one that was used last comes last.
  private let known = Mutex<[(setup: GuestSetup, files: GuestFiles)]>([])
  /// By path.
  private let contents = Mutex<[String: Content]>([:])

  func files(of setup: GuestSetup) throws(HarnessError) -> GuestFiles {
    let result = known.withLock { known -> Result<GuestFiles, HarnessError> in
      if let index = known.firstIndex(where: { $0.setup == setup }) {
        let found = known.remove(at: index)
        known.append(found)
        return .success(found.files)
      }
      do throws(HarnessError) {
        let files = try GuestFiles(setup, reader: FileReader(read))
        if known.count >= Self.setupLimit { known.removeFirst() }
        known.append((setup, files))
        return .success(files)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// A hash of a file as guests have it; nil if it cannot be read.
  func digest(of path: String) -> String? {
    guard let bytes = try? read(path, ImageFile.defaultLimit) else { return nil }
    return contents.withLock { contents -> String in
      if let known = contents[path]?.digest { return known }
      var hash = ContentHash()
      hash.add(bytes)
      contents[path]?.digest = hash.text
      return hash.text
    }
  }

  private func read(_ path: String, _ limit: UInt64) throws(ImageError) -> [UInt8] {
    let result = contents.withLock { contents -> Result<[UInt8], ImageError> in
      if let known = contents[path] {
        let size = UInt64(known.bytes.count)
        return size <= limit ? .success(known.bytes) : .failure(.tooLarge(file: path, size: size, limit: limit))
      }
      do throws(ImageError) {
        let bytes = Array(try FileReader.host.loadVerbatim(path, limit: limit).bytes)
        contents[path] = Content(bytes: bytes)
        return .success(bytes)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
