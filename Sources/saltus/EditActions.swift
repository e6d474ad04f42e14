import ArgumentParser
import Consistency
import Foundation
import PolicyHead
import PolicyTraining
import Reporting

/// `saltus edit actions`: a chunk of actions of which something is known, completed by a policy.
struct EditActions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "actions",
    abstract: "Complete or change a chunk of actions: prefix, waypoints, goal, channels, coarse plans, sketches.",
    discussion: """
      A policy draws what is missing of a chunk so as to go with what is known and with what it observes; it needs no
      training for that. Rows are those of the predicted horizon (16 for bundled:pusht): row 0 belongs to the oldest
      observation, row 1 (of 2 observations) to the newest, the last one is the goal. Units are the data set's.

        --prefix, --waypoint, --goal, --channel   values that are known, in any combination
        --coarse                                  means of rows that are known
        --sketch, --strength                      a chunk to draw from (SDEdit), also with values or means known
        --between, --share                        noise between that of two seeds, also with any of the others

      Known values come out bit for bit, even outside of the data's range; means to about 1e-13 of themselves. What is drawn
      keeps to the data's range. --json says by how much known values are off (known_error).

      One line of JSON goes to standard output: "actions", whose row 0 belongs to the newest observation, and "plan", the
      whole horizon. --picture shows the unedited chunk (the sketch, or what the same noise makes of nothing known)
      beside the edited one, what is known in violet: for Push-T's keypoints.

      --simulate measures: it hides what the options do not name from recorded chunks (--data), or from chunks that the
      policy draws, and reports the root mean square error of the missing values beside that of straight lines between
      the known ones (level before the first and behind the last) and of what the policy draws with nothing known.

      EXAMPLES:
        saltus edit actions --start 7 --goal 256,300 --picture goal.png
        saltus edit actions --start 7 --prefix '[[200, 150], [205, 160]]' --waypoint 9:256,300
        saltus edit actions --observation now.json --channel 0=x.json --steps 8
        saltus edit actions --episode-of pusht_cchi_v7_replay.zarr:3:40 --coarse '4:[[220, 300], [230, 290], …]'
        saltus act bundled:pusht --full-horizon < now.json | saltus edit actions --observation now.json \\
          --sketch - --strength 0.2 --goal 300,300
        saltus edit actions --start 7 --between 1 2 --share 0.5
        saltus edit actions --simulate --data pusht_cchi_v7_replay.zarr --count 200 --prefix 4 --goal chunk --json test.json
      """)

  @Argument(help: ArgumentHelp("A checkpoint of training, or bundled:pusht.", valueName: "checkpoint"))
  var checkpoint = "bundled:pusht"

  @OptionGroup(title: "What is observed") var observed: ObservationArguments
  @OptionGroup(title: "What is known") var known: ActionEditArguments

  @Flag(help: "Hide what is not named from whole chunks, and measure against them.")
  var simulate = false

  @Option(help: ArgumentHelp("Recorded chunks for --simulate, evenly spread over the data.", valueName: "PATH"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Of --data only the episodes that a training with heldOutEpisodes=SHARE does not see.", valueName: "SHARE"))
  var heldOut: Double?

  @Option(
    help: ArgumentHelp(
      "Chunks of --simulate, by default 100: of --data, of as many seeds from --start on, or of the one observation.",
      valueName: "N"))
  var count: Int?

  @Option(
    help: ArgumentHelp("Network calls: with more, what is drawn goes better with what is known.", valueName: "N"))
  var steps = 5

  @Option(help: ArgumentHelp("Falling noise levels, one per call, in place of --steps.", valueName: "80,1,0.1"))
  var sigmas: String?

  @Option(help: ArgumentHelp("Strength of the noise, 0 to 2; by default the policy's own.", valueName: "X"))
  var temperature: Double?

  @Option(help: ArgumentHelp("Fresh noise along the chain, 0 to 1: see saltus act.", valueName: "G"))
  var gamma: Double?

  @Option(
    help: ArgumentHelp(
      "Decides the noise: the same seed is the same chunk; by default the observation's, or 0. Chunk i of --simulate "
        + "has seed N + i.", valueName: "N"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Before and after as .png, side by side.", valueName: "FILE"))
  var picture: String?

  @Option(help: ArgumentHelp("Write the chunk with its unedited one, or the measurements, as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if !(1...1000).contains(steps) { throw ValidationError("--steps \(steps): 1 to 1,000 are possible.") }
    if sigmas != nil && known.sketch != nil {
      throw ValidationError("--sigmas and --sketch: a sketch's first noise level is its --strength; give --steps.")
    }
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
    try PolicyArguments.check(gamma: gamma, solver: nil)
    if let picture, (picture as NSString).pathExtension.lowercased() != "png" {
      throw ValidationError("--picture \(picture): the file's name must end in .png.")
    }
    if simulate {
      try known.validateSimulation()
    } else if data != nil || count != nil {
      throw ValidationError("--data and --count are for --simulate: give it, too.")
    }
    if data != nil && (observed.observation != nil || observed.start != nil || observed.episodeOf != nil) {
      throw ValidationError("--data brings its own observations: give no others.")
    }
    if let heldOut, data == nil || !(heldOut > 0 && heldOut < 1) {
      throw ValidationError("--held-out \(heldOut): a share between 0 and 1 of the episodes of --data is possible.")
    }
    if let count, !(1...1_000_000).contains(count) {
      throw ValidationError("--count \(count): 1 to 1,000,000 are possible.")
    }
    if simulate, let start = observed.start { try EpisodeSeeds.check(start, count: count ?? 100, option: "--start") }
  }

  func run() throws {
    let policy = try PolicyArguments.load(checkpoint).used(PolicyUse(temperature: temperature, gamma: gamma))
    let editor = try ActionEditor(policy, threads: threadOptions.threads)
    let method: SamplingMethod =
      if let sigmas {
        .chain(sigmas: try noiseLevels(sigmas, option: "--sigmas"))
      } else {
        try editor.method(steps: steps, sketch: known.strength)
      }
    if simulate { try measure(editor, method) } else { try edit(editor, method) }
  }

  private func edit(_ editor: ActionEditor, _ method: SamplingMethod) throws {
    let policy = editor.description
    let observed = try observed.read(for: policy)
    let edit = try known.edit(for: policy)
    let noise = known.noise(seed: seed ?? observed.seed ?? 0)
    let newest = observed.history[policy.observationSteps - 1]
    let drawing = try picture.map { _ in try ActionEditPicture(newest, of: policy) }
    let start = ContinuousClock.now
    let plan = try editor.draw(observed.history, edit, method: method, noise: noise)
    let time = (ContinuousClock.now - start).components
    let unedited =
      try edit.sketch?.rows
      ?? editor.draw(observed.history, ActionEdit(for: policy), method: method, noise: noise)
    let first = policy.observationSteps - 1
    let report = ActionEditReport(
      actions: Array(plan[first..<first + policy.actionSteps]), plan: plan, unedited: unedited,
      networkCalls: networkCalls(method), knownValues: edit.knownCount, knownError: edit.knownError(of: plan),
      milliseconds: Double(time.seconds) * 1e3 + Double(time.attoseconds) * 1e-15)
    if let picture, let drawing {
      let before = edit.sketch == nil ? "unedited" : "sketch"
      try drawing.write([(before, unedited), ("edited", plan)], marking: edit, to: picture)
    }
    if let json { try JSONFile.write(report, to: json) }
    print(try JSONFile.line(Answer(actions: report.actions, plan: plan, milliseconds: report.milliseconds)))
  }

  /// As `act` answers.
  private struct Answer: Encodable {
    var actions: [[Double]]
    var plan: [[Double]]
    var milliseconds: Double
  }

  private func networkCalls(_ method: SamplingMethod) -> Int {
    if case .chain(let sigmas) = method { sigmas.count } else { steps }
  }
}

// MARK: --simulate

extension EditActions {
  private func measure(_ editor: ActionEditor, _ method: SamplingMethod) throws {
    let policy = editor.description
    let nothing = ActionEdit(for: policy)
    let chunks = try wholeChunks(editor, method)
    var errors: [ActionEditMeasurement.Errors] = []
    var knownValues = 0
    for index in 0..<(count ?? 100) {
      let (history, truth) = try chunks(index)
      let edit = try known.edit(for: policy, hidingFrom: truth)
      // Call 0 of the same seed may be the truth.
      func draw(_ edit: ActionEdit) throws -> [[Double]] {
        try editor.draw(history, edit, method: method, noise: .seed((seed ?? 0) &+ UInt64(index)), call: 1)
      }
      let (edited, unedited) = (try draw(edit), try draw(nothing))
      func error(_ rows: [[Double]]) -> Double { edit.missingError(of: rows, truth: truth) ?? 0 }
      errors.append(
        .init(
          edit: error(edited), linearInterpolation: edit.linearInterpolation().map(error), unedited: error(unedited),
          known: edit.knownError(of: edited)))
      knownValues = edit.knownCount
      if index == 0, let picture {
        try ActionEditPicture(history[policy.observationSteps - 1], of: policy)
          .write([("unedited", unedited), ("edited", edited), ("whole", truth)], marking: edit, to: picture)
      }
    }
    let report = ActionEditMeasurement(errors, networkCalls: networkCalls(method), knownValues: knownValues)
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
  }

  /// Recorded, or drawn by the policy: what was observed and the whole chunk of number i.
  private func wholeChunks(
    _ editor: ActionEditor, _ method: SamplingMethod
  ) throws -> (Int) throws -> (history: [[Double]], actions: [[Double]]) {
    let policy = editor.description
    if let data {
      let chunks = try RecordedChunks(URL(filePath: data), of: policy, heldOutEpisodes: heldOut)
      let places = try chunks.places(count: count ?? 100)
      return { try chunks.chunk(at: places[$0]) }
    }
    // Standard input can be read once.
    let first = try observed.read(for: policy)
    return { index in
      let now = observed.start == nil ? first : try observed.read(for: policy, index: index)
      if let recorded = now.recorded { return (now.history, recorded) }
      let noise = NoiseSource.seed((seed ?? 0) &+ UInt64(index))
      return (now.history, try editor.draw(now.history, ActionEdit(for: policy), method: method, noise: noise))
    }
  }
}
