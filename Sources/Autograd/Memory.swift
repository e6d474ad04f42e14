import CKernels

/// `count` zeroed floats, 64-byte aligned (on huge pages where they are large).
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  guard let memory = ck_allocate(max(count, 16) * 4) else {
    preconditionFailure("out of memory: \(count * 4) bytes were refused")
  }
  return memory.bindMemory(to: Float.self, capacity: max(count, 16))
}

func freeFloats(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) { ck_free(pointer, max(count, 16) * 4) }

/// Buffers that lie side by side in the order in which they were asked for, and are freed together. So even buffers too small
/// for a huge page of their own lie on one, and what is fetched ahead of one's end is the next one's start.
final class FloatSlab {
  private var chunks: [(memory: UnsafeMutableRawPointer, bytes: Int)] = []
  private var used = 0

  deinit {
    for chunk in chunks { ck_release(chunk.memory, chunk.bytes) }
  }

  /// `count` zeroed floats, 64-byte aligned.
  func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = (max(count, 1) * 4 + 63) / 64 * 64
    if chunks.isEmpty || used + bytes > chunks[chunks.count - 1].bytes {
      // Address space, of which only what is used takes memory.
      let size = max(bytes, (4 << 20) << min(chunks.count, 4))
      guard let memory = ck_reserve(size) else { preconditionFailure("out of memory: \(size) bytes were refused") }
      chunks.append((memory, size))
      used = 0
    }
    defer { used += bytes }
    return (chunks[chunks.count - 1].memory + used).bindMemory(to: Float.self, capacity: bytes / 4)
  }
}
