// swift-tools-version: 6.2
import PackageDescription

/// Every module, lowest layer first. `imports` lists what a module may import: always modules that stand above it in
/// this list. `make check` fails on any import that this list does not grant.
struct Module {
  let name: String
  let imports: [String]
  var products: [Target.Dependency] = []
  var hasTests = true
  /// What its tests use beyond it and its own imports.
  var testImports: [String] = []
}

/// Libraries of the host, which tests have no use for.
let hostLibraries = ["CLibelf", "CLibyaml", "CSeccomp", "CXXHash"]

/// Warnings are errors in every build, so that none can hide in a module that was not compiled again.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let modules: [Module] = [
  Module(name: "PlainText", imports: []),
  Module(name: "ISA", imports: []),
  Module(name: "RegisterMaps", imports: [], hasTests: false),
  Module(name: "DeviceTree", imports: []),
  Module(name: "SystemBus", imports: ["CHost", "ISA", "DeviceTree"]),
  Module(name: "HartEngine", imports: ["ISA", "SystemBus"], testImports: ["DeviceTree", "ConformanceKit"]),
  Module(
    name: "Translator", imports: ["CHost", "ISA", "SystemBus", "HartEngine"], testImports: ["ConformanceKit"]),
  Module(name: "Peripherals", imports: ["ISA", "RegisterMaps", "DeviceTree", "SystemBus"]),
  Module(name: "GuestImage", imports: ["CLibelf"]),
  Module(
    name: "Boards",
    imports: [
      "ISA", "RegisterMaps", "DeviceTree", "SystemBus", "HartEngine", "Translator", "Peripherals", "GuestImage",
    ],
    testImports: ["ConformanceKit"]),
  Module(
    name: "Diagnosis",
    imports: ["ISA", "RegisterMaps", "SystemBus", "HartEngine", "Peripherals", "GuestImage", "Boards"],
    testImports: ["ConformanceKit"]),
  Module(
    name: "Snapshots", imports: ["CXXHash", "SystemBus", "GuestImage", "Boards"],
    testImports: ["ISA", "RegisterMaps", "HartEngine", "Peripherals", "ConformanceKit"]),
  Module(
    name: "YAMLReading", imports: ["CLibyaml", "PlainText", "ISA", "HartEngine", "GuestImage", "Boards"],
    products: [.product(name: "Yams", package: "Yams")], hasTests: false),
  Module(
    name: "Monitor",
    imports: [
      "CHost", "PlainText", "ISA", "SystemBus", "HartEngine", "Peripherals", "GuestImage", "Boards", "Snapshots",
    ]),
  Module(name: "Fleet", imports: ["PlainText", "Boards", "YAMLReading", "Monitor"]),
  Module(
    name: "Sandbox",
    imports: [
      "CHost", "CSeccomp", "ISA", "DeviceTree", "SystemBus", "HartEngine", "Peripherals", "GuestImage", "Boards",
      "Snapshots", "Monitor",
    ]),
  Module(
    name: "Harness",
    imports: ["ISA", "SystemBus", "HartEngine", "Peripherals", "GuestImage", "Boards", "Diagnosis", "Snapshots"]),
  Module(name: "RoostTesting", imports: ["SystemBus", "HartEngine", "Boards", "Harness"]),
  Module(
    name: "Scenarios",
    imports: [
      "PlainText", "ISA", "SystemBus", "HartEngine", "GuestImage", "Boards", "YAMLReading", "Monitor", "Diagnosis",
      "Snapshots", "Harness",
    ]),
  Module(name: "Control", imports: ["CHost", "PlainText", "SystemBus", "Boards", "Snapshots", "Monitor"]),
  Module(
    name: "Commands",
    imports: [
      "CHost", "PlainText", "ISA", "RegisterMaps", "DeviceTree", "SystemBus", "HartEngine", "Translator",
      "Peripherals", "GuestImage", "Boards", "Diagnosis", "Snapshots", "YAMLReading", "Monitor", "Fleet", "Sandbox",
      "Harness",
      "Scenarios", "Control",
    ],
    products: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
]

/// A module as a dependency: libseccomp is for Linux, where there is seccomp.
func dependency(on name: String) -> Target.Dependency {
  name == "CSeccomp" ? .target(name: name, condition: .when(platforms: [.linux])) : .init(stringLiteral: name)
}

let package = Package(
  name: "roost",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "roost", targets: ["roost"]),
    // For tests of kernels, in Swift.
    .library(name: "RoostTesting", targets: ["RoostTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CLibelf", pkgConfig: "libelf", providers: [.apt(["libelf-dev"]), .brew(["libelf"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    // A setting of the libyaml inside of Yams that Yams does not offer.
    .systemLibrary(name: "CLibyaml"),
    .target(name: "CHost"),
    // Linked statically where that is possible: a process then starts faster and keeps less resident.
    .executableTarget(
      name: "roost", dependencies: ["Commands"], exclude: ["sections.ld"], swiftSettings: strict,
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-executable", "-use-ld=lld", "-l_FoundationCShims", "-l_FoundationCollections", "-lCoreFoundation",
            "-l_FoundationICU", "-lswiftSynchronization", "-lz", "-Xlinker", "--gc-sections", "-Xlinker", "-T",
            "-Xlinker", Context.packageDirectory + "/Sources/roost/sections.ld",
          ], .when(platforms: [.linux]))
      ]),
    // Development tools: they may use Foundation, and nothing depends on them.
    .executableTarget(
      name: "bench", dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Benchmarks/Sources", swiftSettings: strict),
    .executableTarget(
      name: "monitor-bench",
      dependencies: [
        "SystemBus", "HartEngine", "Peripherals", "Boards", "Snapshots", "Monitor", "Sandbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Monitor", swiftSettings: strict),
    // Runs that must be alike, while the host is busy.
    .executableTarget(
      name: "determinism",
      dependencies: [
        "SystemBus", "Peripherals", "Boards", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Determinism", swiftSettings: strict),
    .target(
      name: "ConformanceKit",
      dependencies: ["ISA", "RegisterMaps", "SystemBus", "HartEngine", "Peripherals", "Boards"],
      path: "Tests/ConformanceKit", swiftSettings: strict),
    .executableTarget(
      name: "conformance",
      dependencies: ["ConformanceKit", "ISA", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/Conformance", swiftSettings: strict),
    // Two engines that must agree.
    .executableTarget(
      name: "lockstep",
      dependencies: [
        "ConformanceKit", "SystemBus", "HartEngine", "Peripherals", "Boards",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Lockstep", swiftSettings: strict),
    .testTarget(
      name: "ConformanceTests", dependencies: ["ConformanceKit", "ISA", "HartEngine"], exclude: ["Fixtures"],
      swiftSettings: strict),
    // The monitor under attack: each guest of the zoo beside a victim.
    .testTarget(
      name: "IsolationTests", dependencies: ["SystemBus", "Peripherals", "Boards", "Monitor", "Sandbox"],
      swiftSettings: strict),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "ConformanceKit", "ISA", "RegisterMaps", "DeviceTree", "SystemBus", "HartEngine", "Peripherals", "GuestImage",
        "Boards",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
  ]
    + modules.map { module in
      .target(
        name: module.name, dependencies: module.imports.map(dependency(on:)) + module.products,
        swiftSettings: strict)
    }
    + modules.filter(\.hasTests).map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: ([module.name] + module.imports.filter { !hostLibraries.contains($0) } + module.testImports)
          .map(dependency(on:)),
        swiftSettings: strict)
    }
)
