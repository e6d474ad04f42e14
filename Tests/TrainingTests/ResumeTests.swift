import Foundation
import TestSupport
import Testing
import Training

/// A run that is cut in two, in whatever way, ends with the same bytes as one that is not.
struct ResumeTests {
  /// A whole run, undisturbed.
  private func whole(
    _ run: RunCase, _ configuration: TrainingConfiguration = RunCase.configuration, in folder: URL
  ) throws -> RunFiles {
    let files = RunFiles(folder.appending(path: "whole"))
    #expect(try run.trainer(in: files.directory, configuration).run() == .finished)
    return files
  }

  private func expectEqual(_ files: RunFiles, _ whole: RunFiles) throws {
    #expect(try files.bytes() == whole.bytes())
    #expect(try files.reports() == whole.reports())
    #expect(try files.names() == whole.names())
  }

  @Test(arguments: RunCase.allCases) func fiftyStepsAndFiftyMoreAreAHundred(run: RunCase) throws {
    try withTemporaryFolder { folder in
      var configuration = RunCase.configuration
      configuration.steps = 100
      let whole = try whole(run, configuration, in: folder)
      #expect(try whole.step() == 100)
      let reported = Set(stride(from: 7, through: 100, by: 7)).union(stride(from: 15, through: 100, by: 15))
      #expect(try whole.reports().map(\.step) == (reported.sorted() + [100]))
      // One thread, then two: results do not depend on their number.
      let halves = RunFiles(folder.appending(path: "halves"))
      #expect(try run.trainer(in: halves.directory, configuration).run(shouldStop: stop(after: 50)) == .interrupted)
      #expect(try halves.step() == 50)
      #expect(try halves.bytes() != whole.bytes())
      let second = try run.trainer(in: halves.directory, configuration, threads: 2, resume: true)
      #expect(second.step == 50)
      #expect(try second.run() == .finished)
      try expectEqual(halves, whole)
    }
  }

  /// Step 11 lies between two reports, whose averages go on.
  @Test(arguments: RunCase.allCases) func aRunThatIsInterruptedAnywhereSavesAndGoesOn(run: RunCase) throws {
    try withTemporaryFolder { folder in
      let whole = try whole(run, in: folder)
      let files = RunFiles(folder.appending(path: "interrupted"))
      for (index, steps) in [0, 11, 20].enumerated() {
        let trainer = try run.trainer(in: files.directory, threads: 2, resume: index > 0)
        #expect(try trainer.run(shouldStop: stop(after: steps)) == .interrupted)
        #expect(try files.step() == trainer.step)
      }
      let last = try run.trainer(in: files.directory, resume: true)
      #expect(last.step == 31)
      #expect(try last.run() == .finished)
      try expectEqual(files, whole)
    }
  }

  /// What a process that dies between two checkpoints leaves behind: a checkpoint, later reports, half a line.
  @Test func aRunThatDiesBetweenTwoCheckpointsDoesTheLastStepsAgain() throws {
    try withTemporaryFolder { folder in
      let whole = try whole(.cd, in: folder)
      let files = RunFiles(folder.appending(path: "dead"))
      let living = folder.appending(path: "living")
      _ = try RunCase.cd.trainer(in: living).run(report: { report in
        if report.step == 35 { try? FileManager.default.copyItem(at: living, to: files.directory) }
      })
      #expect(try files.reports().last?.step == 35)
      let handle = try FileHandle(forWritingTo: files.metrics)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"gradientNorm":0.1,"lea"#.utf8))
      try handle.close()
      let trainer = try RunCase.cd.trainer(in: files.directory, resume: true)
      #expect(trainer.step == 20)
      #expect(try files.reports().map(\.step) == [7, 14, 15])
      #expect(try trainer.run() == .finished)
      try expectEqual(files, whole)
    }
  }

  @Test(arguments: RunCase.allCases) func theNumberOfThreadsChangesNoByte(run: RunCase) throws {
    // More than one piece of the optimiser's buffers.
    #expect(try run.task().layout.count > 1 << 16)
    try withTemporaryFolder { folder in
      var configuration = RunCase.configuration
      configuration.steps = 8
      let files = try (1...3).map { threads in
        let files = RunFiles(folder.appending(path: "\(threads)"))
        _ = try run.trainer(in: files.directory, configuration, threads: threads).run()
        return files
      }
      for other in files.dropFirst() { try expectEqual(other, files[0]) }
    }
  }

  @Test func aFinishedRunIsMadeLongerByAskingForMoreSteps() throws {
    try withTemporaryFolder { folder in
      var configuration = RunCase.configuration
      configuration.steps = 10
      _ = try RunCase.edm.trainer(in: folder, configuration).run()
      let again = try RunCase.edm.trainer(in: folder, configuration, resume: true)
      let bytes = try RunFiles(folder).bytes()
      #expect(try again.run() == .finished)
      #expect(try RunFiles(folder).bytes() == bytes)
      configuration.steps = 12
      let longer = try RunCase.edm.trainer(in: folder, configuration, resume: true)
      #expect(longer.step == 10)
      #expect(try longer.run() == .finished)
      #expect(try RunFiles(folder).step() == 12)
    }
  }
}
