import Glibc

/// Seconds of the monotonic clock, absolute sleeping, and a condition that times out on that clock: what a control loop
/// needs and Foundation does not offer (its waits follow the wall clock, which may be set).
public enum MonotonicClock {
  /// Seconds since some moment in the past.
  public static func now() -> Double {
    var time = Glibc.timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  static func timespec(_ seconds: Double) -> Glibc.timespec {
    let whole = seconds.rounded(.down)
    return Glibc.timespec(tv_sec: Int(whole), tv_nsec: Int((seconds - whole) * 1e9))
  }

  /// Sleeps until an absolute time; returns at once if it has passed.
  static func sleep(until deadline: Double) {
    var time = timespec(deadline)
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  /// Waits for an absolute time without giving up the core, calling `body` meanwhile.
  static func spin(until deadline: Double, _ body: () -> Void) {
    while now() < deadline { body() }
  }
}

/// A mutex with a condition on the monotonic clock.
final class TimedCondition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Waits, with the lock held, until `ready` or the deadline; tells whether it became ready.
  func wait(until deadline: Double? = nil, _ ready: () -> Bool) -> Bool {
    while !ready() {
      if let deadline {
        var time = MonotonicClock.timespec(deadline)
        if pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return ready() }
      } else {
        pthread_cond_wait(condition, mutex)
      }
    }
    return true
  }

  func signalAll() { pthread_cond_broadcast(condition) }
}
