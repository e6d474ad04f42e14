import Checkpoints
import Foundation
import PolicyHead
import TestSupport
import Testing

/// A policy in a file.
struct TrainedPolicyTests {
  private func withFile(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { try body($0.appending(path: "policy.safetensors")) }
  }

  @Test func aBundleHoldsTheDescriptionAndHalfPrecisionWeights() throws {
    let policy = try TinyPolicy.make()
    try withFile { url in
      try policy.writeBundle(to: url, metadata: ["license": "CC0-1.0"])
      let read = try TrainedPolicy(contentsOf: url)
      #expect(read.description == policy.description)
      let (stored, original) = (read.weights, policy.weights)
      for i in 0..<original.count { #expect(stored[i] == Float(Float16(original[i]))) }
      #expect(try SafetensorsFile(url).metadata["license"] == "CC0-1.0")
      let size = try #require(try url.resourceValues(forKeys: [.fileSizeKey]).fileSize)
      #expect(size < 3 * original.count)
      // A bundle of a bundle is the same file.
      try withFile { again in
        try read.writeBundle(to: again, metadata: ["license": "CC0-1.0"])
        #expect(try Data(contentsOf: again) == Data(contentsOf: url))
      }
    }
  }

  @Test func aBfloat16BundleIsUsedAsItIs() throws {
    let policy = try TinyPolicy.make()
    #expect(policy.storage == .float32)
    try withFile { url in
      try policy.writeBundle(to: url, as: .bfloat16)
      let read = try TrainedPolicy(contentsOf: url)
      #expect(try read.storage == .bfloat16 && read.used(PolicyUse(actionSteps: 5)).storage == .bfloat16)
      for entry in policy.layout.entries {
        for i in entry.parameter.range {
          // Ties are as good as absent among random weights.
          let exact = policy.weights[i]
          let rounded = Float(bitPattern: (exact.bitPattern + 0x8000) & 0xFFFF_0000)
          #expect(read.weights[i] == (entry.parameter.kind == .vector ? exact : rounded))
        }
      }
      // The weights are exact in bfloat16 now: single precision gives the same actions.
      let single = try TrainedPolicy(read.description, weights: read.weights)
      let history = (0..<read.description.observationSteps).map { step in
        (0..<read.description.observationSize).map { 0.1 * Double(step + $0) }
      }
      let actions = try [read, single].map {
        try ActionPredictor($0, sampler: .consistency(steps: 1)).predict([history], seeds: [3])
      }
      #expect(actions[0] == actions[1])
      try withFile { again in
        try read.writeBundle(to: again)
        #expect(try TrainedPolicy(contentsOf: again).storage == .float32)
      }
    }
  }

  @Test func whatIsChosenAfterTrainingGoesIntoTheBundle() throws {
    let policy = try TinyPolicy.make()
    let used = try policy.used(PolicyUse(actionSteps: 5, middleSigmas: [[0.3], [0.9, 0.1]]))
    #expect(used.description.actionSteps == 5 && used.description.sampling.middle == [[0.3], [0.9, 0.1]])
    #expect(try policy.used(PolicyUse()).description == policy.description)
    for use in [
      PolicyUse(actionSteps: 8), PolicyUse(actionSteps: 0), PolicyUse(middleSigmas: [[0.3], [0.3, 0.9]]),
      PolicyUse(middleSigmas: [[0.3, 0.1]]), PolicyUse(middleSigmas: [[]]), PolicyUse(gamma: 0.5),
    ] { #expect(throws: PolicyError.self, "\(use)") { try policy.used(use) } }
  }

  private func problem(_ url: URL) -> String {
    do {
      _ = try TrainedPolicy(contentsOf: url)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func weightsThatAreNoNumbersAreRefused() throws {
    let policy = try TinyPolicy.make()
    policy.weights[5] = .nan
    try withFile { url in
      try policy.writeBundle(to: url)
      #expect(problem(url) == "\(url.path): some weights are not finite")
    }
  }

  @Test func otherFilesAreRefusedByName() throws {
    try withFile { url in
      #expect(problem(url).contains(url.path))
      try Data("no checkpoint".utf8).write(to: url)
      #expect(problem(url).contains(url.path))
      try SafetensorsWriter().write(to: url)
      #expect(problem(url).contains(url.path) && problem(url).contains("policy"))
    }
  }

  @Test func descriptionsThatContradictThemselvesAreRefused() throws {
    let weights = try TinyPolicy.make().weights
    let changes: [(inout PolicyDescription) -> Void] = [
      { $0.actionSteps = 8 }, { $0.horizon = 7 }, { $0.observationSteps = 3 }, { $0.observationSteps = 0 },
      { $0.network.channels = 3 }, { $0.network.widths = [] }, { $0.network.widths = [Int](repeating: 8, count: 70) },
      { $0.network.widths = [-8, 8] }, { $0.network.groups = 0 }, { $0.network.embedding = 7 },
      { $0.network.kernel = 0 }, { $0.network.dropout = 1 }, { $0.network.targetEmbedding = true },
      { $0.network.frameCondition = 3 }, { $0.network.widths = [.max / 2, 8] },
    ]
    for change in changes {
      var description = TinyPolicy.description
      change(&description)
      #expect(throws: PolicyError.self) { try TrainedPolicy(description, weights: weights) }
    }
  }
}
