import Autograd
import Consistency
import Testing

/// Distances by hand: the online output is 0 and the target the data at noise 0, so that the error is −x0.
@Suite struct DistanceTests {
  private func value(_ distance: Distance, _ e: [Double], channels: Int, validity: [Double]? = nil) throws -> Double {
    let objective = try EDMObjective(sigmaData: 1)
    let network = ProportionalNetwork()
    let shape = [e.count / channels, channels]
    let batch = LossBatch(
      objective, network, sigmaData: 1, shape: shape,
      rows: [(objective.draw(sigma: 1), e, [Double](repeating: 0, count: e.count))], validity: validity)
    let result = batch.recording.distance(batch.recording.data, distance, huberConstant: 0.3)
    return batch.evaluate([result], [.online: [0]])[0][0]
  }

  @Test func meansOfSquaresAndMagnitudes() throws {
    let e = [1.0, -2, 3, -4]
    #expect(abs(try value(.meanSquare, e, channels: 1) - 7.5) < 1e-6)
    #expect(abs(try value(.meanAbsolute, e, channels: 1) - 2.5) < 1e-6)
    #expect(abs(try value(.meanAbsolute, e, channels: 2, validity: [1, 0]) - 1.5) < 1e-6)
    // √(30 + 0.09 · 4) − 0.3 · 2
    #expect(abs(try value(.pseudoHuber, e, channels: 1) - (30.36.squareRoot() - 0.6)) < 1e-6)
  }

  /// Scale 1: mean |e| = 2.5, differences −3, 5, −7: 5. Scale 2: pairs −0.5, −0.5: 0.5, difference 0. Scale 4: −0.5.
  @Test func severalTimeScales() throws {
    #expect(abs(try value(.multiResolution, [1, -2, 3, -4], channels: 1) - (2.5 + 5 + 0.5 + 0 + 0.5)) < 1e-4)
  }

  /// Two channels are two sequences; padding is 0 and not counted.
  @Test func channelsAreKeptApartAndPaddingIsLeftOut() throws {
    let one = try value(.multiResolution, [1, -2, 3, -4, 2, 2, 1, 0], channels: 1)
    let other = try value(.multiResolution, [0, 1, 0, 1, 5, 5, -5, -5], channels: 1)
    let both = try value(.multiResolution, [1, 0, -2, 1, 3, 0, -4, 1, 2, 5, 2, 5, 1, -5, 0, -5], channels: 2)
    #expect(abs(both - (one + other) / 2) < 1e-4)
    let padded = try value(.multiResolution, [1, 1, 9, 9], channels: 1, validity: [1, 1, 0, 0])
    // Twice: mean |e| 1/2, difference 1/3, pairs 1/2, their difference 1, four 1/2.
    #expect(abs(padded - 2 * (0.5 + 1 / 3.0 + 0.5 + 1 + 0.5)) < 1e-4)
  }
}
