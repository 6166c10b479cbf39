#if os(Linux)
  import Monitor
  import SystemBus

  /// What a child finds open when it starts, besides the null device as standard input and output and a pipe for its
  /// last words as standard error.
  enum Inheritance {
    static let channel: CInt = 3
    static let area: CInt = 4
    static let ram: CInt = 5
    static let firstFile: CInt = 6

    /// The most files a guest can be made of.
    static let fileLimit = 64
  }

  /// Layout of the memory that a child shares with the monitor besides the guest's RAM.
  enum SharedArea {
    static let doorbell = 0
    /// A page of its own, so that the doorbell's line is not written for every byte of output.
    static let output = 4096
    static let size = output + SliceReport.outputLimit
  }
#endif
