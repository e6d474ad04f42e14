/// Decides where values live: two values share memory when their lifetimes do not overlap.
struct Arena {
  private struct Block {
    let offset: Int
    let count: Int
  }

  private var free: [Block] = []
  private var blocks: [Int: Block] = [:]
  /// Floats in use at the worst moment.
  private(set) var high = 0

  /// The place of a value, in floats from the arena's start.
  func offset(of value: Int) -> Int? { blocks[value]?.offset }

  /// Finds the smallest hole that fits, or grows.
  mutating func allocate(_ value: Int, count: Int) {
    let size = (count + 15) / 16 * 16
    let fitting = free.indices.filter { free[$0].count >= size }
    if let best = fitting.min(by: { free[$0].count < free[$1].count }) {
      let hole = free.remove(at: best)
      blocks[value] = Block(offset: hole.offset, count: size)
      if hole.count > size { insert(Block(offset: hole.offset + size, count: hole.count - size)) }
    } else if let tail = free.last, tail.offset + tail.count == high {
      free.removeLast()
      blocks[value] = Block(offset: tail.offset, count: size)
      high = tail.offset + size
    } else {
      blocks[value] = Block(offset: high, count: size)
      high += size
    }
  }

  /// Gives `value` the memory of `dying`, which nothing reads any more.
  mutating func transfer(from dying: Int, to value: Int) { blocks[value] = blocks.removeValue(forKey: dying) }

  /// Ends a value's life.
  mutating func release(_ value: Int) {
    if let block = blocks.removeValue(forKey: value) { insert(block) }
  }

  private mutating func insert(_ block: Block) {
    var index = free.firstIndex { $0.offset > block.offset } ?? free.count
    var merged = block
    if index < free.count, merged.offset + merged.count == free[index].offset {
      merged = Block(offset: merged.offset, count: merged.count + free.remove(at: index).count)
    }
    if index > 0, free[index - 1].offset + free[index - 1].count == merged.offset {
      index -= 1
      let before = free.remove(at: index)
      merged = Block(offset: before.offset, count: before.count + merged.count)
    }
    free.insert(merged, at: index)
  }
}
