import CKernels

/// `count` zeroed floats, 64-byte aligned (on huge pages where they are large).
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  guard let memory = ck_allocate(max(count, 16) * 4) else {
    preconditionFailure("out of memory: \(count * 4) bytes were refused")
  }
  return memory.bindMemory(to: Float.self, capacity: max(count, 16))
}

func freeFloats(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) { ck_free(pointer, max(count, 16) * 4) }
