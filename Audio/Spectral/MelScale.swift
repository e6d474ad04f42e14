import Foundation

/// Frequency as it is heard.
public enum MelScale: Hashable, Sendable, CaseIterable {
  /// Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above (librosa's default).
  case slaney
  /// HTK: 2595 log10(1 + f / 700).
  case htk

  private static let linearStep = 200.0 / 3
  private static let breakMel = 1000 / linearStep
  private static let logStep = log(6.4) / 27

  /// Mel of a frequency in Hz.
  public func mel(_ hertz: Double) -> Double {
    switch self {
    case .slaney:
      hertz < 1000 ? hertz / Self.linearStep : Self.breakMel + log(hertz / 1000) / Self.logStep
    case .htk: 2595 * log10(1 + hertz / 700)
    }
  }

  /// Hz of a mel.
  public func hertz(_ mel: Double) -> Double {
    switch self {
    case .slaney:
      mel < Self.breakMel ? mel * Self.linearStep : 1000 * exp(Self.logStep * (mel - Self.breakMel))
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    }
  }
}
