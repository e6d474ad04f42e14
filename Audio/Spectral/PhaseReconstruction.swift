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
    let samples = try stft.check(frames: magnitudes.count, bins: magnitudes.width, samples: samples)
    try SpectralError.check(magnitudes: magnitudes, bins: stft.bins)
    guard samples > 0 else { return [] }
    return signal(
      from: magnitudes, phases: startPhases(of: magnitudes, stft: stft), stft: stft, samples: samples)
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
    let bins = stft.bins
    switch start {
    case .zero: return { _, turns in turns.update(repeating: 0, count: bins) }
    case .random(let seed): return RandomPhase(seed: seed).phases(bins: bins)
    case .pghi(let tolerance, let seed):
      return PhaseGradientHeap(stft: stft, tolerance: tolerance, random: RandomPhase(seed: seed))
        .phases(of: magnitudes, threads: threads)
    }
  }
}
