import ArgumentParser
import Configuration

/// `--config FILE` and `--set key=value`.
struct ConfigurationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("YAML file of configuration keys.", valueName: "FILE"))
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Sets one key, over the file; may be given again. Example: --set learningRate=3e-4 --set widths=64,128,256",
      valueName: "key=value"))
  var overrides: [String] = []

  /// Whether there is none.
  var isEmpty: Bool { config == nil && overrides.isEmpty }

  /// The defaults, under the file, under the overrides.
  ///
  /// - Throws: `ConfigurationError`.
  func load<Value: Codable>(defaults: Value) throws(ConfigurationError) -> Value {
    try ConfigurationLoader.load(defaults: defaults, file: config, overrides: overrides)
  }
}
