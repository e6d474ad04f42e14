import CFFTW
import Foundation
import Synchronization

/// The discrete Fourier transform X[k] = Σ x[n] exp(-2πi kn / N) of complex floats, on FFTW. Nothing else calls FFTW.
///
/// Only the forward transform is planned: with real and imaginary parts exchanged before and after, it is the inverse,
/// times N. A plan is made once per size and process. FFTW measures which of its algorithms is the fastest
/// (0.1 s for N = 1024) and remembers that in a `WisdomFile`.
///
/// Algorithms differ in rounding. With its file of wisdom a machine takes the same one every time; without, as where the
/// file is damaged or cannot be written, each process measures again and may get other last digits.
package struct FourierTransform: Sendable {
  // Plans live as long as the process; FFTW may execute one on several threads at once.
  private struct Plan: @unchecked Sendable {
    let pointer: fftwf_plan
  }

  private let plan: Plan

  /// Plans a transform; slow the first time.
  package init(size: Int) {
    plan = Self.planner.withLock { $0.plan(size: size) }
  }

  /// Transforms `input` [N, 2] into `output` [N, 2], different arrays at multiples of 64 bytes; `input` is destroyed.
  package func callAsFunction(_ input: UnsafeMutablePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    fftwf_execute_dft(plan.pointer, Self.complex(input), Self.complex(output))
  }

  /// Learns what a file of wisdom says; false if it cannot be read, is damaged or is another version's, and then nothing
  /// is learnt.
  package static func readWisdom(from file: URL) -> Bool {
    planner.withLock { $0.read(file) }
  }

  /// Writes what is known by now; false if that is impossible, and then the file is as before.
  package static func writeWisdom(to file: URL) -> Bool {
    planner.withLock { $0.write(file) }
  }

  private static func complex(_ pointer: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<fftwf_complex> {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: fftwf_complex.self)
  }

  // FFTW's planner is not thread-safe.
  private static let planner = Mutex(Planner())

  private struct Planner {
    private var plans: [Int: Plan] = [:]
    private var hasReadWisdom = false
    /// Once it has been read; nil where there is no place for one.
    private var wisdomFile: URL?

    mutating func plan(size: Int) -> Plan {
      if let plan = plans[size] { return plan }
      let plan = Plan(pointer: makePlan(size: size))
      plans[size] = plan
      return plan
    }

    private mutating func makePlan(size: Int) -> fftwf_plan {
      let input = AlignedBuffer(2 * size), output = AlignedBuffer(2 * size)
      func plan(_ flags: UInt32) -> fftwf_plan? {
        fftwf_plan_dft_1d(
          Int32(size), complex(input.pointer), complex(output.pointer), FFTW_FORWARD, flags | FFTW_DESTROY_INPUT)
      }
      if !hasReadWisdom {
        wisdomFile = WisdomFile.url(
          environment: ProcessInfo.processInfo.environment, wisdom: wisdom ?? "", processor: WisdomFile.processor)
        if let wisdomFile { _ = read(wisdomFile) }
        hasReadWisdom = true
      }
      if let known = plan(FFTW_MEASURE | FFTW_WISDOM_ONLY) { return known }
      // In seconds; the best algorithm until then is taken.
      fftwf_set_timelimit(0.5)
      let measured = plan(FFTW_MEASURE)!
      if let wisdomFile {
        // Another process may have added sizes.
        _ = read(wisdomFile)
        _ = write(wisdomFile)
      }
      return measured
    }

    /// What is known by now, as text.
    private var wisdom: String? {
      guard let text = fftwf_export_wisdom_to_string() else { return nil }
      defer { free(text) }
      return String(cString: text)
    }

    /// FFTW checks what it reads and takes nothing from a damaged file.
    func read(_ file: URL) -> Bool { fftwf_import_wisdom_from_filename(file.path) == 1 }

    func write(_ file: URL) -> Bool {
      guard let wisdom else { return false }
      do {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(wisdom.utf8).write(to: file, options: .atomic)
        return true
      } catch { return false }
    }
  }
}
