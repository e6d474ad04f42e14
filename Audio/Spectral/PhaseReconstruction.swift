import Foundation

/// Finds a signal whose STFT has given magnitudes: a start for the phases, then iterations.
///
/// Fast Griffin-Lim converges fastest from true magnitudes; ADMM gives the better sound from magnitudes that no signal
/// has, such as those of an inverted mel spectrogram. From a PGHI start 8 to 16 iterations do what 60 do from zero.
/// The result depends on the seed, not on the number of threads; its last digits also depend on the way in which this
/// machine transforms, see `FourierTransform`.
public struct PhaseReconstruction: Equatable, Sendable {
  /// How iterations change the spectrum.
  public enum Method: Equatable, Sendable {
    /// Griffin and Lim 1984: the distance to the magnitudes never grows.
    case classic
    /// Perraudin, Balazs and Søndergaard 2013, "A fast Griffin-Lim algorithm", with momentum alpha.
    case fast(momentum: Float = 0.99)
    /// Masuyama, Yatabe and Oikawa 2019, "Griffin-Lim like phase recovery via alternating direction method of
    /// multipliers".
    case admm(rho: Float = 0.1)
  }

  /// The phases before the first iteration.
  public enum Start: Equatable, Sendable {
    case zero
    case random(seed: UInt64)
    /// Phase gradient heap integration. Below `tolerance` times the greatest magnitude phases are random.
    case pghi(tolerance: Float = 1e-6, seed: UInt64 = 0)
  }

  public var method: Method
  public var start: Start
  public var iterations: Int
  /// Threads for the iterations; more than two rarely help.
  public var threads: Int

  /// - Precondition: 0 or more iterations, 1 or more threads, a momentum of 0 to 1, a positive rho, a tolerance above
  ///   0 and below 1.
  public init(method: Method = .admm(), start: Start = .pghi(), iterations: Int = 16, threads: Int = 1) {
    precondition(iterations >= 0, "\(iterations) iterations")
    precondition(threads > 0, "\(threads) threads")
    switch method {
    case .classic: break
    case .fast(let momentum): precondition((0...1).contains(momentum), "momentum \(momentum)")
    case .admm(let rho): precondition(rho > 0 && rho < .infinity, "rho \(rho)")
    }
    if case .pghi(let tolerance, _) = start { precondition(tolerance > 0 && tolerance < 1, "tolerance \(tolerance)") }
    self.method = method
    self.start = start
    self.iterations = iterations
    self.threads = threads
  }

  /// A signal with these magnitudes.
  ///
  /// - Parameters:
  ///   - magnitudes: [frame, bin], finite and not negative.
  ///   - samples: the signal's length; by default (frames - 1) · hop.
  /// - Throws: `SpectralError` of kind `shape`, `negative` or `notFinite`.
  public func signal(
    from magnitudes: Frames, stft: STFT, samples: Int? = nil
  ) throws(SpectralError) -> [Float] {
    try signal(from: magnitudes, after: [], stft: stft, samples: samples)
  }

  /// A signal with these magnitudes whose first samples are the last ones of another.
  ///
  /// - Parameter earlier: what the other made of them, perhaps none. The first iteration has its phases, but for the last
  ///   `fftSize` samples, whose frames did not see what follows.
  func signal(
    from magnitudes: Frames, after earlier: [Float], stft: STFT, samples: Int?
  ) throws(SpectralError) -> [Float] {
    let samples = try stft.check(frames: magnitudes.count, bins: magnitudes.width, samples: samples)
    try SpectralError.check(magnitudes: magnitudes, bins: stft.bins)
    guard samples > 0 else { return [] }
    let known =
      try earlier.isEmpty ? Frames(width: stft.bins, count: 0) : stft.turns(of: earlier, frames: magnitudes.count)
    let phases = startPhases(of: magnitudes, after: known, stft: stft)
    return signal(from: magnitudes, phases: phases, stft: stft, samples: samples)
  }

  /// The iterations alone, from given phases; sizes are the caller's care.
  package func signal(
    from magnitudes: Frames, phases: @escaping FramePhases, stft: STFT, samples: Int
  ) -> [Float] {
    func run(_ step: some ProjectionStep) -> [Float] {
      let work = PhaseIterations(stft, magnitudes, phases: phases, samples: samples, step: step)
      return work.run(iterations: iterations, threads: threads)
    }
    return switch method {
    case .classic: run(GriffinLim())
    case .fast(let momentum): run(FastGriffinLim(momentum: momentum))
    case .admm(let rho): run(ADMM(rho: rho, iterations: iterations))
    }
  }

  /// The phases before the first iteration.
  package func startPhases(of magnitudes: Frames, stft: STFT) -> FramePhases {
    startPhases(of: magnitudes, after: Frames(width: stft.bins, count: 0), stft: stft)
  }

  /// - Parameter known: the first frames' phases in turns, [frame, bin].
  private func startPhases(of magnitudes: Frames, after known: Frames, stft: STFT) -> FramePhases {
    let bins = stft.bins
    let others: FramePhases
    switch start {
    case .zero: others = { _, turns in turns.update(repeating: 0, count: bins) }
    case .random(let seed): others = RandomPhase(seed: seed).phases(bins: bins)
    case .pghi(let tolerance, let seed):
      others = PhaseGradientHeap(stft: stft, tolerance: tolerance, random: RandomPhase(seed: seed))
        .phases(of: magnitudes, after: known, threads: threads)
    }
    guard known.count > 0 else { return others }
    return { frame, turns in
      if frame >= known.count { return others(frame, turns) }
      known.values.withUnsafeBufferPointer { turns.update(from: $0.baseAddress! + frame * bins, count: bins) }
    }
  }
}

extension STFT {
  /// The phases in turns, -0.5...0.5, of the frames that lie in a signal but for its last `fftSize` samples.
  ///
  /// - Parameter frames: at most so many.
  fileprivate func turns(of signal: [Float], frames: Int) throws(SpectralError) -> Frames {
    let spectrum = try self(signal)
    let count = min(frames, signal.count < fftSize ? 0 : (signal.count - fftSize) / hop + 1)
    let values = (0..<count * bins).map { index in
      atan2(spectrum.values[2 * index + 1], spectrum.values[2 * index]) / (2 * .pi)
    }
    return Frames(width: bins, values: values)
  }
}
