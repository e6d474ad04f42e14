import Configuration

enum Objective: String, Codable, CaseIterable { case edm, cd, ect }

enum Noise: Codable, Equatable {
  case lognormal(mean: Double, deviation: Double)
  case discrete(levels: Int)
}

struct Network: Codable, Equatable {
  var widths = [64, 128]
  var dropout: Float = 0.1
}

struct Stage: Codable, Equatable {
  var name: String
  var steps: Int
}

struct Example: Codable, Equatable {
  var steps = 1000
  var learningRate = 5e-4
  var objective = Objective.edm
  var teacher: String?
  var note: String? = "none"
  var isAveraged = true
  var noise = Noise.lognormal(mean: -0.8, deviation: 1.6)
  var network = Network()
  var stages: [Stage] = []
  var seed: UInt64 = 7
}

/// A choice that is coded by hand: a method's name alone, or a record that begins with it.
enum Method: Codable, Equatable {
  case teacher(mean: Double)
  case student(mean: Double, growth: Int)

  enum Name: String, Codable, CaseIterable { case teacher, student }
  enum CodingKeys: String, CodingKey { case method, mean, growth }

  init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(Name.self) {
      self = name == .teacher ? .teacher(mean: -1.2) : .student(mean: -0.8, growth: 2)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Name.self, forKey: .method) {
    case .teacher:
      self = .teacher(mean: try container.decodeIfPresent(Double.self, forKey: .mean) ?? -1.2)
    case .student:
      let mean = try container.decodeIfPresent(Double.self, forKey: .mean) ?? -0.8
      self = .student(mean: mean, growth: try container.decodeIfPresent(Int.self, forKey: .growth) ?? 2)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .teacher(let mean):
      try container.encode(Name.teacher, forKey: .method)
      try container.encode(mean, forKey: .mean)
    case .student(let mean, let growth):
      try container.encode(Name.student, forKey: .method)
      try container.encode(mean, forKey: .mean)
      try container.encode(growth, forKey: .growth)
    }
  }
}

/// Two structs whose keys stand side by side in one section.
struct Flat: Codable, Equatable {
  struct Training: Codable, Equatable { var steps = 10, seed = 1 }
  enum CodingKeys: String, CodingKey { case objective }

  var training = Training()
  var network = Network()
  var objective = Method.teacher(mean: -1.2)

  init() {}

  init(from decoder: any Decoder) throws {
    training = try Training(from: decoder)
    network = try Network(from: decoder)
    objective = try decoder.container(keyedBy: CodingKeys.self).decode(Method.self, forKey: .objective)
  }

  func encode(to encoder: any Encoder) throws {
    try training.encode(to: encoder)
    try network.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(objective, forKey: .objective)
  }
}

/// The example's defaults with a YAML text and overrides over them.
func load(_ yaml: String = "", _ overrides: String...) throws -> Example {
  try ConfigurationLoader.load(defaults: Example(), text: yaml, name: "run.yaml", overrides: overrides)
}

/// What is wrong with a YAML text and overrides; empty if nothing is.
func problems(_ yaml: String, _ overrides: String...) -> [String] {
  do {
    _ = try ConfigurationLoader.load(defaults: Example(), text: yaml, name: "run.yaml", overrides: overrides)
    return []
  } catch {
    return error.problems
  }
}
