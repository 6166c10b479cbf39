#if os(Linux)
  import Glibc

  /// A descriptor that is closed when nobody uses it any more.
  final class OpenDescriptor {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    deinit { _ = close(number) }
  }
#endif
