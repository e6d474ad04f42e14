#if MPI
  import CMPI
  import Communication

  /// A stretch of floats that ranks exchange at every step: added up, of which every rank does a part, or gathered from
  /// these parts. Each rank sends and receives (N − 1)/N of the values for either. (Open MPI 4's `MPI_Iallreduce` in place
  /// sends all of them up and down a tree instead, 2 log₂ N times.)
  final class RankStretch {
    enum Kind { case sum, gather }

    var request: MPI_Request?
    private(set) var kind = Kind.gather
    private let values: UnsafeMutableBufferPointer<Float>
    private let rank: Int32
    private let size: Int32
    private let part: Range<Int>
    /// The others' values of this rank's part, `[size - 1, part]`: memory that is taken by the first sum.
    private var received: UnsafeMutablePointer<Float>?
    // MPI reads these until it is done: the parts in `values`; those of other ranks alone; and in `received`.
    private let counts, offsets, othersCounts, receivedCounts, receivedOffsets: UnsafeMutableBufferPointer<Int32>

    init(_ values: UnsafeMutableBufferPointer<Float>, of ranks: some Communicator) {
      self.values = values
      (rank, size) = (Int32(ranks.rank), Int32(ranks.size))
      let parts = (0..<ranks.size).map { ranks.part(of: values.count, rank: $0) }
      let own = ranks.rank
      let part = parts[own]
      self.part = part
      func numbers(_ number: (Int) -> Int) -> UnsafeMutableBufferPointer<Int32> {
        let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: parts.count)
        _ = buffer.initialize(from: parts.indices.map { Int32(number($0)) })
        return buffer
      }
      counts = numbers { parts[$0].count }
      offsets = numbers { parts[$0].lowerBound }
      othersCounts = numbers { $0 == own ? 0 : parts[$0].count }
      receivedCounts = numbers { $0 == own ? 0 : part.count }
      receivedOffsets = numbers { ($0 < own ? $0 : max($0 - 1, 0)) * part.count }
    }

    deinit {
      received?.deallocate()
      for numbers in [counts, offsets, othersCounts, receivedCounts, receivedOffsets] { numbers.deallocate() }
    }

    /// - Returns: MPI's code.
    func begin(_ kind: Kind, _ group: inout cmpi_group) -> Int32 {
      self.kind = kind
      guard kind == .sum else {
        return cmpi_begin_gather(&group, values.baseAddress, counts.baseAddress, offsets.baseAddress, &request)
      }
      received = received ?? .allocate(capacity: max(1, Int(size - 1) * part.count))
      return cmpi_begin_scatter(
        &group, values.baseAddress, othersCounts.baseAddress, offsets.baseAddress, received,
        receivedCounts.baseAddress, receivedOffsets.baseAddress, &request)
    }

    /// Once `request` is done.
    func end() {
      guard kind == .sum, let received else { return }
      cmpi_add_rows(received, size, rank, Int32(part.count), values.baseAddress! + part.lowerBound)
    }
  }
#endif
