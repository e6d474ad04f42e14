import CChipmunk
import Environments

/// The physics of Push-T on Chipmunk: an agent's disc that follows a target, and a T that it pushes.
///
/// Bit-equal to gym-pusht 0.1.8 on pymunk 6.11 (x86-64): same bodies in the same order, same solver, same arithmetic.
/// It knows nothing of episodes or rewards; see `PushT`. About 15 µs per control step. One thread at a time.
public final class PushTSimulation {
  /// Which of a state's block coordinates is set first. It matters, since the angle turns the block about its centre of
  /// gravity, not about the origin of its frame.
  public enum ResetOrder: String, Sendable, Codable, CaseIterable {
    /// As the reference environments set the state that a seed draws.
    case positionThenAngle = "position_then_angle"
    /// As a state must be set that was recorded from a running world.
    case angleThenPosition = "angle_then_position"
  }

  /// Seconds per physics step.
  public static let timeStep = 0.01
  /// Physics steps per action.
  public static let substeps = 10

  /// Control steps since the reset.
  public private(set) var stepCount = 0
  /// Where the agent first touched the block since the reset.
  public private(set) var firstContact: PushTFirstContact?
  /// The state after the last reset.
  public private(set) var start: PushTState

  private var world: World

  /// Makes a world with agent and block at the reference's default places.
  public init() {
    world = World()
    start = world.state
  }

  /// The state now.
  public var state: PushTState { world.state }

  /// The agent's velocity now, in world units per second.
  public var agentVelocity: Point { world.agentVelocity }

  /// Puts agent and block into a state and runs one physics step, as the reference does.
  ///
  /// - Parameter agentVelocity: the agent's velocity after that, in world units per second.
  /// - Throws: `EnvironmentError.stateOutOfRange`.
  public func reset(
    to state: PushTState, order: ResetOrder, agentVelocity: Point = .zero
  ) throws(EnvironmentError) {
    try state.validate()
    world = World()
    world.set(state, order: order)
    world.step()
    world.agentVelocity = agentVelocity
    stepCount = 0
    firstContact = nil
    start = world.state
    noteContact(step: -1)
  }

  /// Moves the agent towards a target for one control period of 0.1 s.
  ///
  /// - Parameter target: clamped to the world, 0...512.
  /// - Precondition: the target is finite.
  public func advance(toward target: Point) {
    precondition(target.x.isFinite && target.y.isFinite, "the target \(target) must be finite")
    let target = target.clamped(
      lowerBound: .zero, upperBound: Point(repeating: PushTGeometry.worldSize))
    for _ in 0..<Self.substeps {
      world.accelerateAgent(toward: target)
      world.step()
      if firstContact == nil { noteContact(step: stepCount) }
    }
    stepCount += 1
  }

  private func noteContact(step: Int) {
    guard let point = world.contactPoint else { return }
    firstContact = PushTFirstContact(step: step, point: point, block: world.state.block, start: start)
  }
}

/// One Chipmunk space with its bodies. Made anew for every reset, because a space remembers old contacts.
private final class World {
  private static let silence: Void = saltusMakeFirstSpaceQuietly()

  private let space: OpaquePointer
  private let agent: OpaquePointer
  private let block: OpaquePointer
  private var shapes: [OpaquePointer] = []

