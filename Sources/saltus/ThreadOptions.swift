import ArgumentParser
import Foundation

/// `--threads N`, on every command.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Number of threads; by default one per core, shared out among an mpirun's ranks.", valueName: "N")
  )
  var threads = max(1, ProcessInfo.processInfo.activeProcessorCount / Ranks.localCount)

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads \(threads): 1 to 1,024 are possible.") }
  }
}
