/// Which objective, with its settings: what a configuration file and a checkpoint hold.
///
/// Coded as one flat record, `{"method": "ect", "q": 2, …}`, whose missing keys take the published values; the method's
/// name alone, `"ect"`, is all of them.
public enum ObjectiveConfiguration: Sendable, Hashable, Codable {
  /// Denoising score matching: trains teachers.
  case edm(EDMObjective.Configuration)
  /// Consistency distillation.
  case cd(ConsistencyDistillation.Configuration)
  /// Easy consistency tuning.
  case ect(EasyConsistencyTuning.Configuration)

  /// The objectives by name.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    case edm, cd, ect
  }

  /// A method with the published settings.
  public init(_ method: Method) {
    switch method {
    case .edm: self = .edm(.init())
    case .cd: self = .cd(.init())
    case .ect: self = .ect(.init())
    }
  }

  /// Which of them it is.
  public var method: Method {
    switch self {
    case .edm: .edm
    case .cd: .cd
    case .ect: .ect
    }
  }

  /// The objective for data of standard deviation `sigmaData`.
  ///
  /// - Throws: `ConsistencyError` for a value outside its range; see the objectives' `init`s.
  public func objective(sigmaData: Double) throws(ConsistencyError) -> any Objective {
    switch self {
    case .edm(let configuration): try EDMObjective(configuration, sigmaData: sigmaData)
    case .cd(let configuration): try ConsistencyDistillation(configuration, sigmaData: sigmaData)
    case .ect(let configuration): try EasyConsistencyTuning(configuration, sigmaData: sigmaData)
    }
  }

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
    switch try decoder.container(keyedBy: Key.self).decode(Method.self, forKey: .method) {
    case .edm: self = .edm(try .init(from: decoder))
    case .cd: self = .cd(try .init(from: decoder))
    case .ect: self = .ect(try .init(from: decoder))
    }
  }

  /// As one flat record, all settings written out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(method, forKey: .method)
    switch self {
    case .edm(let configuration): try configuration.encode(to: encoder)
    case .cd(let configuration): try configuration.encode(to: encoder)
    case .ect(let configuration): try configuration.encode(to: encoder)
    }
  }
}

extension KeyedDecodingContainer {
  /// Replaces `value`, a default, where the record has the key.
  func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
    if let given = try decodeIfPresent(Value.self, forKey: key) { value = given }
  }
}
