import Communication
import Foundation
import Synchronization
import TestSupport
import Testing
import Training

/// Any number of ranks trains what one does, but for the rounding of sums in another order.
struct RankTests {
  /// The run of one rank.
  private func whole(_ run: RunCase, in folder: URL) throws -> RunFiles {
    let files = RunFiles(folder.appending(path: "whole"))
    #expect(try run.trainer(in: files.directory).run() == .finished)
    return files
  }

  private func isClose(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 2e-4 * abs(b)
  }

  private func expectClose(_ files: RunFiles, _ whole: RunFiles) throws {
    #expect(try files.names() == whole.names())
    let (reports, truth) = (try files.reports(), try whole.reports())
    #expect(reports.map(\.step) == truth.map(\.step))
    for (report, expected) in zip(reports, truth) {
      let place = "step \(report.step): \(report), not \(expected)"
      #expect(isClose(report.loss, expected.loss) && isClose(report.gradientNorm, expected.gradientNorm), "\(place)")
      #expect(isClose(report.heldOutLoss, expected.heldOutLoss), "\(place)")
      #expect(report.learningRate == expected.learningRate)
    }
  }

  @Test(arguments: RunCase.allCases, [2, 3, 4]) func ranksHaveTheLossCurveOfOne(run: RunCase, size: Int) throws {
    try withTemporaryFolder { folder in
      let whole = try whole(run, in: folder)
      let files = RunFiles(folder.appending(path: "0"))
      let weights = try ThreadRanks.run(size) { ranks in
        let directory = folder.appending(path: "\(ranks.rank)")
        let trainer = try run.trainer(in: directory, communicator: ranks, threads: 1 + ranks.rank % 2)
        let outcome = try trainer.run(report: { _ in #expect(ranks.rank == 0) })
        #expect(outcome == .finished)
        return withExtendedLifetime(trainer) { Array(trainer.optimizer.weights.values) }
      }.map { try $0.get() }
      try expectClose(files, whole)
      for other in weights.dropFirst() { #expect(other == weights[0], "ranks have different weights") }
      // Only rank 0 has written anything.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["0", "whole"])
    }
  }

  /// Before Adam's normalisation, which makes a step of full length of a gradient that is nothing but rounding.
  @Test func theGradientOfTwoRanksIsThatOfOne() throws {
    try withTemporaryFolder { folder in
      var configuration = RunCase.configuration
      configuration.steps = 1
      let shared = configuration
      let first = try RunCase.edm.trainer(in: folder.appending(path: "one"), configuration)
      _ = try first.run()
      let truth = withExtendedLifetime(first) { Array(first.optimizer.moment1.values) }
      let scale = truth.reduce(0) { max($0, abs($1)) }
      for result in ThreadRanks.run(
        2,
        { ranks in
          let directory = folder.appending(path: "\(ranks.rank)")
          let trainer = try RunCase.edm.trainer(in: directory, shared, communicator: ranks)
          _ = try trainer.run()
          return withExtendedLifetime(trainer) { Array(trainer.optimizer.moment1.values) }
        })
      {
        let moments = try result.get()
        #expect(scale > 0 && moments.count == truth.count)
        #expect(zip(moments, truth).allSatisfy { abs($0 - $1) <= 2e-6 * scale })
      }
    }
  }

  @Test(arguments: RunCase.allCases) func aRunGoesOnWithAnotherNumberOfRanks(run: RunCase) throws {
    try withTemporaryFolder { folder in
      let whole = try whole(run, in: folder)
      let files = RunFiles(folder.appending(path: "shared"))
      for (index, (size, steps)) in [(2, 11), (1, 9), (3, 1000)].enumerated() {
        let results = ThreadRanks.run(size) { ranks in
          // Other machines do not see the directory.
          let directory = ranks.rank == 0 ? files.directory : folder.appending(path: "absent")
          let trainer = try run.trainer(in: directory, communicator: ranks, resume: index > 0)
          let start = trainer.step
          return (start, try trainer.run(shouldStop: stop(after: steps)))
        }
        for result in results {
          let (start, outcome) = try result.get()
          #expect(start == [0, 11, 20][index])
          #expect((outcome == .finished) == (index == 2))
        }
      }
      try expectClose(files, whole)
    }
  }

  @Test func askingOneRankToStopStopsAllAtOneStepAndSavesOnce() throws {
    try withTemporaryFolder { folder in
      let results = ThreadRanks.run(3) { ranks in
        let directory = folder.appending(path: "\(ranks.rank)")
        let trainer = try RunCase.edm.trainer(in: directory, communicator: ranks)
        let outcome = try trainer.run(shouldStop: ranks.rank == 2 ? stop(after: 13) : { false })
        return (outcome, trainer.step)
      }
      for result in results {
        let (outcome, step) = try result.get()
        #expect(outcome == .interrupted && step == 13)
      }
      let files = RunFiles(folder.appending(path: "0"))
      #expect(try files.step() == 13)
      #expect(try files.names() == ["last.safetensors", "metrics.jsonl"])
    }
  }

  /// Wherever in a step it happens: when it waits, in its gradients, its loss, its norm, its weights, a held-out loss, while
  /// a checkpoint's state is gathered. What is saved is no older than a save.
  @Test(arguments: Array(150..<166)) func whenARankDiesTheRunGoesOnFromTheLastSave(exchange: Int) throws {
    try withTemporaryFolder { folder in
      let whole = try whole(.edm, in: folder)
      let files = RunFiles(folder.appending(path: "0"))
      let last = Mutex(0)
      let results = ThreadRanks.run(3, dying: (rank: 1, exchange: exchange)) { ranks in
        let trainer = try RunCase.edm.trainer(
          in: folder.appending(path: "\(ranks.rank)"), communicator: ranks, savingEvery: .zero)
        let isFirst = ranks.rank == 0
        defer { if isFirst { last.withLock { $0 = trainer.step } } }
        return try trainer.run()
      }
      let step = try files.step()
      #expect((5..<40).contains(step) && last.withLock { step...step + 1 ~= $0 })
      #expect {
        try results[0].get()
      } throws: { error in
        "\(error)" == "a thread has died; step \(step) is saved, go on with --resume and any number of ranks"
      }
      #expect(throws: TrainingError.self) { try results[2].get() }
      let trainer = try RunCase.edm.trainer(in: files.directory, resume: true)
      #expect(trainer.step == step)
      #expect(try trainer.run() == .finished)
      #expect(isClose(try files.reports().last?.heldOutLoss, try whole.reports().last?.heldOutLoss))
    }
  }

  @Test func aRankThatDiesBeforeTheFirstSaveLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let results = ThreadRanks.run(2, dying: (rank: 1, exchange: 40)) { ranks in
        try RunCase.edm.trainer(in: folder.appending(path: "\(ranks.rank)"), communicator: ranks).run()
      }
      #expect {
        try results[0].get()
      } throws: { "\($0)" == "a thread has died; nothing was saved yet: start again" }
      let left = try RunFiles(folder.appending(path: "0")).names().filter { $0.hasSuffix("safetensors") }
      #expect(left.isEmpty)
    }
  }

  @Test func ranksWithOtherSettingsAreRefused() throws {
    try withTemporaryFolder { folder in
      for result in ThreadRanks.run(
        3,
        { ranks in
          var configuration = RunCase.configuration
          if ranks.rank == 2 { configuration.seed = 4 }
          _ = try RunCase.edm.trainer(in: folder.appending(path: "run"), configuration, communicator: ranks)
        })
      {
        #expect {
          try result.get()
        } throws: { "\($0)".hasPrefix("rank 2 has other settings, data or teacher than rank 0") }
      }
      for result in ThreadRanks.run(
        5,
        { ranks in
          _ = try RunCase.edm.trainer(in: folder.appending(path: "run"), communicator: ranks)
        })
      {
        #expect {
          try result.get()
        } throws: { "\($0)".hasPrefix("5 ranks cannot share 4 shards") }
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }
}
