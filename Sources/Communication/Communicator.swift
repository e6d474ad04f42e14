/// Equal processes that work on one thing, each with a number of its own: its rank.
///
/// Every operation is collective: all ranks call the same ones in the same order, one at a time within a rank, and on any
/// of its threads. A rank that fails leaves the others waiting: whoever runs it has to end the whole job.
public protocol Communicator: Sendable {
  /// This process's number, 0 ..< `size`. Rank 0 reads and writes the files, and talks to the user.
  var rank: Int { get }
  /// Number of processes, at least 1.
  var size: Int { get }

  /// Begins to add up `values` over all ranks, element by element: this rank ends with the sums of its `part(of:)` of them;
  /// what the others then hold is undefined.
  ///
  /// Until `finishExchanges` returns, the memory belongs to the communicator. Several exchanges may be under way; on all
  /// ranks they are begun in the same order, with equal counts, and none of another kind meanwhile.
  func beginSum(_ values: UnsafeMutableBufferPointer<Float>) throws(CommunicationError)

  /// Begins to give every rank's `part(of:)` of `values` to all others; else as `beginSum`.
  func beginGather(_ values: UnsafeMutableBufferPointer<Float>) throws(CommunicationError)

  /// Moves what is under way a bit further, without waiting: to be called now and then by a rank that computes meanwhile.
  /// Not collective.
  func progress() throws(CommunicationError)

  /// Waits until all that was begun is done.
  func finishExchanges() throws(CommunicationError)

  /// Replaces `values` by their sums over all ranks, element by element.
  func sum(_ values: inout [Double]) throws(CommunicationError)

  /// Replaces `bytes` by those of rank `root`; the counts are equal on all ranks.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError)
}

/// Why ranks cannot go on together.
public struct CommunicationError: Error, Equatable, CustomStringConvertible {
  /// In one sentence.
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// The only rank there is: every sum is what it was.
public struct SingleProcess: Communicator {
  public let rank = 0
  public let size = 1

  public init() {}

  public func beginSum(_ values: UnsafeMutableBufferPointer<Float>) {}
  public func beginGather(_ values: UnsafeMutableBufferPointer<Float>) {}
  public func progress() {}
  public func finishExchanges() {}
  public func sum(_ values: inout [Double]) {}
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {}
}
