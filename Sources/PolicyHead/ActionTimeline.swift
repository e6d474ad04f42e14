import Foundation

/// What is to be executed in which control period, put together from chunks that arrive late and overlap.
///
/// Knows periods only, neither clocks nor threads. Every chunk has a period of birth, that of the observation it was made
/// for; its action i belongs to the i-th period after that, whenever it arrives. So a chunk that took d periods is joined
/// in at its action d: those before have been overtaken.
public struct ActionTimeline: Sendable {
  /// The plan for one period.
  private struct Slot: Sendable {
    /// Weighted sum of the chunks' actions, and of their weights.
    var sum: [Double]
    var weight = 1.0
    /// Chunks in it.
    var count = 1
    /// The newest of them, counted from 1.
    var newest: Int
    /// Whether it is part of a crossfade.
    var isFading = false

    var action: [Double] { sum.map { $0 / weight } }
  }

  private let rule: MergeRule
  /// Slot i belongs to period `start + i`.
  private var slots: [Slot] = []
  private var start = 0
  private var chunks = 0
  private var last: (action: [Double], slot: Slot)?
  /// The one before it.
  private var earlier: (action: [Double], slot: Slot)?

  /// Of the actions that were taken, before any limits.
  public private(set) var jumps = ActionJumps()

  /// - Precondition: the rule has no `problem`.
  public init(_ rule: MergeRule) {
    precondition(rule.problem == nil, rule.problem ?? "")
    self.rule = rule
  }

  /// Joins a chunk in. Periods that it does not predict keep their plan.
  ///
  /// - Parameters:
  ///   - chunk: `[steps][action]`; action 0 belongs to `birth`.
  ///   - birth: at most `period`.
  ///   - period: now, the first period whose action can still be chosen.
  /// - Returns: how many of its actions have not been overtaken; 0 changes nothing.
  @discardableResult
  public mutating func insert(_ chunk: [[Double]], birth: Int, at period: Int) -> Int {
    precondition(birth <= period, "a chunk of period \(birth) cannot be there in period \(period)")
    forget(before: period)
    let rest = chunk.dropFirst(period - birth)
    guard !rest.isEmpty else { return 0 }
    chunks += 1
    for (index, action) in rest.enumerated() {
      if index < slots.count { merge(action, into: index) } else { slots.append(Slot(sum: action, newest: chunks)) }
    }
    return rest.count
  }

  private mutating func merge(_ action: [Double], into index: Int) {
    let old = slots[index]
    precondition(old.sum.count == action.count, "an action of \(action.count) values after one of \(old.sum.count)")
    switch rule {
    case .blend(let periods) where index < periods:
      let share = Double(index + 1) / Double(periods + 1)
      slots[index] = Slot(sum: zip(old.action, action).map { $0 + share * ($1 - $0) }, newest: chunks, isFading: true)
    case .replace, .blend:
      slots[index] = Slot(sum: action, newest: chunks)
    case .ensemble(let decay):
      // The new chunk is the youngest so far, so its i is the number of those before it.
      let weight = exp(-decay * Double(old.count))
      slots[index] = Slot(
        sum: zip(old.sum, action).map { $0 + weight * $1 }, weight: old.weight + weight, count: old.count + 1,
        newest: chunks)
    }
  }

  /// The plan for a period as it stands; nil if there is none.
  public func planned(_ period: Int) -> [Double]? {
    guard period >= start, period - start < slots.count else { return nil }
    return slots[period - start].action
  }

  /// All that is planned from a period on, which is not over.
  func plan(from period: Int) -> [[Double]] { slots.dropFirst(max(0, period - start)).map(\.action) }

  /// The action that is executed in a period, which must be later than the last one taken; nil if none is planned.
  public mutating func take(_ period: Int) -> [Double]? {
    forget(before: period)
    guard let slot = slots.first else { return nil }
    let action = slot.action
    if let last {
      let isBorder = slot.newest != last.slot.newest || slot.isFading || last.slot.isFading
      jumps.add(from: last.action, to: action, isBorder: isBorder)
      if let earlier {
        jumps.add(bendFrom: earlier.action, last.action, to: action, isBorder: place(earlier.slot, last.slot, slot))
      }
    }
    earlier = last
    last = (action, slot)
    forget(before: period + 1)
    return action
  }

  /// Whether the third of three actions is the first one of a newer chunk; nil where it is not, and they are of several.
  private func place(_ a: Slot, _ b: Slot, _ c: Slot) -> Bool? {
    if c.newest != b.newest { return true }
    return a.newest == b.newest && !a.isFading && !b.isFading && !c.isFading ? false : nil
  }

  private mutating func forget(before period: Int) {
    precondition(period >= start, "period \(period) is over")
    slots.removeFirst(min(slots.count, period - start))
    start = period
  }
}
