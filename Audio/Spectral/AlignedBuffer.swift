import Foundation

/// Floats at an address that suits every vector instruction and FFTW; large ones lie on huge pages where the system has
/// them, as the processor remembers the addresses of a few megabytes of small pages only.
///
/// Whoever owns one decides which thread writes where; hence unchecked.
package final class AlignedBuffer: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// Zeros.
  package convenience init(_ count: Int) {
    self.init(uninitialized: count)
    pointer.update(repeating: 0, count: count)
  }

  /// Any values: pages come to be where they are first written to, by whichever thread that is.
  init(uninitialized count: Int) {
    self.count = count
    let hugePage = 2 << 20, bytes = max(1, count) * MemoryLayout<Float>.stride, isLarge = bytes >= hugePage
    let size = isLarge ? (bytes + hugePage - 1) / hugePage * hugePage : bytes
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? hugePage : 64)
    #if os(Linux)
      // Only advice: a system without huge pages refuses it, and nothing is lost.
      if isLarge { madvise(memory, size, MADV_HUGEPAGE) }
    #endif
    pointer = memory.bindMemory(to: Float.self, capacity: count)
  }

  convenience init(_ values: some Collection<Float>) {
    self.init(values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
