// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "Saltus",
  products: [
    .executable(name: "saltus", targets: ["saltus"]),
    .library(name: "Saltus", targets: ["Adapters", "Autograd", "Backbone", "Consistency", "Checkpoints"]),
    .library(name: "SaltusPolicy", targets: ["PolicyHead", "PolicyTraining", "Training", "Datasets", "Reporting"]),
    .library(
      name: "SaltusSpeech",
      targets: ["AudioFile", "SpeechCorpus", "SpeechHead", "SpeechTraining", "Spectral", "TextFrontEnd"]),
    .library(name: "SaltusCharts", targets: ["Charts"]),
    .library(name: "SaltusEnvironments", targets: ["Environments", "PushTEnv", "TwoWayEnv"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training, evaluation and synthesis on several machines, over Open MPI.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Sources: the engine, the shared backbone and the consistency methods.
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "CAllocationCounter", path: "Sources/CAllocationCounter"),
    .systemLibrary(
      name: "COpenBLAS", path: "Sources/COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS"]),
    .target(name: "Autograd", dependencies: ["CKernels", "LinearAlgebra"], exclude: ["README.md"]),
    .target(name: "Backbone", dependencies: ["Autograd"]),
    .target(name: "Consistency", dependencies: ["Autograd", "Backbone"], exclude: ["README.md"]),
    .target(name: "Support"),
    .target(name: "Checkpoints", dependencies: ["Autograd", "CKernels", "Support"]),
    .target(name: "Adapters", dependencies: ["Autograd", "Backbone", "Checkpoints", "Consistency"]),
    .systemLibrary(
      name: "CBlosc", path: "Sources/CBlosc", pkgConfig: "blosc", providers: [.apt(["libblosc-dev"])]),
    .systemLibrary(name: "CZip", path: "Sources/CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .target(name: "Datasets", dependencies: ["Autograd", "CBlosc", "CZip", "Checkpoints", "Support"]),
    .target(name: "Communication"),
    // Depended on, and more than an empty module, with the trait MPI only.
    .systemLibrary(name: "CMPI", path: "Sources/CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "MPICommunication",
      dependencies: ["Communication", .target(name: "CMPI", condition: .when(traits: ["MPI"]))]),
    .target(
      name: "Training",
      dependencies: ["Autograd", "CKernels", "Checkpoints", "Communication", "Consistency", "Datasets", "Support"],
      exclude: ["README.md"]),
    .target(name: "CScheduling", path: "Sources/CScheduling"),
    .target(
      name: "PolicyHead",
      dependencies: [
        "Adapters", "Autograd", "Backbone", "CScheduling", "Checkpoints", "Consistency", "Environments",
      ]),
    .target(
      name: "PolicyTraining",
      dependencies: [
        "Adapters", "Checkpoints", "Communication", "Consistency", "Datasets", "Environments", "PolicyHead", "Training",
      ]),
    .target(
      name: "SpeechHead",
      dependencies: ["Adapters", "Autograd", "Backbone", "Checkpoints", "Consistency", "Spectral", "TextFrontEnd"],
      exclude: ["README.md"]),
    .target(
      name: "SpeechTraining",
      dependencies: [
        "Adapters", "AudioFile", "Autograd", "Backbone", "Communication", "Consistency", "SpeechCorpus", "SpeechHead",
        "TextFrontEnd", "Training",
      ]),
    .target(name: "Charts", dependencies: ["CCairo"]),
    .target(name: "Configuration", dependencies: ["Support", .product(name: "Yams", package: "Yams")]),
    .target(name: "Reporting", dependencies: ["LinearAlgebra", "Support"]),
    .target(
      name: "Comparison",
      dependencies: [
        "Charts", "Configuration", "Consistency", "PolicyTraining", "Reporting", "SpeechTraining", "Support",
        "Training",
      ]),
    .executableTarget(
      name: "saltus",
      dependencies: [
        "Adapters", "AudioFile", "Autograd", "Backbone", "CAllocationCounter", "CKernels", "Charts", "Checkpoints",
        "Communication",
        "Comparison", "Configuration", "Consistency", "Datasets", "Environments", "PolicyHead", "PolicyTraining",
        "PushTEnv", "Reporting", "Spectral", "SpeechCorpus", "SpeechHead", "SpeechTraining", "Support", "TextFrontEnd",
        "Training", "TwoWayEnv",
        .target(name: "MPICommunication", condition: .when(traits: ["MPI"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.copy("Models")]),

    // Envs: simulated worlds; they import system libraries only.
    .systemLibrary(name: "CChipmunk", path: "Envs/CChipmunk", providers: [.apt(["libchipmunk-dev"])]),
    .systemLibrary(name: "CCairo", path: "Envs/CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CGif", path: "Envs/CGif", providers: [.apt(["libgif-dev"])]),
    .target(name: "Environments", dependencies: ["CCairo", "CGif"], path: "Envs/Environments"),
    .target(name: "PushTEnv", dependencies: ["CChipmunk", "Environments"], path: "Envs/PushT"),
    .target(name: "TwoWayEnv", dependencies: ["Environments"], path: "Envs/TwoWay"),

    // Audio: recordings, spectra, text; they import system libraries only.
    .systemLibrary(
      name: "CSndfile", path: "Audio/CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(
      name: "CSamplerate", path: "Audio/CSamplerate", pkgConfig: "samplerate",
      providers: [.apt(["libsamplerate0-dev"])]),
    .systemLibrary(name: "CFlite", path: "Audio/CFlite", providers: [.apt(["flite1-dev"])]),
    .systemLibrary(name: "CFFTW", path: "Audio/CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .target(name: "CSpectral", path: "Audio/CSpectral"),
    .target(name: "Spectral", dependencies: ["CFFTW", "CSpectral"], path: "Audio/Spectral"),
    .target(name: "AudioFile", dependencies: ["CSamplerate", "CSndfile"], path: "Audio/AudioFile"),
    .target(name: "SpeechCorpus", dependencies: ["AudioFile"], path: "Audio/SpeechCorpus"),
    .target(name: "TextFrontEnd", dependencies: ["CFlite"], path: "Audio/TextFrontEnd"),

    // Examples: the public API in use; Examples/Benchmarks compares with other programs.
    .executableTarget(
      name: "Toy", dependencies: ["Autograd", "Backbone", "Charts", "Consistency", "Training"], path: "Examples/Toy"),
    .executableTarget(
      name: "PushT",
      dependencies: [
        "Consistency", "Datasets", "Environments", "PolicyHead", "PolicyTraining", "PushTEnv", "Reporting",
      ],
      path: "Examples/PushT"),
    .executableTarget(
      name: "Speak", dependencies: ["AudioFile", "SpeechHead", "TextFrontEnd"], path: "Examples/Speak"),

    .target(name: "TestSupport", dependencies: ["Communication"], path: "Tests/TestSupport"),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"]),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"]),
    .testTarget(name: "AutogradTests", dependencies: ["Autograd", "CKernels", "CAllocationCounter"]),
    .testTarget(name: "BackboneTests", dependencies: ["Backbone", "CKernels", "TestSupport"]),
    .testTarget(name: "ConsistencyTests", dependencies: ["Consistency"]),
    .testTarget(name: "CommunicationTests", dependencies: ["Communication", "TestSupport"]),
    .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "Support", "TestSupport"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Autograd", "CZip", "Checkpoints", "Datasets", "TestSupport"]),
    .testTarget(
      name: "PolicyHeadTests",
      dependencies: ["Autograd", "Backbone", "Checkpoints", "Consistency", "Environments", "PolicyHead", "TestSupport"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Autograd", "Backbone", "CAllocationCounter", "Checkpoints", "Communication", "Consistency", "Datasets",
        "Training",
        "TestSupport",
      ]),
    .testTarget(
      name: "PolicyTrainingTests",
      dependencies: [
        "Autograd", "Backbone", "Checkpoints", "Configuration", "Consistency", "Datasets", "PolicyHead",
        "PolicyTraining", "Training", "saltus", "TestSupport",
      ]),
    .testTarget(
      name: "ComparisonTests",
      dependencies: [
        "Charts", "Comparison", "Configuration", "Consistency", "Datasets", "PolicyHead", "PolicyTraining", "PushTEnv",
        "Reporting", "SpeechTraining", "TestSupport", "saltus",
      ]),
    .testTarget(
      name: "SpeechHeadTests",
      dependencies: [
        "Autograd", "Backbone", "Consistency", "SpeechHead", "TestSupport", "TextFrontEnd", "Training",
      ]),
    .testTarget(
      name: "SpeechTrainingTests",
      dependencies: [
        "AudioFile", "Autograd", "Checkpoints", "Comparison", "Consistency", "Reporting", "SpeechCorpus", "SpeechHead",
        "SpeechTraining", "TestSupport", "TextFrontEnd", "Training", "saltus",
      ]),
    .testTarget(
      name: "BundledModelsTests",
      dependencies: ["Environments", "PolicyHead", "PushTEnv", "SpeechHead", "TextFrontEnd"]),
    .testTarget(name: "EnvironmentsTests", dependencies: ["Environments", "TestSupport"]),
    .testTarget(name: "PushTEnvTests", dependencies: ["Datasets", "Environments", "PushTEnv", "TestSupport"]),
    .testTarget(name: "TwoWayEnvTests", dependencies: ["Environments", "TestSupport", "TwoWayEnv"]),
    .testTarget(
      name: "SpectralTests", dependencies: ["CAllocationCounter", "CSpectral", "Spectral", "TestSupport"]),
    .testTarget(name: "AudioFileTests", dependencies: ["AudioFile", "TestSupport"]),
    .testTarget(name: "SpeechCorpusTests", dependencies: ["AudioFile", "SpeechCorpus", "TestSupport"]),
    .testTarget(name: "TextFrontEndTests", dependencies: ["TextFrontEnd", "TestSupport"]),
    .testTarget(name: "ChartsTests", dependencies: ["Charts"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
