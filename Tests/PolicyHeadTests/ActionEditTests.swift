import Foundation
import PolicyHead
import Testing

/// What of a chunk is known.
struct ActionEditTests {
  private var nothing: ActionEdit { ActionEdit(for: TinyPolicy.description) }
  private let rows = (0..<8).map { [Double($0 * $0), sin(Double($0))] }

  @Test func knownValuesAndMissingOnesAreCounted() throws {
    var edit = nothing
    #expect(edit.isEmpty && edit.knownCount == 0)
    try edit.set(row: 0, to: [1, 2])
    try edit.set(channel: 1, to: [2] + [Double](repeating: 7, count: 7))
    #expect(!edit.isEmpty && edit.knownCount == 9)
    var coarse = nothing
    try coarse.set(coarse: [[1, 2], [3, 4]], factor: 4)
    #expect(!coarse.isEmpty && coarse.knownCount == 4)
  }

  @Test func whatCannotBeKnownIsRefusedWithItsPlace() throws {
    func refused(_ part: String, _ change: (inout ActionEdit) throws -> Void) throws {
      var edit = nothing
      try edit.set(row: 3, to: [1, 2])
      let before = edit
      let error = #expect(throws: PolicyError.self) { try change(&edit) }
      #expect("\(error as Any)".contains(part), "\(error as Any)")
      #expect(edit == before)
    }
    try refused("row 8: the horizon has 8") { try $0.set(row: 8, to: [1, 2]) }
    try refused("row -1") { try $0.set(row: -1, to: [1, 2]) }
    try refused("row 2: 2 finite numbers") { try $0.set(row: 2, to: [1]) }
    try refused("row 2: 2 finite numbers") { try $0.set(row: 2, to: [1, 1e39]) }
    try refused("number 1 of row 3 is given twice, as 2.0 and as 2.5") { try $0.set(row: 3, to: [1, 2.5]) }
    try refused("channel 2: actions have 2") { try $0.set(channel: 2, to: rows.map { $0[0] }) }
    try refused("7 values of channel 0: 8 finite") { try $0.set(channel: 0, to: rows.dropLast().map { $0[0] }) }
    try refused("not both") { try $0.set(coarse: [[1, 2], [3, 4]], factor: 4) }
    try refused("a sketch of 2 rows: 8") { try $0.set(sketch: [[1, 2], [3, 4]], strength: 1) }
    try refused("row 7 of the sketch") { try $0.set(sketch: rows.dropLast() + [[.nan, 0]], strength: 1) }
    try refused("strength of 0.0") { try $0.set(sketch: rows, strength: 0) }
  }

  @Test func meansThatDoNotFitAreRefused() throws {
    for (means, factor) in [
      ([[1.0, 2], [3, 4]], 3), ([[1, 2]], 4), ([[1, 2], [3]], 4), ([[1, 2], [3, .infinity]], 4), (rows, 1), ([], 0),
    ] {
      var edit = nothing
      #expect(throws: PolicyError.self) { try edit.set(coarse: means, factor: factor) }
      #expect(edit.isEmpty)
    }
    var edit = nothing
    try edit.set(coarse: ActionEdit.means(of: rows, factor: 4), factor: 4)
    #expect(edit.coarse?.means[0] == [3.5, (sin(0) + sin(1) + sin(2) + sin(3)) / 4])
    #expect(throws: PolicyError.self) { try edit.set(row: 0, to: [1, 2]) }
    #expect(throws: PolicyError.self) { try ActionEdit.means(of: rows, factor: 3) }
  }

  @Test func straightLinesGoThroughWhatIsKnown() throws {
    var edit = nothing
    try edit.set(row: 1, to: [10, 0])
    #expect(edit.linearInterpolation() == [[Double]](repeating: [10, 0], count: 8))
    try edit.set(row: 5, to: [50, -4])
    let line = try #require(edit.linearInterpolation())
    #expect(line == [[10, 0], [10, 0], [20, -1], [30, -2], [40, -3], [50, -4], [50, -4], [50, -4]])
    var channel = nothing
    try channel.set(channel: 0, to: rows.map { $0[0] })
    #expect(channel.linearInterpolation() == nil)
    try channel.set(row: 7, to: rows[7])
    #expect(channel.linearInterpolation()?.map { $0[0] } == rows.map { $0[0] })
    // In the middle of rows 0 to 3 and 4 to 7.
    var coarse = nothing
    try coarse.set(coarse: [[15, 1], [55, 1]], factor: 4)
    #expect(try #require(coarse.linearInterpolation()).map { $0[0] } == [15, 15, 20, 30, 40, 50, 55, 55])
  }

  @Test func errorsAreThoseOfTheMissingAndOfTheKnownValues() throws {
    var edit = nothing
    for row in 0..<6 { try edit.set(row: row, to: rows[row]) }
    var other = rows
    other[6][0] += 2
    other[7][1] -= 4
    // Four values are missing.
    #expect(edit.missingError(of: other, truth: rows) == (20.0 / 4).squareRoot())
    #expect(edit.knownError(of: other) == 0)
    other[2][1] += 0.5
    #expect(edit.knownError(of: other) == 0.5)
    var coarse = nothing
    try coarse.set(coarse: ActionEdit.means(of: rows, factor: 2), factor: 2)
    #expect(coarse.knownError(of: rows) == 0 && coarse.missingError(of: rows, truth: rows) == 0)
    other = rows
    other[2][0] += 3
    #expect(coarse.knownError(of: other) == 1.5)
  }
}
