import Autograd
import Backbone
import Consistency

/// Chunks of normalised actions by number, wherever they come from.
public struct ActionChunks: Sendable {
  public let count: Int
  /// Fills `[horizon × action]` with one chunk.
  public let fill: @Sendable (_ index: Int, _ actions: UnsafeMutableBufferPointer<Float>) -> Void

  public init(count: Int, fill: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void) {
    self.count = count
    self.fill = fill
  }
}

/// Training of a temporal autoencoder: a variational one (Kingma & Welling 2014) whose posterior has a fixed deviation τ,
///
///     mean (decode(z + τ ε) − x)² + β/2 mean z²,  z = encode(x),  ε ~ N(0, I),
///
/// the second term being what of the divergence from N(0, I) depends on z. It keeps the scale of the latents, and the noise
/// makes near latents mean alike actions, which is what a generative model of them needs. Held-out losses are the
/// reconstruction's alone, without noise.
public struct AutoencoderTask: TrainingTask {
  public let layout: ParameterLayout
  private let network: TemporalAutoencoder
  private let horizon: Int
  private let latentNoise: Float
  private let latentWeight: Float
  private let training: ActionChunks
  private let heldOut: ActionChunks

  private static let noise = "noise"

  /// - Parameters:
  ///   - horizon: actions of a chunk, a multiple of the network's `timeMultiple`.
  ///   - latentNoise: τ, 0 or more.
  ///   - latentWeight: β, 0 or more.
  public init(
    _ configuration: TemporalAutoencoder.Configuration, horizon: Int, latentNoise: Double, latentWeight: Double,
    training: ActionChunks, heldOut: ActionChunks
  ) {
    var layout = ParameterLayout()
    network = TemporalAutoencoder(configuration, in: &layout)
    self.layout = layout
    self.horizon = horizon
    self.latentNoise = Float(latentNoise)
    self.latentWeight = Float(latentWeight)
    self.training = training
    self.heldOut = heldOut
  }

  public var exampleCount: Int { training.count }
  public var heldOutCount: Int { heldOut.count }
  /// False.
  public var usesTeacher: Bool { false }

  public func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let actions = graph.input("actions", [batch, horizon, network.configuration.channels])
    let latents = network.encode(actions)
    guard training else {
      return RecordedLoss(graph, loss: (network.decode(latents) - actions).squared().mean())
    }
    let noisy = latents + graph.input(Self.noise, latents.shape) * latentNoise
    let reconstruction = (network.decode(noisy) - actions).squared().mean()
    return RecordedLoss(graph, loss: reconstruction + latents.squared().mean() * (latentWeight / 2))
  }

  /// Where a plan's actions lie, and in training the noise of the latents.
  public struct Ports: @unchecked Sendable {
    let actions: UnsafeMutableBufferPointer<Float>
    let noise: UnsafeMutableBufferPointer<Float>?
  }

  public func ports(in plan: Plan) -> Ports {
    Ports(actions: plan.input("actions"), noise: plan.reads(Self.noise) ? plan.input(Self.noise) : nil)
  }

  public func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let c = network.configuration
    let count = horizon * c.channels
    (heldOut ? self.heldOut : training).fill(
      example, UnsafeMutableBufferPointer(rebasing: ports.actions[row * count..<(row + 1) * count]))
    guard let noise = ports.noise else { return }
    let latentCount = horizon / c.timeMultiple * c.latentChannels
    var random = key.random(.noise)
    for i in row * latentCount..<(row + 1) * latentCount { noise[i] = Float(random.normal()) }
  }
}
