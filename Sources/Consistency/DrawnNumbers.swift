/// A few numbers, such as a sample's noise levels: an array whose first 48 elements need no memory of their own, because
/// every sample of every training step has some.
public struct DrawnNumbers: Sendable {
  private static let inlineCount = 48
  private var first = InlineArray<48, Double>(repeating: 0)
  private var rest: [Double] = []
  public private(set) var count = 0

  /// None.
  public init() {}

  /// `DrawnNumbers([t, r])`: such a literal needs no memory either.
  public init<let size: Int>(_ numbers: InlineArray<size, Double>) {
    for index in numbers.indices { append(numbers[index]) }
  }

  public mutating func append(_ number: Double) {
    if count < Self.inlineCount { first[count] = number } else { rest.append(number) }
    count += 1
  }

  /// The left ones, then the right ones.
  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    for index in right.indices { sum.append(right[index]) }
    return sum
  }
}

extension DrawnNumbers: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { count }
  public subscript(index: Int) -> Double {
    precondition(index >= 0 && index < count, "number \(index) of \(count)")
    return index < Self.inlineCount ? first[index] : rest[index - Self.inlineCount]
  }
}

extension DrawnNumbers: Hashable {
  public static func == (left: Self, right: Self) -> Bool { left.elementsEqual(right) }
  public func hash(into hasher: inout Hasher) {
    for number in self { hasher.combine(number) }
  }
}

extension DrawnNumbers: CustomStringConvertible {
  public var description: String { Array(self).description }
}
