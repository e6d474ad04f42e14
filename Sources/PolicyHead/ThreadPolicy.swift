import CScheduling
import Foundation

/// How the operating system treats a thread: real-time priority, and the cores that it may run on. Linux only.
///
/// Applied to a thread, it holds for the threads that it starts afterwards as well: so it is applied first, then predictors
/// and loops are made.
public struct ThreadPolicy: Sendable, Equatable {
  /// SCHED_FIFO priority, 1 to 98, above all normal threads; nil for normal scheduling. See sched(7).
  public var realTimePriority: Int?
  /// Numbers of the allowed cores; empty for all.
  public var cores: [Int]

  /// What the system did not allow, with its reason.
  public enum Refusal: Sendable, Equatable, CustomStringConvertible {
    case realTimePriority(String)
    case lockedMemory(String)

    public var description: String {
      switch self {
      case .realTimePriority(let reason):
        "real-time priority was refused (\(reason)): it needs CAP_SYS_NICE or an rtprio limit (ulimit -r, "
          + "/etc/security/limits.conf)"
      case .lockedMemory(let reason):
        "memory was not locked (\(reason)): it needs CAP_IPC_LOCK or a higher memlock limit (ulimit -l, "
          + "/etc/security/limits.conf)"
      }
    }
  }

  public init(realTimePriority: Int? = nil, cores: [Int] = []) {
    self.realTimePriority = realTimePriority
    self.cores = cores
  }

  /// Applies it to the calling thread. For real-time priority the process's memory is also kept from being swapped out,
  /// where that is allowed.
  ///
  /// - Returns: what the system refused for lack of privileges; the rest is applied.
  /// - Throws: `PolicyError.badSetting` for cores that do not exist and for impossible priorities.
  public func apply() throws(PolicyError) -> [Refusal] {
    if let realTimePriority, !(1...98).contains(realTimePriority) {
      throw .badSetting("a real-time priority of \(realTimePriority): 1 to 98 are possible")
    }
    if !cores.isEmpty { try Self.pin(to: cores) }
    guard let realTimePriority else { return [] }
    var refusals: [Refusal] = []
    if let reason = Self.setPriority(realTimePriority) { refusals.append(.realTimePriority(reason)) }
    // Locked as they are touched: what is never used costs nothing.
    if mlockall(Int32(MCL_CURRENT) | Int32(MCL_FUTURE) | Int32(MCL_ONFAULT)) != 0 {
      refusals.append(.lockedMemory(String(cString: strerror(errno))))
    }
    return refusals
  }

  /// Makes the calling thread's timers exact (normal threads sleep up to 50 µs longer, see PR_SET_TIMERSLACK), and, if it
  /// has real-time priority, raises it by one: above the threads that it shares a priority with.
  static func becomePunctual() {
    // Where this is refused, the thread is only less punctual.
    _ = scheduling_set_timer_slack(1)
    var policy: Int32 = 0
    var parameters = sched_param()
    pthread_getschedparam(pthread_self(), &policy, &parameters)
    if policy == SCHED_FIFO { _ = setPriority(Int(parameters.sched_priority) + 1) }
  }

  /// - Returns: why it was refused, or nil.
  private static func setPriority(_ priority: Int) -> String? {
    var parameters = sched_param()
    parameters.sched_priority = Int32(priority)
    let code = pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters)
    return code == 0 ? nil : String(cString: strerror(code))
  }

  private static func pin(to cores: [Int]) throws(PolicyError) {
    let count = sysconf(Int32(_SC_NPROCESSORS_CONF))
    if let core = cores.first(where: { !(0..<count).contains($0) }) {
      throw .badSetting("there is no core \(core): this machine has 0 to \(count - 1)")
    }
    let code = scheduling_set_cores(cores.map(Int32.init), Int32(cores.count))
    guard code == 0 else {
      throw .badSetting("the cores \(cores) cannot be used: \(String(cString: strerror(code)))")
    }
  }
}
