import Foundation

// What ranks do with a communicator's few operations. All of it is collective, but for `share` and `part`.

extension Communicator {
  /// This rank's part of `count` things: ranges that differ by one in length at most, in the order of the ranks.
  public func share(of count: Int) -> Range<Int> { count * rank / size..<count * (rank + 1) / size }

  /// A rank's part of `count` floats that are added up or gathered: like `share`, but of whole cache lines.
  public func part(of count: Int, rank: Int) -> Range<Int> {
    func border(_ rank: Int) -> Int { rank == size ? count : count * rank / size / 16 * 16 }
    return border(rank)..<border(rank + 1)
  }

  /// Waits until all ranks are here.
  public func barrier() throws(CommunicationError) {
    guard size > 1 else { return }
    var nothing = [0.0]
    try sum(&nothing)
  }

  /// Whether a condition holds on at least one rank.
  public func any(_ condition: Bool) throws(CommunicationError) -> Bool { try any(condition, false).0 }

  /// Whether each of two conditions holds on at least one rank.
  public func any(_ first: Bool, _ second: Bool) throws(CommunicationError) -> (Bool, Bool) {
    guard size > 1 else { return (first, second) }
    var counts = [first ? 1.0 : 0.0, second ? 1.0 : 0.0]
    try sum(&counts)
    return (counts[0] > 0, counts[1] > 0)
  }

  /// The values of all ranks, in their order.
  public func gather(_ value: Double) throws(CommunicationError) -> [Double] {
    var values = [Double](repeating: 0, count: size)
    values[rank] = value
    try sum(&values)
    return values
  }

  /// The bytes of rank `root`, of whatever count.
  public func broadcastBytes(_ bytes: [UInt8], from root: Int) throws(CommunicationError) -> [UInt8] {
    guard size > 1 else { return bytes }
    var count = Int64(bytes.count)
    try withBytes(of: &count) { (raw) throws(CommunicationError) in try broadcast(raw, from: root) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(count), alignment: 16)
    defer { buffer.deallocate() }
    if rank == root { buffer.copyBytes(from: bytes) }
    if count > 0 { try broadcast(buffer, from: root) }
    return Array(buffer)
  }

  /// The value of rank 0; that of other ranks is not looked at.
  public func broadcast<Value: Codable>(_ value: Value) throws(CommunicationError) -> Value {
    guard size > 1 else { return value }
    return try Self.decode(try broadcastBytes(rank == 0 ? try Self.encode(value) : [], from: 0))
  }

  /// The values of all ranks, in their order.
  public func gather<Value: Codable>(_ value: Value) throws(CommunicationError) -> [Value] {
    guard size > 1 else { return [value] }
    let mine = try Self.encode(value)
    var values: [Value] = []
    for root in 0..<size { values.append(try Self.decode(try broadcastBytes(root == rank ? mine : [], from: root))) }
    return values
  }

  private func withBytes<Value: BitwiseCopyable>(
    of value: inout Value, _ body: (UnsafeMutableRawBufferPointer) throws(CommunicationError) -> Void
  ) throws(CommunicationError) {
    let buffer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    defer { buffer.deallocate() }
    buffer.initialize(to: value)
    try body(UnsafeMutableRawBufferPointer(start: buffer, count: MemoryLayout<Value>.size))
    value = buffer.pointee
  }

  private static func encode(_ value: some Encodable) throws(CommunicationError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return Array(try encoder.encode(value))
    } catch {
      throw CommunicationError("a rank cannot tell the others a \(type(of: value)): \(error)")
    }
  }

  private static func decode<Value: Decodable>(_ bytes: [UInt8]) throws(CommunicationError) -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(Value.self, from: Data(bytes))
    } catch {
      throw CommunicationError(
        "another rank sent what is no \(Value.self), as other versions of a program do: \(error)")
    }
  }
}
