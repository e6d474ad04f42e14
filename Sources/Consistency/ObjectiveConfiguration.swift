/// Which objective, with its settings: what a configuration file and a checkpoint hold.
///
/// Coded as one flat record, `{"method": "ect", "q": 2, …}`, whose missing keys take the published values; the method's
/// name alone, `"ect"`, is all of them.
public struct ObjectiveConfiguration: Sendable {
  /// The objectives by name.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    case edm, ct, cd, ict, ect, scm, ctm, pcm, tcm, meanflow, pd, lcm

    /// The file that says what it is.
    public var objective: any Objective.Type {
      switch self {
      case .edm: EDMObjective.self
      case .ct: ConsistencyTraining.self
      case .cd: ConsistencyDistillation.self
      case .ict: ImprovedConsistencyTraining.self
      case .ect: EasyConsistencyTuning.self
      case .scm: ContinuousTimeConsistency.self
      case .ctm: ConsistencyTrajectoryModel.self
      case .pcm: PhasedConsistencyModel.self
      case .tcm: TruncatedConsistencyModel.self
      case .meanflow: MeanFlow.self
      case .pd: ProgressiveDistillation.self
      case .lcm: LatentConsistencyModel.self
      }
    }

    /// What a trained model has that contradicts this method, or nil.
    ///
    /// - Parameters:
    ///   - embedsTarget: whether its network has a second embedding.
    ///   - guidance: w of its sampling.
    public func problem(embedsTarget: Bool, guidance: Double?) -> String? {
      let second = objective.secondEmbedding
      if embedsTarget != (second != nil) {
        return "objective=\(self) and a network \(embedsTarget ? "with" : "without") a second embedding"
      }
      if (guidance != nil) != (second == .guidance) || guidance.map({ !$0.isFinite }) ?? false {
        return "objective=\(self) and a guidance of \(guidance.map { "\($0)" } ?? "nothing")"
      }
      return nil
    }
  }

  /// Which of them it is.
  public let method: Method
  /// That objective's `Configuration`.
  public let settings: any ObjectiveSettings

  /// A method with the published settings.
  public init(_ method: Method) {
    func published<O: Objective>(_ type: O.Type) -> any ObjectiveSettings { O.Configuration() }
    self.method = method
    settings = published(method.objective)
  }

  /// The method that these are the settings of.
  ///
  /// - Precondition: a method of `Method`.
  public init<Settings: ObjectiveSettings>(_ settings: Settings) {
    func has<O: Objective>(_ type: O.Type) -> Bool { O.Configuration.self == Settings.self }
    guard let method = Method.allCases.first(where: { has($0.objective) }) else {
      preconditionFailure("\(Settings.self) are settings of no method")
    }
    self.method = method
    self.settings = settings
  }

  private init(_ method: Method, _ settings: any ObjectiveSettings) {
    self.method = method
    self.settings = settings
  }

  /// Whether a model that is trained with it also learns what is likely without a condition, as an unconditional teacher
  /// must: see `Objective.needsUnconditionalTeacher`.
  public var dropsConditions: Bool { (settings as? EDMObjective.Configuration)?.conditionDropout != nil }

  /// The objective for data of standard deviation `sigmaData`.
  ///
  /// - Throws: `ConsistencyError` for a value outside its range; see the objectives' `init`s.
  public func objective(sigmaData: Double) throws(ConsistencyError) -> any Objective {
    func make<O: Objective>(_ type: O.Type) throws(ConsistencyError) -> any Objective {
      try O(settings as! O.Configuration, sigmaData: sigmaData)
    }
    return try make(method.objective)
  }
}

extension ObjectiveConfiguration: Hashable {
  public static func == (a: Self, b: Self) -> Bool { AnyHashable(a.settings) == AnyHashable(b.settings) }

  public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(settings)) }
}

/// Reflected as the choice that it is: one method's settings do not mix with another's.
extension ObjectiveConfiguration: CustomReflectable {
  public var customMirror: Mirror { Mirror(self, children: [method.rawValue: settings], displayStyle: .enum) }
}

extension ObjectiveConfiguration: Codable {
  private enum Key: String, CodingKey {
    case method
  }

  /// From a record with `method`, or from a method's name alone. Keys that the method does not have are passed over.
  ///
  /// - Throws: `DecodingError` for an unknown method or a value of another type.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer(), (try? name.decode(String.self)) != nil {
      self.init(try name.decode(Method.self))
      return
    }
    func decode<O: Objective>(_ type: O.Type) throws -> any ObjectiveSettings { try O.Configuration(from: decoder) }
    let method = try decoder.container(keyedBy: Key.self).decode(Method.self, forKey: .method)
    self.init(method, try decode(method.objective))
  }

  /// As one flat record, all settings written out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(method, forKey: .method)
    try settings.encode(to: encoder)
  }
}

extension KeyedDecodingContainer {
  /// Replaces `value`, a default, where the record has the key.
  func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
    if let given = try decodeIfPresent(Value.self, forKey: key) { value = given }
  }
}
