import Reporting
import Testing

/// A clock that tests move and a place for what is written. A class, because the reporter's closures share it.
private final class Stage {
  var time = 0.0
  var text = ""

  func reporter(total: Int, start: Int = 0, isTerminal: Bool) -> ProgressReporter {
    ProgressReporter(
      label: "train", total: total, start: start, isTerminal: isTerminal, now: { self.time },
      write: { self.text += $0 })
  }
}

@Suite struct ProgressTests {
  @Test func aLogGetsTheFirstAndLastStepAndALineNowAndThen() {
    let stage = Stage()
    var reporter = stage.reporter(total: 100, isTerminal: false)
    for step in 1...100 {
      stage.time += 1
      reporter.update(step: step, loss: 0.25)
    }
    reporter.finish()
    #expect(
      stage.text == """
        train 1/100  loss 0.25  1.00 steps/s  1:39 left
        train 31/100  loss 0.25  1.00 steps/s  1:09 left
        train 61/100  loss 0.25  1.00 steps/s  0:39 left
        train 91/100  loss 0.25  1.00 steps/s  0:09 left
        train 100/100  loss 0.25  1.00 steps/s

        """)
  }

  @Test func aTerminalGetsOneLineThatIsRewritten() {
    let stage = Stage()
    var reporter = stage.reporter(total: 3, isTerminal: true)
    for step in 1...3 {
      stage.time += 0.05
      reporter.update(step: step)
    }
    #expect(
      stage.text == "\rtrain 1/3  20.0 steps/s  0:00 left\u{1b}[K\rtrain 3/3  20.0 steps/s\u{1b}[K\n")
  }

  @Test func theSpeedOfAResumedRunCountsOnlyItsOwnSteps() {
    let stage = Stage()
    var reporter = stage.reporter(total: 20_000, start: 10_000, isTerminal: false)
    stage.time = 1
    reporter.update(step: 10_002)
    #expect(stage.text == "train 10002/20000  2.00 steps/s  1:23:19 left\n")
  }

  @Test func finishEndsAnOpenLineOnce() {
    let stage = Stage()
    var reporter = stage.reporter(total: 9, isTerminal: true)
    reporter.finish()
    reporter.update(step: 1)
    reporter.finish()
    reporter.finish()
    #expect(stage.text.filter { $0 == "\n" }.count == 1)
  }
}
