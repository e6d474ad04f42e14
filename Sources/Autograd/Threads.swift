import CKernels

/// Executes a plan's instructions on one thread, or on a team that shares each of them.
final class Threads {
  let instructions: UnsafeMutableBufferPointer<Instruction>
  private let count: Int
  private let scratchStride: Int
  private var team: OpaquePointer?
  /// What the team is executing.
  private var range = 0..<0

  init(_ program: [Instruction], count: Int, scratchStride: Int) {
    precondition(count > 0, "\(count) threads")
    instructions = .allocate(capacity: program.count)
    _ = instructions.initialize(from: program)
    self.count = count
    self.scratchStride = scratchStride
    guard count > 1 else { return }
    team = ck_team_create(
      Int32(count),
      { context, part in Unmanaged<Threads>.fromOpaque(context!).takeUnretainedValue().work(Int(part)) },
      Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    if let team { ck_team_free(team) }
    instructions.deallocate()
  }

  func run(_ range: Range<Int>) {
    guard let team else {
      for index in range { instructions[index].run() }
      return
    }
    self.range = range
    ck_team_run(team)
  }

  /// Lets the team's threads await the next run without sleeping, for some tens of microseconds. From any thread.
  func wake() {
    if let team { ck_team_wake(team) }
  }

  private func work(_ part: Int) {
    var previousIsShared = false
    for index in range {
      let isShared = instructions[index].isShared
      // Neighbours that part 0 does alone need no waiting between them.
      if index > range.lowerBound && (isShared || previousIsShared) { ck_team_barrier(team!) }
      instructions[index].run(part: part, of: count, scratchStride: scratchStride)
      previousIsShared = isShared
    }
  }
}
