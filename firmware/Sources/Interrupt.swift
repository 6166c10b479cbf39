// IPI (SBI 2.0, section 7): a software interrupt for other harts.

import Synchronization

func callInterrupt(_ arguments: CallArguments) -> CallResult {
  guard arguments.function == 0 else { return .failure(.notSupported) }
  guard let harts = HartMask(arguments.a0, base: arguments.a1) else { return .failure(.invalidParameter) }
  sendInterrupt(harts)
  return .success()
}

func sendInterrupt(_ harts: HartMask) {
  harts.forEachRunning { hart in
    record(of: hart).pointee.events.bitwiseOr(HartEvent.interrupt, ordering: .releasing)
    ringDoorbell(of: hart)
  }
}
