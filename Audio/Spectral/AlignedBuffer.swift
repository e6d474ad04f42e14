/// Floats at an address that suits every vector instruction and FFTW, zero at first.
///
/// Whoever owns one decides which thread writes where; hence unchecked.
package final class AlignedBuffer: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  let count: Int

  package init(_ count: Int) {
    self.count = count
    pointer = UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: 64)
      .initializeMemory(as: Float.self, repeating: 0, count: count)
  }

  convenience init(_ values: some Collection<Float>) {
    self.init(values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
