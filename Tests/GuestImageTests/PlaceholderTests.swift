import Testing

@testable import GuestImage
