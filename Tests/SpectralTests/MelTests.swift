import Foundation
import Spectral
import TestSupport
import Testing

struct MelTests {
  private func filterbank(_ reference: Reference.Mel) throws -> MelFilterbank {
    try MelFilterbank(
      sampleRate: reference.sampleRate, fftSize: reference.fftSize, bands: reference.bands, lowest: reference.lowest,
      highest: reference.highest, scale: reference.isHTK ? .htk : .slaney, norm: reference.hasUnitArea ? .area : .peak)
  }

  @Test func filterbanksAreLibrosas() throws {
    for reference in try Reference.read().mel {
      let matrix = try filterbank(reference).matrix
      #expect(matrix.width == reference.fftSize / 2 + 1 && matrix.count == reference.bands)
      var expected = Frames(width: matrix.width, count: matrix.count)
      for (index, weight) in reference.weights.enumerated() {
        expected.values[reference.bandOf[index] * matrix.width + reference.binOf[index]] = weight
      }
      #expect(distance(matrix.values, expected.values) < 1e-6 * (reference.weights.max() ?? 0))
    }
  }

  @Test func logMelAndItsInverseAreLibrosasAndNumPys() throws {
    for reference in try Reference.read().mel {
      let filterbank = try filterbank(reference), logMel = LogMel(filterbank), inverse = try MelInverse(filterbank)
      let stft = try STFT(fftSize: reference.fftSize, hop: reference.fftSize / 4)
      let logarithms = try logMel(try stft.magnitudes(of: voice(4000))[5..<6])
      #expect(distance(logarithms.values, reference.logMel) < 1e-4)
      let magnitudes = try inverse(logMel: logarithms)
      #expect(distance(magnitudes.values, reference.inverse) < 1e-4 * reference.inverse.max()!)
      #expect(magnitudes.values.allSatisfy { $0 >= 0 })
    }
  }

  /// Magnitudes that are sums of bands come back, as the pseudo-inverse undoes what a band sees of itself.
  @Test func bandsOfTheInverseAreTheBands() throws {
    let filterbank = try MelFilterbank(sampleRate: 22_050, fftSize: 1024, bands: 80, highest: 8000)
    let matrix = filterbank.matrix
    var magnitudes = Frames(width: 513, count: 1)
    for band in 0..<80 {
      for bin in 0..<513 { magnitudes.values[bin] += Float(band % 7 + 1) * matrix.values[band * 513 + bin] }
    }
    #expect(distance(try MelInverse(filterbank)(filterbank(magnitudes)).values, magnitudes.values) < 1e-6)
  }

  @Test(arguments: MelScale.allCases) func scalesInvertThemselves(scale: MelScale) {
    for hertz in [0, 1, 500, 999.9, 1000, 1000.1, 4321, 24_000] {
      #expect(abs(scale.hertz(scale.mel(hertz)) - hertz) < 1e-9 * max(1, hertz))
    }
  }

  @Test func scalesHaveTheirDefinedPoints() {
    #expect(abs(MelScale.slaney.mel(1000) - 15) < 1e-12 && abs(MelScale.slaney.mel(6400) - 42) < 1e-12)
    #expect(abs(MelScale.htk.mel(700) - 2595 * log10(2.0)) < 1e-12 && MelScale.htk.mel(0) == 0)
  }

  @Test func logarithmsHaveAFloor() throws {
    let logMel = LogMel(try MelFilterbank(sampleRate: 22_050, fftSize: 1024, bands: 80))
    let silence = try logMel(Frames(width: 513, count: 2))
    #expect(silence.values.count == 160 && silence.values.allSatisfy { $0 == log(Float(1e-5)) })
    #expect(try logMel(Frames(width: 513, count: 0)).count == 0)
  }

  @Test func impossibleFilterbanksAreRefused() {
    func refused(
      _ rate: Double = 22_050, _ size: Int = 1024, _ bands: Int = 80, _ lowest: Double = 0, _ highest: Double? = nil
    ) -> Bool {
      problem {
        _ = try MelFilterbank(sampleRate: rate, fftSize: size, bands: bands, lowest: lowest, highest: highest)
      } == .size
    }
    #expect(refused(0) && refused(-1) && refused(.nan) && refused(.infinity) && refused(1e-300))
    #expect(refused(22_050, 0) && refused(22_050, 1023) && refused(22_050, -2) && refused(22_050, .max))
    #expect(refused(22_050, 1024, 0) && refused(22_050, 1024, -1) && refused(22_050, 1024, .max))
    #expect(refused(22_050, 1024, 80, -1) && refused(22_050, 1024, 80, .nan) && refused(22_050, 1024, 80, 0, .nan))
    #expect(refused(22_050, 1024, 80, 0, 11_026) && refused(22_050, 1024, 80, 500, 500))
    #expect(refused(22_050, 1024, 80, 500, 500.0.nextUp) && refused(22_050, 1024, 80, 500, 400))
  }

  @Test func bandsThatCannotBeToldApartAreNamed() throws {
    let crowded = try MelFilterbank(sampleRate: 22_050, fftSize: 256, bands: 128)
    do {
      _ = try MelInverse(crowded)
      Issue.record("128 bands of 129 bins")
    } catch {
      #expect(error.kind == .singular && error.description.contains("mel band"))
    }
  }

  @Test func badMagnitudesAreRefused() throws {
    let filterbank = try MelFilterbank(sampleRate: 22_050, fftSize: 64, bands: 8), inverse = try MelInverse(filterbank)
    let logMel = LogMel(filterbank)
    for (value, kind) in [(Float.nan, SpectralError.Kind.notFinite), (.infinity, .notFinite), (-1, .negative)] {
      var magnitudes = Frames(width: 33, count: 3)
      magnitudes.values[40] = value
      #expect(problem { _ = try filterbank(magnitudes) } == kind)
      #expect(problem { _ = try logMel(magnitudes) } == kind)
    }
    #expect(problem { _ = try filterbank(Frames(width: 32, count: 1)) } == .shape)
    #expect(problem { _ = try inverse(Frames(width: 9, count: 1)) } == .shape)
    // A logarithm too great for a Float's exponential.
    let great = Frames(width: 8, values: [0, 0, 0, 0, 0, 0, 0, 100])
    #expect(problem { _ = try inverse(logMel: great) } == .notFinite)
  }
}
