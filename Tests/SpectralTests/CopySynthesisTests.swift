import Foundation
import Spectral
import Testing

struct CopySynthesisTests {
  private func copy(
    _ representation: CopySynthesis.Representation, _ reconstruction: PhaseReconstruction = PhaseReconstruction()
  ) throws -> CopySynthesis {
    try CopySynthesis(
      stft: STFT(), sampleRate: 22_050, representation: representation, reconstruction: reconstruction)
  }

  @Test func trueMagnitudesNeedFewIterations() throws {
    let signal = voice(33_024)
    let result = try copy(.linear, PhaseReconstruction(method: .fast(), start: .pghi(), iterations: 8))(signal)
    #expect(result.samples.count == signal.count && result.spectralConvergence < -30)
    #expect(abs(result.seconds - 33_024 / 22_050) < 1e-9 && result.processingTime > .zero)
    #expect(abs(result.realTimeFactor * 1000 - result.millisecondsPerSecond) < 1e-9 * result.millisecondsPerSecond)
    let stft = try STFT()
    let decibels = try stft.spectralConvergence(of: result.samples, magnitudes: stft.magnitudes(of: signal))
    #expect(decibels == result.spectralConvergence)
  }

  @Test func moreBandsAreBetter() throws {
    let signal = voice(33_024)
    let decibels = try [
      CopySynthesis.Representation.mel(bands: 40, highest: 8000), .mel(bands: 80, highest: 11_025),
      .mel(bands: 128, highest: 11_025), .linear,
    ].map { try copy($0)(signal).spectralConvergence }
    for (worse, better) in zip(decibels, decibels.dropFirst()) { #expect(better < worse, "\(decibels)") }
  }

  @Test func impossibleBandsAndBadSamplesAreRefused() throws {
    #expect(problem { _ = try copy(.mel(bands: 0, highest: 8000)) } == .size)
    #expect(problem { _ = try copy(.mel(bands: 80, highest: 12_000)) } == .size)
    #expect(problem { _ = try copy(.mel(bands: 600, highest: 8000)) } == .singular)
    #expect(problem { _ = try copy(.linear)([]) } == .empty)
    #expect(problem { _ = try copy(.linear)([.nan]) } == .notFinite)
    #expect(try copy(.linear)([0]).samples == [0])
  }
}
