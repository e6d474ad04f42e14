import Autograd
import Communication

/// How ranks share the optimiser's work out: of every stretch of the flat buffers, each has the part that it adds up the
/// gradients of (Rajbhandari et al. 2020, "ZeRO", stage 1). It takes the step there alone, and tells the others.
package struct SharedStretches: Sendable {
  private let stretches: [Range<Int>]
  private let communicator: any Communicator

  package init(_ stretches: [Range<Int>], _ communicator: any Communicator) {
    (self.stretches, self.communicator) = (stretches, communicator)
  }

  /// This rank's parts.
  package var own: [Range<Int>] {
    stretches.map { stretch in
      let part = communicator.part(of: stretch.count, rank: communicator.rank)
      return stretch.lowerBound + part.lowerBound..<stretch.lowerBound + part.upperBound
    }
  }

  /// Gives all ranks each other's parts of the buffers.
  ///
  /// - Throws: where other ranks no longer answer; the buffers may then hold some parts and not others.
  package func gather(_ buffers: ParameterBuffer?...) throws(CommunicationError) {
    for buffer in buffers {
      guard let buffer else { continue }
      for stretch in stretches {
        try communicator.beginGather(
          UnsafeMutableBufferPointer(start: buffer.pointer + stretch.lowerBound, count: stretch.count))
      }
    }
    try communicator.finishExchanges()
  }

  /// The sum over the ranks.
  package func sum(_ value: Double) throws(CommunicationError) -> Double {
    var values = [value]
    try communicator.sum(&values)
    return values[0]
  }
}
