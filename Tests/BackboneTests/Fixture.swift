import Foundation
import TestSupport

/// A golden file of the PyTorch twin: its configuration and float tensors by name.
struct Fixture {
  let configuration: [String: Any]
  let tensors: [String: (shape: [Int], values: [Float])]

  /// Reads `Tests/Fixtures/NAME.safetensors`, written by temporal_unet_fixtures.py.
  init(_ name: String) throws {
    let data = try Data(contentsOf: fixture("\(name).safetensors"))
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    var header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as! [String: Any]
    let metadata = header.removeValue(forKey: "__metadata__") as! [String: String]
    configuration =
      try JSONSerialization.jsonObject(with: Data(metadata["config"]!.utf8)) as! [String: Any]
    tensors = header.mapValues { entry in
      let entry = entry as! [String: Any]
      let range = entry["data_offsets"] as! [Int]
      let bytes = data[(8 + length + range[0])..<(8 + length + range[1])]
      let values = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      return (entry["shape"] as! [Int], values)
    }
  }

  func integer(_ key: String) -> Int { configuration[key] as! Int }
}
