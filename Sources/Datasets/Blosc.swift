import CBlosc

/// Blosc 1 frames: a 16-byte header that names the inner codec and the sizes, then compressed blocks.
enum Blosc {
  /// What went wrong, in words.
  struct Failure: Error {
    let kind: DatasetError.Kind
    let problem: String
  }

  /// Unpacks a frame that must hold exactly `count` bytes.
  static func decompress(_ frame: [UInt8], count: Int) throws(Failure) -> [UInt8] {
    guard frame.count >= BLOSC_MIN_HEADER_LENGTH else {
      throw Failure(
        kind: .truncated, problem: "has \(frame.count) bytes; a Blosc frame has at least \(BLOSC_MIN_HEADER_LENGTH)")
    }
    var stored = 0
    var written = 0
    var blockSize = 0
    blosc_cbuffer_sizes(frame, &stored, &written, &blockSize)
    guard written == frame.count else {
      throw Failure(
        kind: written > frame.count ? .truncated : .malformed,
        problem: written == 0
          ? "is not a Blosc frame" : "has \(frame.count) bytes, but its Blosc header says \(written)")
    }
    guard blosc_cbuffer_validate(frame, frame.count, &stored) == 0 else {
      throw Failure(kind: .malformed, problem: "is not a valid Blosc frame")
    }
    guard stored == count else {
      throw Failure(kind: .inconsistent, problem: "unpacks to \(stored) bytes, but a chunk has \(count)")
    }
    let codec = Int(frame[2] >> 5)
    let isCopy = frame[2] & UInt8(BLOSC_MEMCPYED) != 0
    let codecs = ["blosclz", "lz4", "snappy", "zlib", "zstd"]
    guard isCopy || codec < codecs.count else {
      throw Failure(kind: .malformed, problem: "names an unknown Blosc codec")
    }
    guard isCopy || blosc_compname_to_compcode(codecs[codec]) >= 0 else {
      throw Failure(
        kind: .unsupported,
        problem: "is compressed with \(codecs[codec]), which the installed libblosc was built without")
    }
    var result: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      result = blosc_decompress_ctx(frame, buffer.baseAddress, count, 1)
      initialized = result == Int32(count) ? count : 0
    }
    guard bytes.count == count else {
      throw Failure(kind: .malformed, problem: "is damaged: Blosc gave up with code \(result)")
    }
    return bytes
  }

  /// Packs bytes with zstd at level 5 and bit shuffling, as diffusion_policy's replay buffers are.
  static func compress(_ bytes: UnsafeRawBufferPointer, elementSize: Int) -> [UInt8] {
    let capacity = bytes.count + Int(BLOSC_MAX_OVERHEAD)
    return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      let count = blosc_compress_ctx(
        5, BLOSC_BITSHUFFLE, elementSize, bytes.count, bytes.baseAddress, buffer.baseAddress, capacity,
        BLOSC_ZSTD_COMPNAME, 0, 1)
      // The capacity suffices for what cannot be compressed, so only a libblosc without zstd fails.
      precondition(count > 0, "libblosc cannot compress with zstd (code \(count))")
      initialized = Int(count)
    }
  }
}
