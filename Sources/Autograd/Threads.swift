import CKernels

/// Executes a plan's instructions on one thread, or on a team that shares each of them.
final class Threads {
  let instructions: UnsafeMutableBufferPointer<Instruction>
  private let count: Int
  private let scratchStride: Int
  /// Whether all have to be there before an instruction begins.
  private let waits: UnsafeMutableBufferPointer<Bool>
  private var team: OpaquePointer?
  /// What the team is executing.
  private var range = 0..<0

  init(_ program: [Instruction], count: Int, scratchStride: Int) {
    precondition(count > 0, "\(count) threads")
    instructions = .allocate(capacity: program.count)
    _ = instructions.initialize(from: program)
    self.count = count
    self.scratchStride = scratchStride
    waits = .allocate(capacity: program.count)
    _ = waits.initialize(from: Self.waits(in: program, count))
    guard count > 1 else { return }
    team = ck_team_create(
      Int32(count),
      { context, part in Unmanaged<Threads>.fromOpaque(context!).takeUnretainedValue().work(Int(part)) },
      Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    if let team { ck_team_free(team) }
    instructions.deallocate()
    waits.deallocate()
  }

  func run(_ range: Range<Int>) {
    guard let team else {
      for index in range { instructions[index].run() }
      return
    }
    self.range = range
    ck_team_run(team)
  }

  var waitCount: Int { waits.count { $0 } }

  /// Runs everything on this thread: up to each wait, the parts in this order.
  func run(inOrder parts: [Int]) {
    precondition(parts.sorted() == Array(0..<count), "\(parts) are not the parts of \(count) threads")
    var begin = 0
    for end in stride(from: 1, through: instructions.count, by: 1) where end == instructions.count || waits[end] {
      for part in parts {
        for index in begin..<end { instructions[index].run(part: part, of: count, scratchStride: scratchStride) }
      }
      begin = end
    }
  }

  /// Lets the team's threads await the next run without sleeping, for some tens of microseconds. From any thread.
  func wake() {
    if let team { ck_team_wake(team) }
  }

  private func work(_ part: Int) {
    for index in range {
      if waits[index] && index > range.lowerBound { ck_team_barrier(team!) }
      instructions[index].run(part: part, of: count, scratchStride: scratchStride)
    }
  }

  /// The fewest waits: an instruction begins without one unless one since the last must have ended.
  private static func waits(in program: [Instruction], _ count: Int) -> [Bool] {
    guard count > 1 else { return program.map { _ in false } }
    var begun: [Instruction] = []
    return program.map { instruction in
      let waits = begun.contains { $0.mustEnd(before: instruction, parts: count) }
      if waits { begun = [] }
      begun.append(instruction)
      return waits
    }
  }
}
