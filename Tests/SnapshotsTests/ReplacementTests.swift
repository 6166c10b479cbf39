import Boards
import Snapshots
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How files take the place of others.
@Suite struct ReplacementTests {
  private let folder: TestFolder
  private let guest: SavedGuest

  init() throws {
    folder = try TestFolder()
    guest = SavedGuest(try machine { $0.mixture() }.snapshot())
  }

  private func failure(_ path: String) -> String? {
    do throws(SnapshotFileError) {
      try SnapshotFile.write(guest, to: path)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func anOldFileIsReplacedAndNothingElseIsLeft() throws {
    try write([1, 2, 3], to: folder.file("old"))
    #expect(failure(folder.file("old")) == nil)
    #expect(folder.names == ["old"])
    #expect(refusal(of: folder.file("old")) == nil)
  }

  @Test func onlyItsOwnerCanReadIt() throws {
    #expect(failure(folder.file("new")) == nil)
    var status = stat()
    #expect(stat(folder.file("new"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func whatIsNoFileIsNotReplaced() throws {
    #expect(failure(folder.path)?.contains("no regular file") == true)
    #expect(failure("/dev/full")?.contains("no regular file") == true)
    #expect(failure(folder.file("absent/guest"))?.contains("cannot be created: No such file") == true)
    #expect(failure("") != nil)
    #expect(folder.names == [])
  }
}
