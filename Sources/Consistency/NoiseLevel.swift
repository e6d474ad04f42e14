import Autograd

/// One noise level per sample, as inputs of a graph: `NAME.skip`, `.out`, `.input`, `.u`, `.sigma`, each `[B, 1, 1]`.
///
/// They are inputs, so that one plan serves every noise level; host code computes them in double precision
/// (`Parameterisation.values(at:)`) and writes them through a `NoiseLevelPort`.
public struct NoiseLevel {
  /// What `Preconditioning` multiplies with.
  public let skip, out, input: Tensor
  /// What the noise embedding is told.
  public let u: Tensor
  /// The noise level itself.
  public let sigma: Tensor

  /// Finds or adds the five inputs of the level `name`, for `batch` samples.
  public init(_ name: String, batch: Int, graph: Graph) {
    func port(_ part: Part) -> Tensor { graph.input(part.input(of: name), [batch, 1, 1]) }
    skip = port(.skip)
    out = port(.out)
    input = port(.input)
    u = port(.u)
    sigma = port(.sigma)
  }

  /// The names of the level's inputs.
  static func inputNames(_ name: String) -> Set<String> { Set(Part.allCases.map { $0.input(of: name) }) }

  enum Part: String, CaseIterable {
    case skip, out, input, u, sigma

    /// The input that holds it.
    func input(of level: String) -> String { level + "." + rawValue }
  }

  /// One sample's noise level: what the five inputs hold.
  public struct Values: Sendable, Hashable {
    /// As the tensors of the same names.
    public var skip, out, input, u, sigma: Double

    subscript(part: Part) -> Double {
      switch part {
      case .skip: skip
      case .out: out
      case .input: input
      case .u: u
      case .sigma: sigma
      }
    }
  }

  /// The inputs of the level `name` for a batch with the given noise levels, as `ReferenceInterpreter` takes them.
  public static func inputs(_ name: String, _ rows: [Values]) -> [String: [Double]] {
    Dictionary(uniqueKeysWithValues: Part.allCases.map { part in (part.input(of: name), rows.map { $0[part] }) })
  }
}

/// Where a plan's inputs of one noise level lie. Inputs that the plan does not read are left out.
public struct NoiseLevelPort: @unchecked Sendable {
  private let parts: [(NoiseLevel.Part, UnsafeMutableBufferPointer<Float>)]

  /// Looks the level up; writing to it later allocates nothing. The plan must outlive the port.
  public init(_ name: String, in plan: Plan) {
    parts = NoiseLevel.Part.allCases.compactMap { part in
      plan.reads(part.input(of: name)) ? (part, plan.input(part.input(of: name))) : nil
    }
  }

  /// Samples in the plan's batch; 0 if the plan reads none of the level's inputs.
  public var batch: Int { parts.first?.1.count ?? 0 }

  /// Sets one sample's noise level; `row` is 0 ..< `batch`.
  public func set(row: Int, to values: NoiseLevel.Values) {
    for (part, buffer) in parts { buffer[row] = Float(values[part]) }
  }

  /// Sets the noise level of every sample.
  public func setAll(to values: NoiseLevel.Values) {
    for (part, buffer) in parts { buffer.update(repeating: Float(values[part])) }
  }
}
