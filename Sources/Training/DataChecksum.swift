/// FNV-1a of numbers in single precision: what a run's checkpoint remembers of data and weights, so that a resumed run
/// goes on with the same ones.
public struct DataChecksum: Sendable {
  private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public mutating func add(_ values: some Sequence<Float>) {
    for value in values { add(value.bitPattern) }
  }

  public mutating func add(_ word: UInt32) { hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3 }

  /// Hexadecimal.
  public var text: String { String(hash, radix: 16) }
}
