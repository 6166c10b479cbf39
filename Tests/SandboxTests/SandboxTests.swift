import Testing

/// One test at a time: they count processes and measure time.
@Suite(.serialized) struct SandboxTests {}
