import Adapters
import Autograd
import Backbone
import Consistency

extension VoiceDescription: AdaptedModel {
  public static var metadataKey: String { TrainedVoice.metadataKey }

  public var adaptedNetwork: TemporalUNet.Configuration {
    get { decoder }
    set { decoder = newValue }
  }

  public var secondEmbedding: SecondEmbedding? { objective?.method.objective.secondEmbedding }

  public func plainLayout() -> (layout: ParameterLayout, network: TemporalUNet) {
    let model = model
    return (model.layout, model.decoder)
  }

  public mutating func takeTraining(of other: VoiceDescription) {
    parameterisation = other.parameterisation
    objective = other.objective
    sampling = other.sampling
  }

  public func difference(from other: VoiceDescription) -> String? {
    if mel != other.mel { return "the adapters are for spectra of \(mel), the voice's are of \(other.mel)" }
    if phones != other.phones { return "the adapters are for a voice of other phones" }
    // What conditions the decoder lies in front of it in the layout.
    guard hasFront(of: other) else {
      return
        "the adapters are for a voice with an encoder of \(encoder) and a refiner of \(refiner), this one has \(other.encoder) "
        + "and \(other.refiner)"
    }
    return nil
  }
}

/// Low-rank adapters of a voice's decoder.
public typealias VoiceAdapter = NetworkAdapter<VoiceDescription>

extension NetworkAdapter<VoiceDescription> {
  /// Another voice of the same decoder with these adapters merged in: its own encoder, refiner and speakers, sampled as the
  /// adapters were trained.
  ///
  /// - Throws: `SpeechError.badSetting` for a decoder that is not trained, networks of other sizes, other spectra or other
  ///   phones.
  public func applied(to voice: TrainedVoice) throws(SpeechError) -> TrainedVoice {
    guard voice.description.objective != nil else {
      throw .badSetting("the voice's decoder is not trained yet: merge adapters into one whose teacher or student is")
    }
    let merged: (description: VoiceDescription, weights: ParameterBuffer)
    do {
      merged = try applied(to: voice.description, weights: voice.weights)
    } catch {
      throw .badSetting("\(error)")
    }
    return try TrainedVoice(merged.description, weights: merged.weights)
  }
}
