#if MPI
  import CMPI

  /// One sum over the ranks that is under way. Every rank adds up a part of it, in the order of the ranks, and gives it to
  /// the others: each sends and receives 2 (N − 1)/N of the values, and all end with the same bits. (Open MPI 4's
  /// `MPI_Iallreduce` in place sends all of them up and down a tree instead, 2 log₂ N times.)
  final class RankSum {
    var request: MPI_Request?
    private let values: UnsafeMutableBufferPointer<Float>
    private let rank: Int
    private let size: Int
    /// Everyone's values of this rank's part, `[size, part]`.
    private let received: UnsafeMutableBufferPointer<Float>
    /// Of the parts in `values`, and of this rank's in `received`: MPI reads them until it is done.
    private let counts: UnsafeMutableBufferPointer<Int32>
    private let offsets: UnsafeMutableBufferPointer<Int32>
    private let ownCounts: UnsafeMutableBufferPointer<Int32>
    private let ownOffsets: UnsafeMutableBufferPointer<Int32>

    init(_ values: UnsafeMutableBufferPointer<Float>, rank: Int, size: Int) {
      (self.values, self.rank, self.size) = (values, rank, size)
      let borders = (0...size).map { values.count * $0 / size }
      let part = borders[rank + 1] - borders[rank]
      received = .allocate(capacity: size * part)
      func numbers(_ number: (Int) -> Int) -> UnsafeMutableBufferPointer<Int32> {
        let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: size)
        _ = buffer.initialize(from: (0..<size).map { Int32(number($0)) })
        return buffer
      }
      counts = numbers { borders[$0 + 1] - borders[$0] }
      offsets = numbers { borders[$0] }
      ownCounts = numbers { _ in part }
      ownOffsets = numbers { $0 * part }
    }

    deinit {
      received.deallocate()
      for numbers in [counts, offsets, ownCounts, ownOffsets] { numbers.deallocate() }
    }

    /// - Returns: MPI's code.
    func beginScatter(_ groups: inout cmpi_groups) -> Int32 {
      cmpi_begin_scatter(
        &groups, values.baseAddress, counts.baseAddress, offsets.baseAddress, received.baseAddress,
        ownCounts.baseAddress, ownOffsets.baseAddress, &request)
    }

    /// Once everyone's values of this rank's part are here.
    func add() {
      cmpi_add_rows(received.baseAddress, Int32(size), counts[rank], values.baseAddress! + Int(offsets[rank]))
    }

    /// - Returns: MPI's code.
    func beginGather(_ groups: inout cmpi_groups) -> Int32 {
      cmpi_begin_gather(&groups, values.baseAddress, counts.baseAddress, offsets.baseAddress, &request)
    }
  }
#endif
