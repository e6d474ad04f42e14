import ArgumentParser
import Foundation

/// `--threads N`, on every command.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of threads; by default one per core.", valueName: "N"))
  var threads = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads \(threads): at least one thread is needed.") }
  }
}
