import Synchronization

extension STFT {
  /// The transforms of several signals of any lengths, each on one of `threads` threads.
  ///
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`, which names the first such signal.
  public func callAsFunction(batch signals: [[Float]], threads: Int = 1) throws(SpectralError) -> [Spectrum] {
    try batch(signals.count, "signal", threads) { (index) throws(SpectralError) in try self(signals[index]) }
  }

  /// The magnitudes of several signals of any lengths, each on one of `threads` threads.
  ///
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`, which names the first such signal.
  public func magnitudes(batch signals: [[Float]], threads: Int = 1) throws(SpectralError) -> [Frames] {
    try batch(signals.count, "signal", threads) { (index) throws(SpectralError) in
      try self.magnitudes(of: signals[index])
    }
  }

  /// The signals of several spectra, each on one of `threads` threads.
  ///
  /// - Parameter samples: each signal's length; by default (frames - 1) · hop.
  /// - Throws: `SpectralError` of kind `shape` or `notFinite`, which names the first such spectrum.
  /// - Precondition: there are as many lengths as spectra.
  public func inverse(
    batch spectra: [Spectrum], samples: [Int]? = nil, threads: Int = 1
  ) throws(SpectralError) -> [[Float]] {
    precondition(
      samples == nil || samples?.count == spectra.count, "\(samples!.count) lengths of \(spectra.count) spectra")
    return try batch(spectra.count, "spectrum", threads) { (index) throws(SpectralError) in
      try self.inverse(spectra[index], samples: samples?[index])
    }
  }

  /// `body`'s results for 0..<count, in order. Threads take one index after another, as signals differ in length.
  private func batch<Value: Sendable>(
    _ count: Int, _ noun: String, _ threads: Int, _ body: @Sendable (Int) throws(SpectralError) -> Value
  ) throws(SpectralError) -> [Value] {
    precondition(threads > 0, "\(threads) threads")
    let next = Atomic(0)
    let results = Mutex([Result<Value, SpectralError>?](repeating: nil, count: count))
    ThreadTeam.run(threads: min(threads, max(1, count))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = Result { () throws(SpectralError) in try body(index) }
        results.withLock { $0[index] = result }
      }
    }
    var values: [Value] = []
    for (index, result) in results.withLock({ $0 }).enumerated() {
      do { values.append(try result!.get()) } catch {
        throw SpectralError(error.kind, "\(noun) \(index): \(error.description)")
      }
    }
    return values
  }
}
