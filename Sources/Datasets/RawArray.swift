/// An array as it was stored: bytes in C order, with their type and shape.
package struct RawArray: Sendable {
  package let shape: [Int]
  package let type: ElementType
  package let bytes: [UInt8]

  /// - Parameter bytes: exactly as many as shape and type say.
  package init(shape: [Int], type: ElementType, bytes: [UInt8]) {
    precondition(
      bytes.count == shape.reduce(type.byteCount, *), "\(bytes.count) bytes for shape \(shape) of \(type.name)")
    self.shape = shape
    self.type = type
    self.bytes = bytes
  }

  /// The elements as Float32: integers and doubles rounded to nearest, doubles out of range become infinite.
  package func floats() -> [Float] {
    switch (type.kind, type.byteCount) {
    case (.float, 2): convert(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case (.float, 4): convert(UInt32.self) { Float(bitPattern: $0) }
    case (.float, _): convert(UInt64.self) { Float(Double(bitPattern: $0)) }
    case (.signed, 1): convert(UInt8.self) { Float(Int8(bitPattern: $0)) }
    case (.signed, 2): convert(UInt16.self) { Float(Int16(bitPattern: $0)) }
    case (.signed, 4): convert(UInt32.self) { Float(Int32(bitPattern: $0)) }
    case (.signed, _): convert(UInt64.self) { Float(Int64(bitPattern: $0)) }
    case (.boolean, _): convert(UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.unsigned, 1): convert(UInt8.self) { Float($0) }
    case (.unsigned, 2): convert(UInt16.self) { Float($0) }
    case (.unsigned, 4): convert(UInt32.self) { Float($0) }
    case (.unsigned, _): convert(UInt64.self) { Float($0) }
    }
  }

  /// The elements as integers; nil stands for what is none (2.5, NaN, 2⁶³).
  package func integers() -> [Int64?] {
    switch (type.kind, type.byteCount) {
    case (.float, 8): convert(UInt64.self) { Int64(exactly: Double(bitPattern: $0)) }
    case (.float, _): floats().map { Int64(exactly: $0) }
    case (.signed, 1): convert(UInt8.self) { Int64(Int8(bitPattern: $0)) }
    case (.signed, 2): convert(UInt16.self) { Int64(Int16(bitPattern: $0)) }
    case (.signed, 4): convert(UInt32.self) { Int64(Int32(bitPattern: $0)) }
    case (.signed, _): convert(UInt64.self) { Int64(bitPattern: $0) }
    case (.boolean, _): convert(UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.unsigned, 1): convert(UInt8.self) { Int64($0) }
    case (.unsigned, 2): convert(UInt16.self) { Int64($0) }
    case (.unsigned, 4): convert(UInt32.self) { Int64($0) }
    case (.unsigned, _): convert(UInt64.self) { Int64(exactly: $0) }
    }
  }

  private func convert<Bits: FixedWidthInteger & BitwiseCopyable, Value>(
    _ bits: Bits.Type, _ body: (Bits) -> Value
  ) -> [Value] {
    let count = bytes.count / MemoryLayout<Bits>.size
    return bytes.withUnsafeBytes { source in
      [Value](unsafeUninitializedCapacity: count) { target, initialized in
        for index in 0..<count {
          let stored = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          (target.baseAddress! + index).initialize(
            to: body(type.isBigEndian ? Bits(bigEndian: stored) : Bits(littleEndian: stored)))
        }
        initialized = count
      }
    }
  }

  /// Rearranges elements from Fortran order (first index fastest) to C order (last index fastest).
  static func reorderedFromFortran(_ bytes: [UInt8], shape: [Int], elementSize: Int) -> [UInt8] {
    guard shape.count > 1, !bytes.isEmpty else { return bytes }
    var strides: [Int] = []
    var stride = elementSize
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    var result = [UInt8](repeating: 0, count: bytes.count)
    var index = [Int](repeating: 0, count: shape.count)
    var source = 0
    result.withUnsafeMutableBytes { target in
      bytes.withUnsafeBytes { stored in
        for position in Swift.stride(from: 0, to: target.count, by: elementSize) {
          (target.baseAddress! + position).copyMemory(from: stored.baseAddress! + source, byteCount: elementSize)
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            source += strides[axis]
            guard index[axis] == shape[axis] else { break }
            source -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
    return result
  }
}
