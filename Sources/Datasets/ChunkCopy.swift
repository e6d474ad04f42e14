/// Copies the part of a chunk that lies inside the array, row by row; both are in C order.
struct ChunkCopy {
  private let chunkShape: [Int]
  private let arrayShape: [Int]
  /// The chunk's first element in the array.
  private let origin: [Int]
  /// How much of the chunk lies inside, per axis.
  private let extent: [Int]
  private let elementSize: Int

  init(index: [Int], _ metadata: ZarrMetadata) {
    chunkShape = metadata.chunks
    arrayShape = metadata.shape
    elementSize = metadata.type.byteCount
    origin = zip(index, metadata.chunks).map(*)
    extent = zip(origin, zip(metadata.shape, metadata.chunks)).map { min($1.1, $1.0 - $0) }
  }

  func run(_ chunk: [UInt8], into array: inout [UInt8]) {
    chunk.withUnsafeBytes { source in
      array.withUnsafeMutableBytes { target in
        copy(axis: 0, from: source, 0, to: target, 0)
      }
    }
  }

  /// Copies the block below one index of the axes before `axis`; the offsets are in elements.
  private func copy(
    axis: Int, from source: UnsafeRawBufferPointer, _ sourceOffset: Int, to target: UnsafeMutableRawBufferPointer,
    _ targetOffset: Int
  ) {
    let rest = axis < chunkShape.count ? chunkShape[(axis + 1)...].reduce(1, *) : 1
    let arrayRest = axis < arrayShape.count ? arrayShape[(axis + 1)...].reduce(1, *) : 1
    let start = axis < chunkShape.count ? origin[axis] : 0
    let length = axis < chunkShape.count ? extent[axis] : 1
    // From here on both are contiguous if chunk and array agree on all later axes.
    if rest == arrayRest, axis >= chunkShape.count || chunkShape[(axis + 1)...] == arrayShape[(axis + 1)...] {
      (target.baseAddress! + (targetOffset + start * arrayRest) * elementSize)
        .copyMemory(from: source.baseAddress! + sourceOffset * elementSize, byteCount: length * rest * elementSize)
      return
    }
    for position in 0..<length {
      copy(
        axis: axis + 1, from: source, sourceOffset + position * rest, to: target,
        targetOffset + (start + position) * arrayRest)
    }
  }
}
