// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "LinuxTests",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "roost", path: "../..")],
  targets: [
    .testTarget(name: "LinuxTests", dependencies: [.product(name: "RoostTesting", package: "roost")])
  ]
)
