import Checkpoints
import Foundation
import TestSupport
import Testing

/// Reading and writing, against the reference implementation's files (Tests/Fixtures/safetensors_files.py).
struct SafetensorsFileTests {
  private static let ramp: [Float] = (0..<6).map { Float($0) * 0.75 - 2 }

  @Test func filesOfTheReferenceReadEqual() throws {
    let file = try SafetensorsFile(fixture("reference.safetensors"))
    for name in ["f64", "f32", "f16", "bf16"] { #expect(try file.floats(name, shape: [2, 3]) == Self.ramp, "\(name)") }
    #expect(try file.integers("i64") == [-(1 << 40), 0, 1 << 40])
    #expect(try file.integers("i32") == [Int64(Int32.min), 0, Int64(Int32.max)])
    #expect(try file.integers("i16") == [-32_768, 0, 32_767])
    #expect(try file.integers("i8") == [-128, 0, 127])
    #expect(try file.integers("u8") == [0, 128, 255])
    #expect(try file.bytes("u8") == [0, 128, 255])
    #expect(try file.integers("bool") == [1, 0])
    #expect(try file.floats("scalar", shape: []) == [7.25])
    #expect(try file.floats("empty", shape: [0, 4]) == [])
    #expect(try file.string(forKey: "text") == "quote \" backslash \\ line\nend \u{e9} \u{1f916}")
    #expect(file.tensors.map(\.name) == file.tensors.map(\.name).sorted())
    #expect(file.tensors.count == 12)
  }

  private func writer(reversed: Bool = false) -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    writer.metadata["config"] = #"{"widths":[64,128]}"#
    let additions: [(inout SafetensorsWriter) -> Void] = [
      { $0.add("b.weight", shape: [2, 3], Self.ramp) },
      { $0.add("a.weight", shape: [6], Self.ramp) },
      { $0.add("half", shape: [2, 3], Self.ramp, as: .float16) },
      { $0.add("step", shape: [1], integers: [123]) },
      { $0.add("bytes", shape: [3], bytes: [1, 2, 3]) },
    ]
    for addition in reversed ? additions.reversed() : additions { addition(&writer) }
    return writer
  }

  @Test(arguments: [false, true]) func equalContentGivesTheReferencesBytesInAnyOrder(reversed: Bool) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      try writer(reversed: reversed).write(to: url)
      #expect(try Data(contentsOf: url) == Data(contentsOf: fixture("sorted.safetensors")))
    }
  }

  @Test func whatIsWrittenReadsBack() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      // More than one piece of the conversion loops.
      let many = (0..<200_001).map { Float($0) * 0.37 - 30_000 }
      var writer = SafetensorsWriter()
      writer.metadata["note \"\u{1}\" é"] = "line\nend\t\u{1f} \\"
      writer.add("many", shape: [200_001], many)
      writer.add("many.half", shape: [200_001], many, as: .float16)
      try many.withUnsafeBufferPointer { buffer in
        writer.add("many.borrowed", shape: [3, 66_667], borrowing: buffer)
        try writer.write(to: url)
      }
      let file = try SafetensorsFile(url)
      #expect(try file.floats("many") == many)
      #expect(try file.floats("many.borrowed", shape: [3, 66_667]) == many)
      #expect(try file.floats("many.half") == many.map { Float(Float16($0)) })
      #expect(file.metadata == writer.metadata)
      #expect(file.tensors.allSatisfy { $0.bytes.lowerBound % 2 == 0 })
      #expect(file.contains("many") && !file.contains("few"))
    }
  }

  @Test func halfPrecisionRoundsToNearestEven() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      // Around 2048 the spacing is 2: 2049 lies halfway and goes to the even 2048, 2051 to 2052.
      var writer = SafetensorsWriter()
      writer.add("x", shape: [5], [2049, 2051, 2049.01, 65_504, 1e6], as: .float16)
      try writer.write(to: url)
      #expect(try SafetensorsFile(url).floats("x") == [2048, 2052, 2050, 65_504, .infinity])
    }
  }

  @Test func anOpenFileKeepsItsContentWhenItIsReplaced() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      for value in [1, 2] as [Float] {
        var writer = SafetensorsWriter()
        writer.add("x", shape: [1], [value])
        let old = value == 2 ? try SafetensorsFile(url) : nil
        try writer.write(to: url)
        #expect(try SafetensorsFile(url).floats("x") == [value])
        if let old { #expect(try old.floats("x") == [1]) }
      }
    }
  }

  @Test func whatIsNotThereIsNamedWithTheNearest() throws {
    let url = fixture("sorted.safetensors")
    let file = try SafetensorsFile(url)
    #expect(
      throws: CheckpointError(
        .missing, path: url.path, place: "tensor \"a.wieght\"",
        "there is none among the 5 tensors; did you mean \"a.weight\"?")
    ) { try file.floats("a.wieght") }
    #expect(
      throws: CheckpointError(
        .mismatched, path: url.path, place: "tensor \"half\"", "its shape is [2, 3], expected [3, 2]")
    ) { try file.floats("half", shape: [3, 2]) }
    #expect(
      throws: CheckpointError(
        .mismatched, path: url.path, place: "tensor \"step\"", "it holds I64, not floating-point numbers")
    ) { try file.floats("step") }
    #expect(
      throws: CheckpointError(
        .mismatched, path: url.path, place: "tensor \"half\"", "it holds F16, not integers of up to 63 bits")
    ) { try file.integers("half") }
  }
}
