import ArgumentParser
import AudioFile
import Foundation
import Reporting
import Spectral

/// `saltus vocode`: a recording through its own spectrogram and back.
struct Vocode: ParsableCommand {
  enum Method: String, ExpressibleByArgument, CaseIterable { case admm, fast, classic }
  enum Start: String, ExpressibleByArgument, CaseIterable { case pghi, random, zero }

  static let configuration = CommandConfiguration(
    abstract: "Copy synthesis: a recording's spectrogram, and audio from it again without its phases.",
    discussion: """
      What this sounds like is the best that a voice of the same mel bands can sound. --bands 0 keeps the linear
      magnitudes. Reports the spectral convergence 20 lg(| |STFT(y)| - S | / |S|) against the recording's magnitudes, and
      the time from spectrogram to samples; silence has no convergence (null in JSON). Recordings may be of any length:
      what is longer than a minute is read and written minute by minute, each of which continues the phases of the one
      before.

      EXAMPLES:
        saltus vocode speech.wav -o copy.wav
        saltus vocode speech.wav -o copy.wav --bands 0 --method fast --iterations 8 --json copy.json
      """)

  @Argument(help: ArgumentHelp("WAV or FLAC file.", valueName: "IN"))
  var input: String

  @Option(name: [.short, .long], help: ArgumentHelp("WAV or FLAC file.", valueName: "OUT"))
  var output: String

  @Option(help: ArgumentHelp("Mel bands; 0 for the linear magnitudes.", valueName: "N"))
  var bands = 128

  @Option(help: ArgumentHelp("Upper end of the mel bands in Hz.", valueName: "HZ"))
  var fmax = 11_025.0

  @Option(help: "Iterations: admm, fast (Griffin-Lim with momentum 0.99) or classic (Griffin-Lim).")
  var method = Method.admm

  @Option(help: "First phases: pghi (phase gradient heap integration), random or zero.")
  var start = Start.pghi

  @Option(help: ArgumentHelp("Iterations after the start.", valueName: "N"))
  var iterations = 16

  @Option(help: ArgumentHelp("Samples per Fourier transform.", valueName: "N"))
  var transformSize = 1024

  @Option(help: ArgumentHelp("Samples between frames.", valueName: "N"))
  var hop = 256

  @Option(help: ArgumentHelp("Rate to which the recording is brought, in Hz.", valueName: "HZ"))
  var sampleRate = 22_050

  @Option(help: ArgumentHelp("Of random phases.", valueName: "N"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Write the measurements as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if !(0...1024).contains(bands) { throw ValidationError("--bands \(bands): 0 to 1,024 are possible.") }
    if !(0...100_000).contains(iterations) { throw ValidationError("--iterations \(iterations): 0 to 100,000.") }
    if !(1000...384_000).contains(sampleRate) {
      throw ValidationError("--sample-rate \(sampleRate): 1,000 to 384,000.")
    }
  }

  private struct Report: Encodable {
    /// nil where there is no such number: of silence, and of a copy without any difference.
    let spectral_convergence_db: Double?
    let real_time_factor: Double
    let milliseconds_per_second: Double
    let audio_seconds: Double

    enum CodingKeys: CodingKey {
      case spectral_convergence_db, real_time_factor, milliseconds_per_second, audio_seconds
    }

    /// With null for what there is not.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(spectral_convergence_db, forKey: .spectral_convergence_db)
      try container.encode(real_time_factor, forKey: .real_time_factor)
      try container.encode(milliseconds_per_second, forKey: .milliseconds_per_second)
      try container.encode(audio_seconds, forKey: .audio_seconds)
    }
  }

  func run() throws {
    Interrupt.install()
    // What cannot be written is said before the work.
    _ = try AudioFormat(path: output)
    let reader = try ResamplingReader(input, sampleRate: sampleRate)
    try OutputFiles.prepare(output, json)
    let copy = StretchedCopySynthesis(
      try CopySynthesis(
        stft: try STFT(fftSize: transformSize, hop: hop), sampleRate: Double(sampleRate),
        representation: bands == 0 ? .linear : .mel(bands: bands, highest: fmax),
        reconstruction: PhaseReconstruction(
          method: methodOption, start: startOption, iterations: iterations, threads: threadOptions.threads)))
    let writer = try AudioWriter(output, sampleRate: sampleRate)
    var isSilent = true
    while true {
      let block = try reader.read()
      if block.isEmpty { break }
      isSilent = isSilent && block.allSatisfy { $0 == 0 }
      if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
      try writer.write(try copy.push(block))
    }
    let result = try copy.finish()
    try writer.write(result.samples)
    try writer.finish()
    let decibels = result.spectralConvergence
    let report = Report(
      spectral_convergence_db: decibels.isFinite ? decibels : nil, real_time_factor: result.realTimeFactor,
      milliseconds_per_second: result.millisecondsPerSecond, audio_seconds: result.seconds)
    if let json { try JSONFile.write(report, to: json) }
    let quality =
      if decibels.isFinite {
        String(format: "spectral convergence %.2f dB", decibels)
      } else {
        isSilent || decibels > 0 ? "silent" : "no difference"
      }
    let time = String(
      format: "%.2f ms per second of audio (%.0fx real time)", report.milliseconds_per_second,
      1 / max(report.real_time_factor, 1e-9))
    print("\(quality), \(time)")
  }

  private var methodOption: PhaseReconstruction.Method {
    switch method {
    case .admm: .admm()
    case .fast: .fast()
    case .classic: .classic
    }
  }

  private var startOption: PhaseReconstruction.Start {
    switch start {
    case .pghi: .pghi(seed: seed)
    case .random: .random(seed: seed)
    case .zero: .zero
    }
  }
}
