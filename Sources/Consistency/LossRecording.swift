import Autograd
import Backbone

/// What an objective sees while it records its loss: data, noise, the denoisers and the reductions.
///
/// Both sides of a pair share the noise and the dropout masks; the teacher runs without dropout.
public struct LossRecording<N: Network> {
  /// Where the loss is recorded.
  public let graph: Graph
  /// The denoiser being trained, bank `.online`.
  public let student: Denoiser<N>
  /// The frozen denoiser, bank `.teacher`, for objectives that need one.
  public let teacher: Denoiser<N>?
  /// x0, `[B, T, C]`.
  public let data: Tensor
  /// z ~ N(0, I), `[B, T, C]`: the input `noise`.
  public let noise: Tensor
  /// What student and target are conditioned on, dropout keys included where there is dropout.
  public internal(set) var conditioning: Conditioning
  /// The loss's own parameters by name.
  private let learnedParameters: [String: Parameter]
  /// 1 for frames that count, 0 for padding, `[B, T, 1]`, at least one 1 per sample; nil: all count.
  public let validity: Tensor?

  /// Adds the input `noise`; all else must be of `graph` already.
  ///
  /// - Parameter learned: what the objective's `learned` asked for, by name.
  /// - Precondition: `validity` is `[B, T, 1]` or nil.
  public init(
    graph: Graph, student: Denoiser<N>, teacher: Denoiser<N>?, data: Tensor, conditioning: Conditioning,
    validity: Tensor? = nil, learned: [String: Parameter] = [:]
  ) {
    precondition(
      validity.map { $0.shape == [data.shape[0], data.shape[1], 1] } ?? true,
      "a validity of \(validity?.shape ?? []) for data of \(data.shape)")
    self.graph = graph
    self.student = student
    self.teacher = teacher
    self.data = data
    self.conditioning = conditioning
    self.validity = validity
    learnedParameters = learned
    noise = graph.input(LossInput.noise, data.shape)
  }

  /// A number per sample that the objective draws, `[B, 1, 1]`.
  public func scalar(_ name: String) -> Tensor { graph.input(LossInput.scalar(name), [data.shape[0], 1, 1]) }

  /// x0 + sigma z at a level of the objective: `[B, T, C]`.
  public func noised(at level: String) -> Tensor { data + noise * studentLevel(level).sigma }

  /// f(x, sigma) of the online parameters: `[B, T, C]`.
  ///
  /// - Parameter end: the level to which a jump from there is to go, for networks that embed it.
  public func online(_ x: Tensor, at level: String, to end: String? = nil) -> Tensor {
    student(x, at: studentLevel(level), to: end.map(studentLevel), conditioning)
  }

  /// f(x, sigma) of the target's parameters, through which no gradient passes: `[B, T, C]`.
  ///
  /// - Parameter bank: `.target` for a moving average; by default the online parameters themselves.
  public func target(_ x: Tensor, at level: String, to end: String? = nil, bank: Bank = .online) -> Tensor {
    graph.with(bank) { online(x, at: level, to: end) }.stopGradient()
  }

  /// Where the straight line through x and its denoised self leads from t down to s: s/t x + (1 − s/t) denoised.
  ///
  /// - Parameter kept: the scalar that holds s/t.
  func jump(from x: Tensor, _ denoised: Tensor, kept: String) -> Tensor { denoised + (x - denoised) * scalar(kept) }

