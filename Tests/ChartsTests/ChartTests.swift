import Charts
import Foundation
import Testing

@Suite struct ChartTests {
  private let line = Chart(
    "Title", x: Axis("step"), y: Axis("loss", scale: .logarithmic),
    series: [.line((1...50).map { SIMD2(Double($0), 1 / Double($0)) }, label: "training")])

  /// Width and height of a PNG, from its header (PNG specification, 11.2.2 IHDR).
  private func size(ofPNG bytes: [UInt8]) -> [Int] {
    [16, 20].map { offset in bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
  }

  @Test func aPNGHasTwoPixelsPerUnit() throws {
    let bytes = try Figure([line]).bytes(.png, width: 320, height: 200)
    #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
    #expect(size(ofPNG: bytes) == [640, 400])
  }

  @Test func anSVGIsXMLOfTheRightSize() throws {
    let bytes = try Figure([line, line]).bytes(.svg, width: 320, height: 200)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("<svg") && text.contains("viewBox=\"0 0 320 200\""))
    #expect(text.hasSuffix("</svg>\n"))
  }

  @Test func theEndingOfThePathChoosesTheFormat() throws {
    let folder = NSTemporaryDirectory() + "chart-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try line.write(to: folder + "/a.svg")
    try line.write(to: folder + "/a.PNG")
    #expect(try Data(contentsOf: URL(filePath: folder + "/a.svg")).starts(with: Data("<?xml".utf8)))
    #expect(try Data(contentsOf: URL(filePath: folder + "/a.PNG")).starts(with: [0x89]))
    #expect(throws: ChartError.unknownFormat(path: "a.jpeg")) { try line.write(to: "a.jpeg") }
  }

  @Test func aPathThatCannotBeWrittenIsNamed() {
    do {
      try line.write(to: "/proc/nowhere/a.png")
      Issue.record("the write did not fail")
    } catch {
      #expect(error.description.hasPrefix("/proc/nowhere/a.png cannot be written: "))
    }
  }

  @Test(arguments: [
    [], [SIMD2(0.0, 0.0)], [SIMD2(.nan, 1), SIMD2(1, .infinity)], [SIMD2(1, 5), SIMD2(2, 5)], [SIMD2(1e300, 1e-300)],
    [SIMD2(-1, -1), SIMD2(1e6, 1e12)], [SIMD2(9.2e18, 1e308), SIMD2(0, -1e308)], [SIMD2(1, 1e-200), SIMD2(2, 1e200)],
  ]) func everyInputCanBeDrawn(points: [SIMD2<Double>]) throws {
    for scale in [Axis.Scale.linear, .logarithmic] {
      for series in [Series.line(points), .scatter(points)] {
        let chart = Chart(x: Axis(scale: scale), y: Axis(scale: scale), series: [series])
        #expect(try !Figure([chart]).bytes(.png, width: 200, height: 150).isEmpty)
      }
    }
  }

  @Test func equalChartsAreEqualBytes() throws {
    let figure = Figure([line, line, line], columns: 2)
    #expect(try figure.bytes(.png, width: 400, height: 300) == figure.bytes(.png, width: 400, height: 300))
  }

  @Test func aSizeBeyondCairoIsAnError() {
    #expect(throws: ChartError.self) { try Figure([line]).bytes(.png, width: 1e6, height: 1e6) }
  }
}
