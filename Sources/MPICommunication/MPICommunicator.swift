// Compiled with the package's trait MPI only: `swift build -c release --traits MPI`.
#if MPI
  import CMPI
  import Communication
  import Foundation

  /// The processes of one `mpirun`, over MPI-3's non-blocking collectives.
  ///
  /// Every wait is a loop of tests, so that a rank that waits for a dead one can see that it is asked to end.
  public final class MPICommunicator: Communicator, @unchecked Sendable {
    public let rank: Int
    public let size: Int
    private let isEnding: @Sendable () -> Bool
    private var group: cmpi_group
    /// By address: what one step exchanges the next one does, too. One call at a time is promised, so nothing guards them.
    private var known: [UnsafeMutablePointer<Float>: (count: Int, stretch: RankStretch, round: Int)] = [:]
    /// Calls of `finishExchanges`.
    private var round = 0
    /// Stretches that were not exchanged for so many rounds belong to a training that has ended.
    private static let memory = 64
    /// In the order in which they were begun since the last `finishExchanges`.
    private var begun: [RankStretch] = []
    /// The first of them that is not done.
    private var done = 0

    /// After so long a wait another rank is taken to be dead. Longer than any checkpoint takes to be written.
    private static let patience = Duration.seconds(600)
    /// Rank 0 goes on waiting for so long after it was asked to end. `mpirun` asks so when a rank has died, and kills a
    /// second later: the rest of the second is for saying what is saved.
    private static let graceOfFirst = Duration.milliseconds(300)
    /// How long a wait keeps a core busy before it sleeps between tests.
    private static let spin = Duration.milliseconds(20)

    /// Starts MPI: once per process, which ends with `finish` or `abort`.
    ///
    /// - Parameter isEnding: whether somebody, such as mpirun, asked this process to end; asked while it waits.
    /// - Throws: where MPI cannot start, or serves one certain thread only.
    public init(isEnding: @escaping @Sendable () -> Bool) throws(CommunicationError) {
      var group = cmpi_group()
      var (isSerialized, rank, size): (Int32, Int32, Int32) = (0, 0, 1)
      try Self.check(cmpi_start(&group, &isSerialized, &rank, &size), "starting")
      guard isSerialized != 0 else {
        throw CommunicationError("this MPI serves one thread only; use one with MPI_THREAD_SERIALIZED")
      }
      self.group = group
      self.rank = Int(rank)
      self.size = Int(size)
      self.isEnding = isEnding
    }

    public func beginSum(_ values: UnsafeMutableBufferPointer<Float>) throws(CommunicationError) {
      try begin(.sum, values)
    }

    public func beginGather(_ values: UnsafeMutableBufferPointer<Float>) throws(CommunicationError) {
      try begin(.gather, values)
    }

    private func begin(
      _ kind: RankStretch.Kind, _ values: UnsafeMutableBufferPointer<Float>
    ) throws(CommunicationError) {
      guard let start = values.baseAddress, !values.isEmpty else { return }
      if known[start]?.count != values.count {
        known = known.filter { round - $0.value.round < Self.memory }
        known[start] = (values.count, RankStretch(values, of: self), round)
      }
      known[start]!.round = round
      let stretch = known[start]!.stretch
      try Self.check(
        stretch.begin(kind, &group), kind == .sum ? "adding up gradients" : "gathering what ranks have computed")
      begun.append(stretch)
    }

    public func progress() throws(CommunicationError) { _ = try advance() }

    public func finishExchanges() throws(CommunicationError) {
      try wait { () throws(CommunicationError) in try advance() }
      begun.removeAll(keepingCapacity: true)
      done = 0
      round += 1
    }

    public func sum(_ values: inout [Double]) throws(CommunicationError) {
      let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: values.count)
      defer { buffer.deallocate() }
      _ = buffer.initialize(from: values)
      var request: MPI_Request?
      try Self.check(cmpi_begin_sum(&group, buffer.baseAddress, Int32(values.count), &request), "adding up numbers")
      try wait { () throws(CommunicationError) in try Self.test(&request) }
      values = Array(buffer)
    }

    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
      // MPI counts in 32 bits.
      for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
        let count = min(1 << 30, bytes.count - start)
        var request: MPI_Request?
        try Self.check(
          cmpi_begin_broadcast(&group, bytes.baseAddress! + start, Int32(count), Int32(root), &request),
          "sending a state")
        try wait { () throws(CommunicationError) in try Self.test(&request) }
      }
    }

    /// Ends MPI, when all ranks do.
    public func finish() { cmpi_finish() }

    /// Ends this process and all others of the job.
    ///
    /// - Parameter code: mpirun's exit code.
    public func abort(_ code: Int32) { cmpi_abort(code) }

    /// Whether all that was begun is done.
    private func advance() throws(CommunicationError) -> Bool {
      while done < begun.count, try Self.test(&begun[done].request) {
        begun[done].end()
        done += 1
      }
      return done == begun.count
    }

    private func wait(_ isDone: () throws(CommunicationError) -> Bool) throws(CommunicationError) {
      let clock = ContinuousClock()
      let start = clock.now
      var askedToEnd: ContinuousClock.Instant?
      while try !isDone() {
        let now = clock.now
        if now - start > Self.spin { usleep(50) }
        if now - start > Self.patience {
          throw CommunicationError("another rank has not answered for \(Self.patience)")
        }
        guard rank == 0, isEnding() else { continue }
        askedToEnd = askedToEnd ?? now
        if now - askedToEnd! > Self.graceOfFirst {
          throw CommunicationError("another rank does not answer any more, and this one was asked to end")
        }
      }
    }

    private static func test(_ request: inout MPI_Request?) throws(CommunicationError) -> Bool {
      var done: Int32 = 0
      try check(cmpi_test(&request, &done), "waiting for the other ranks")
      return done != 0
    }

    private static func check(_ code: Int32, _ what: String) throws(CommunicationError) {
      guard code != 0 else { return }
      var text = [CChar](repeating: 0, count: Int(cmpi_text_size()))
      cmpi_describe(code, &text)
      let end = text.firstIndex(of: 0) ?? text.endIndex
      let words = String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw CommunicationError("MPI failed while \(what): \(words)")
    }
  }
#endif