  /// The network's own output at a level, and its derivative along a path through noise levels: both `[B, T, C]`. The level
  /// at which a jump ends stays as it is.
  ///
  /// - Parameters:
  ///   - input: what the network sees, `[B, T, C]`: scaled already.
  ///   - end: for networks that embed where a jump ends; by default `level`, which makes them denoisers.
  ///   - direction: how `input` changes along the path, `[B, T, C]`.
  ///   - slope: how the embedding's u changes along it.
  func outputAndDerivative(
    _ input: Tensor, at level: String, to end: String? = nil, along direction: Tensor, slope: Double
  ) -> (output: Tensor, derivative: Tensor) {
    let level = studentLevel(level)
    let target = student.network.embedsTarget ? (end.map(studentLevel) ?? level).u : nil
    let output = student.network(input, noise: level.u, target: target, conditioning)
    let slopes = graph.constant([Float(slope)], [1, 1, 1]).broadcast(to: level.u.shape)
    let derivative = graph.pushforward([output], along: [(input, direction), (level.u, slopes)])[0]
    return (output, derivative ?? output * 0)
  }

  /// One of the loss's own parameters, `[1, 1, count]`.
  ///
  /// - Precondition: the objective's `learned` has it.
  public func learned(_ name: String) -> Tensor {
    guard let parameter = learnedParameters[name] else { preconditionFailure("no learned parameter \(name)") }
    return graph.parameter(parameter)
  }

  /// The teacher's denoised x, through which no gradient passes: `[B, T, C]`.
  ///
  /// - Precondition: the recording has a teacher.
  public func taught(_ x: Tensor, at level: String) -> Tensor {
    guard let teacher else { preconditionFailure("this recording has no teacher") }
    var plain = conditioning
    plain.dropoutKeys = nil
    plain.guidance = nil
    let level = NoiseLevel(LossInput.teacherLevel(level), batch: data.shape[0], graph: graph)
    return graph.with(.teacher) { teacher(x, at: level, plain) }.stopGradient()
  }

  private func studentLevel(_ name: String) -> NoiseLevel { NoiseLevel(name, batch: data.shape[0], graph: graph) }
}

/// Names of the inputs that a recorded loss reads besides its noise levels, data and conditioning.
package enum LossInput {
  package static let noise = "noise"
  /// A level with the teacher's parameterisation instead of the student's.
  package static func teacherLevel(_ name: String) -> String { "teacher.\(name)" }
  package static func scalar(_ name: String) -> String { "objective.\(name)" }
}

// MARK: - Reductions

extension LossRecording {
  /// Mean of e² over the valid elements of each example: `[B, T, C]` → `[B, 1, 1]`.
  public func meanSquare(_ e: Tensor) -> Tensor {
    guard let validity else { return sumOfSquares(e) * (1 / Float(elementsPerSample)) }
    let elements = validity.sumPerSample() * Float(e.shape[2])
    return sumOfSquares(e) * elements.reciprocal()
  }

  /// Pseudo-Huber distance √(‖e‖² + c²) − c of whole examples, c = constant · √D, D the number of valid elements
  /// (Song & Dhariwal 2023, section 3.3): `[B, T, C]` → `[B, 1, 1]`. The constant is positive.
  public func pseudoHuber(_ e: Tensor, constant: Double) -> Tensor {
    precondition(constant > 0, "a pseudo-Huber constant of \(constant)")
    guard let validity else {
      let c = constant * Double(elementsPerSample).squareRoot()
      return (sumOfSquares(e) + Float(c * c)).squareRoot() - Float(c)
    }
    let squaredC = validity.sumPerSample() * Float(Double(e.shape[2]) * constant * constant)
    return (sumOfSquares(e) + squaredC).squareRoot() - squaredC.squareRoot()
  }

  /// √D, D the number of each example's valid elements: `[B, 1, 1]` or, where all are valid, `[1, 1, 1]`.
  var rootOfElementCount: Tensor {
    guard let validity else { return graph.constant([Float(elementsPerSample).squareRoot()], [1, 1, 1]) }
    return (validity.sumPerSample() * Float(data.shape[2])).squareRoot()
  }

  private var elementsPerSample: Int { data.shape[1] * data.shape[2] }

  private func sumOfSquares(_ e: Tensor) -> Tensor {
    let squares = e.squared()
    return (validity.map { squares * $0 } ?? squares).sumPerSample()
  }
}
