import Environments
import Foundation
import PushTEnv
import Testing

/// What a plan is drawn over.
struct PushTPictureTests {
  @Test func aKeypointObservationTellsTheState() throws {
    for seed in UInt64(0)..<20 {
      let state = try PushTState.drawn(seed: seed, generator: .gymnasium)
      let found = try #require(PushTState(keypointObservation: state.keypointObservation))
      for (a, b) in zip(found.stateObservation, state.stateObservation) { #expect(abs(a - b) < 1e-9) }
    }
  }

  @Test func otherObservationsTellNone() throws {
    let values = try PushTState.drawn(seed: 1, generator: .gymnasium).keypointObservation
    var moved = values
    moved[4] += 3
    #expect(PushTState(keypointObservation: moved) == nil)
    #expect(PushTState(keypointObservation: moved, tolerance: 4) != nil)
    moved[4] = .nan
    for other in [moved, Array(values.dropLast()), [Double](repeating: 200, count: 20)] {
      #expect(PushTState(keypointObservation: other) == nil)
    }
  }

  @Test func marksAndCaptionsAreDrawnWhereTheyBelong() throws {
    let renderer = try PushTRenderer(size: 512)
    let state = PushTState(agent: Point(450, 60), block: PushTGeometry.goal)
    let plain = try renderer.render(state)
    func changed(_ frame: Frame) -> [Point] {
      frame.pixels.indices.filter { frame.pixels[$0] != plain.pixels[$0] }
        .map { Point(Double($0 % 512), Double($0 / 512)) }
    }
    let ring = changed(try renderer.render(state, marks: [.point(Point(100, 400))]))
    #expect(!ring.isEmpty && ring.allSatisfy { abs($0.x - 100) < 13 && abs($0.y - 400) < 13 })
    let column = changed(try renderer.render(state, marks: [.x(77)]))
    #expect(column.count >= 512 && column.allSatisfy { abs($0.x - 77) < 3 })
    let row = changed(try renderer.render(state, marks: [.y(470)]))
    #expect(row.count >= 512 && row.allSatisfy { abs($0.y - 470) < 3 })
    let caption = changed(try renderer.render(state, caption: "edited"))
    #expect(!caption.isEmpty && caption.allSatisfy { $0.x < 200 && $0.y < 50 })
  }
}
