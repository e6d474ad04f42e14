import CKernels

/// `count` zeroed floats, 64-byte aligned (on huge pages where they are large).
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  guard let memory = ck_allocate(max(count, 16) * 4) else {
    preconditionFailure("out of memory: \(count * 4) bytes were refused")
  }
  return memory.bindMemory(to: Float.self, capacity: max(count, 16))
}

func freeFloats(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) { ck_free(pointer, max(count, 16) * 4) }

/// Buffers that lie side by side in the order in which they were asked for, and are freed together. So also those lie on huge
/// pages that are too small to have one each, and what is fetched ahead of one's end is the next one's start.
final class FloatSlab {
  /// Address space that is taken at a time; of it only what is used takes memory.
  private static let chunkBytes = 64 << 20
  private var chunks: [(memory: UnsafeMutableRawPointer, bytes: Int)] = []
  private var used = 0

  deinit {
    for chunk in chunks { ck_release(chunk.memory, chunk.bytes) }
  }

  /// `count` zeroed floats, 64-byte aligned.
  func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = (max(count, 1) * 4 + 63) / 64 * 64
    if chunks.isEmpty || used + bytes > chunks[chunks.count - 1].bytes {
      let size = max(bytes, Self.chunkBytes)
      guard let memory = ck_reserve(size) else { preconditionFailure("out of memory: \(size) bytes were refused") }
      chunks.append((memory, size))
      used = 0
    }
    defer { used += bytes }
    return (chunks[chunks.count - 1].memory + used).bindMemory(to: Float.self, capacity: bytes / 4)
  }
}