  init() {
    Self.silence
    space = cpSpaceNew()
    cpSpaceSetDamping(space, 0)

    let walls = [(5.0, 506.0, 5.0, 5.0), (5, 5, 506, 5), (506, 5, 506, 506), (5, 506, 506, 506)]
    agent = cpBodyNewKinematic()
    // The moment counts the bar twice and the stem not at all: the reference does, so the block turns like this.
    let bar = PushTGeometry.bar.map { cpVect(x: $0.x, y: $0.y) }
    let stem = PushTGeometry.stem.map { cpVect(x: $0.x, y: $0.y) }
    block = cpBodyNew(1, 2 * cpMomentForPoly(1, Int32(bar.count), bar, cpVect(x: 0, y: 0), 0))

    for wall in walls {
      add(cpSegmentShapeNew(cpSpaceGetStaticBody(space), cpVect(x: wall.0, y: wall.1), cpVect(x: wall.2, y: wall.3), 2))
    }
    cpBodySetPosition(agent, cpVect(x: 256, y: 400))
    cpSpaceAddBody(space, agent)
    add(cpCircleShapeNew(agent, PushTGeometry.agentRadius, cpVect(x: 0, y: 0)))

    let identity = cpTransform(a: 1, b: 0, c: 0, d: 1, tx: 0, ty: 0)
    let barShape = cpPolyShapeNew(block, Int32(bar.count), bar, identity, 0)!
    let stemShape = cpPolyShapeNew(block, Int32(stem.count), stem, identity, 0)!
    cpBodySetCenterOfGravity(
      block, cpvmult(cpvadd(cpShapeGetCenterOfGravity(barShape), cpShapeGetCenterOfGravity(stemShape)), 0.5))
    cpBodySetPosition(block, cpVect(x: 256, y: 300))
    cpSpaceAddBody(space, block)
    add(barShape)
    add(stemShape)
  }

  deinit {
    for shape in shapes {
      cpSpaceRemoveShape(space, shape)
      cpShapeFree(shape)
    }
    for body in [agent, block] {
      cpSpaceRemoveBody(space, body)
      cpBodyFree(body)
    }
    cpSpaceFree(space)
  }

  var state: PushTState {
    let agentPosition = cpBodyGetPosition(agent)
    let blockPosition = cpBodyGetPosition(block)
    return PushTState(
      agent: Point(agentPosition.x, agentPosition.y),
      block: PushTPose(position: Point(blockPosition.x, blockPosition.y), angle: cpBodyGetAngle(block)))
  }

  var agentVelocity: Point {
    get {
      let velocity = cpBodyGetVelocity(agent)
      return Point(velocity.x, velocity.y)
    }
    set { cpBodySetVelocity(agent, cpVect(x: newValue.x, y: newValue.y)) }
  }

  func set(_ state: PushTState, order: PushTSimulation.ResetOrder) {
    let position = cpVect(x: state.block.position.x, y: state.block.position.y)
    cpBodySetPosition(agent, cpVect(x: state.agent.x, y: state.agent.y))
    switch order {
    case .positionThenAngle:
      cpBodySetPosition(block, position)
      cpBodySetAngle(block, state.block.angle)
    case .angleThenPosition:
      cpBodySetAngle(block, state.block.angle)
      cpBodySetPosition(block, position)
    }
  }

  func step() { cpSpaceStep(space, PushTSimulation.timeStep) }

  /// a = 100 (target - p) + 20 (0 - v), v += 0.01 a: in this order of operations, since the last bit counts.
  func accelerateAgent(toward target: Point) {
    let position = cpBodyGetPosition(agent)
    let velocity = cpBodyGetVelocity(agent)
    let accelerationX = 100 * (target.x - position.x) + 20 * (0 - velocity.x)
    let accelerationY = 100 * (target.y - position.y) + 20 * (0 - velocity.y)
    cpBodySetVelocity(
      agent,
      cpVect(
        x: velocity.x + accelerationX * PushTSimulation.timeStep,
        y: velocity.y + accelerationY * PushTSimulation.timeStep))
  }

  /// A point where agent and block touch after the last step.
  var contactPoint: Point? {
    var search = ContactSearch(block: block)
    cpBodyEachArbiter(
      agent,
      { _, arbiter, context in
        guard let search = context?.assumingMemoryBound(to: ContactSearch.self) else { return }
        var first: OpaquePointer?
        var second: OpaquePointer?
        cpArbiterGetBodies(arbiter, &first, &second)
        guard second == search.pointee.block, cpArbiterGetCount(arbiter) > 0 else { return }
        let point = cpArbiterGetPointA(arbiter, 0)
        search.pointee.point = Point(point.x, point.y)
      }, &search)
    return search.point
  }

  private func add(_ shape: OpaquePointer?) {
    guard let shape else { preconditionFailure("Chipmunk returned no shape") }
    shapes.append(cpSpaceAddShape(space, shape))
  }
}

private struct ContactSearch {
  let block: OpaquePointer
  var point: Point?
}
