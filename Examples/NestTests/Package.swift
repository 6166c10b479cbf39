// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "NestTests",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "roost", path: "../..")],
  targets: [
    .testTarget(name: "NestTests", dependencies: [.product(name: "RoostTesting", package: "roost")])
  ]
)
