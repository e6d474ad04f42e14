// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Saltus",
  products: [
    .library(name: "Saltus", targets: ["Autograd", "Backbone", "Consistency"]),
    .library(name: "SaltusEnvironments", targets: ["Environments", "PushTEnv"]),
  ],
  targets: [
    // Sources: the engine, the shared backbone and the consistency methods.
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "CAllocationCounter", path: "Sources/CAllocationCounter"),
    .target(name: "Autograd", dependencies: ["CKernels"]),
    .target(name: "Backbone", dependencies: ["Autograd"]),
    .target(name: "Consistency", dependencies: ["Autograd", "Backbone"]),

    // Envs: simulated worlds; they import system libraries only.
    .systemLibrary(name: "CChipmunk", path: "Envs/CChipmunk", providers: [.apt(["chipmunk-dev"])]),
    .systemLibrary(name: "CCairo", path: "Envs/CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CGif", path: "Envs/CGif", providers: [.apt(["libgif-dev"])]),
    .target(name: "Environments", dependencies: ["CCairo", "CGif"], path: "Envs/Environments"),
    .target(name: "PushTEnv", dependencies: ["CChipmunk", "Environments"], path: "Envs/PushT"),

    .testTarget(name: "AutogradTests", dependencies: ["Autograd", "CKernels", "CAllocationCounter"]),
    .testTarget(name: "BackboneTests", dependencies: ["Backbone"]),
    .testTarget(name: "EnvironmentsTests", dependencies: ["Environments"]),
    .testTarget(name: "PushTEnvTests", dependencies: ["Environments", "PushTEnv"]),
  ],
  swiftLanguageModes: [.v6]
)
