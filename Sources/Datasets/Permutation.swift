extension RandomNumberGenerator {
  /// A random order of 0 ..< count: Fisher and Yates's shuffle, written out because the standard library may change its
  /// own, and an order must stay the same for ever.
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      // The bias of this reduction is below count / 2⁶⁴.
      let other = Int(next().multipliedFullWidth(by: UInt64(last + 1)).high)
      order.swapAt(last, other)
    }
    return order
  }
}
