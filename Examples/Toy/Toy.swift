import Charts
import Consistency
import Foundation

/// The whole method on a distribution that one can see: train a many-step denoiser, turn it into a one-step model in two
/// ways, and look at what each of them draws.
///
///     swift run -c release Toy [toy.png]
@main
struct Toy {
  static func main() throws {
    let count = 4096
    // A denoiser at all noise levels, and the equation that leads from noise to data.
    let edm = try EDMObjective(sigmaData: Ring.sigmaData)
    let teacher = try Model(training: edm)

    // Two ways to the end of that equation in one call: tuning on the data, and following the teacher.
    let tuning = try EasyConsistencyTuning(sigmaData: Ring.sigmaData)
    let tuned = try Model(training: tuning, teacher: teacher)
    let distillation = try ConsistencyDistillation(sigmaData: Ring.sigmaData)
    let distilled = try Model(training: distillation, teacher: teacher)

    let results: [(name: String, calls: Int, points: [SIMD2<Double>])] = [
      ("data", 0, Ring.points(count, seed: 2)),
      ("EDM teacher, Heun", 35, try teacher.solve(count, intervals: 18)),
      ("EDM teacher", 1, try teacher.sample(count, sigmas: [edm.sigmaMax])),
      ("ECT student", 1, try tuned.sample(count, sigmas: [tuning.sigmaMax])),
      ("ECT student", 2, try tuned.sample(count, sigmas: [tuning.sigmaMax, 0.4])),
      ("CD student", 1, try distilled.sample(count, sigmas: [distillation.sigmaMax])),
    ]

    print("                    calls  on a mode  rarest mode")
    for (name, calls, points) in results {
      let verdict = Ring.Verdict(points)
      let numbers = String(format: "%6d  %7.1f %%  %9.1f %%", calls, 100 * verdict.onModes, 100 * verdict.rarestMode)
      print(name.padding(toLength: 18, withPad: " ", startingAt: 0), numbers)
    }

    let path = CommandLine.arguments.dropFirst().first ?? "toy.png"
    let axis = Axis(range: -1.5...1.5)
    let charts = results.map { name, calls, points in
      Chart(
        calls == 0 ? name : "\(name), \(calls) call\(calls == 1 ? "" : "s")", x: axis, y: axis,
        series: [.scatter(points, color: .blue.opacity(0.35), radius: 1)], hasEqualUnits: true)
    }
    try Figure(charts, columns: 3).write(to: path, width: 900, height: 620)
    print("wrote \(path)")

    // A mode with less than half of its share was missed. The teacher's one call is there to show that it does that.
    for (name, calls, points) in results where name != "EDM teacher" && Ring.Verdict(points).rarestMode < 1 / 16 {
      FileHandle.standardError.write(Data("\(name), \(calls) calls: a mode was missed\n".utf8))
      exit(1)
    }
  }
}
