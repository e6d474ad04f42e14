import Consistency
import Foundation
import Testing

@Suite struct ObjectiveConfigurationTests {
  private func decode(_ json: String) throws -> ObjectiveConfiguration {
    try JSONDecoder().decode(ObjectiveConfiguration.self, from: Data(json.utf8))
  }

  @Test(arguments: ObjectiveConfiguration.Method.allCases)
  func aMethodsNameAloneMeansThePublishedSettings(method: ObjectiveConfiguration.Method) throws {
    #expect(try decode("\"\(method.rawValue)\"") == ObjectiveConfiguration(method))
    #expect(try decode("{\"method\": \"\(method.rawValue)\"}") == ObjectiveConfiguration(method))
    #expect(try ObjectiveConfiguration(method).objective(sigmaData: 0.5).name == method.rawValue)
  }

  @Test func publishedSettingsAreThePapers() throws {
    let edm = EDMObjective.Configuration()
    #expect((edm.logMean, edm.logDeviation) == (-1.2, 1.2))
    let cd = ConsistencyDistillation.Configuration()
    #expect(cd.meshCount == 18 && cd.solver == .heun && cd.targetDecay == 0 && cd.sigmaMin == 0.002 && cd.rho == 7)
    let ect = EasyConsistencyTuning.Configuration()
    #expect((ect.logMean, ect.logDeviation, ect.q, ect.k, ect.b, ect.stages) == (-1.1, 2, 2, 8, 1, 8))
  }

  @Test func someKeysOverrideTheDefaults() throws {
    let configuration = try decode(#"{"method": "ect", "units": "data", "logMean": -0.8, "stages": 6}"#)
    var expected = EasyConsistencyTuning.Configuration()
    expected.units = .data
    expected.logMean = -0.8
    expected.stages = 6
    #expect(configuration == ObjectiveConfiguration(expected))
  }

  @Test func settingsSurviveARoundTrip() throws {
    var cd = ConsistencyDistillation.Configuration()
    cd.intervals = .lognormal(mean: -1.1, deviation: 2)
    cd.solver = .euler
    cd.targetDecay = 0.95
    cd.teacherSteps = 4
    for configuration in [ObjectiveConfiguration(.edm), ObjectiveConfiguration(cd), ObjectiveConfiguration(.ect)] {
      let again = try JSONDecoder().decode(
        ObjectiveConfiguration.self, from: JSONEncoder().encode(configuration))
      #expect(again == configuration)
    }
  }

  @Test(arguments: [
    #"{"method": "edm", "sigmaMax": 0.001}"#, #"{"method": "edm", "logDeviation": 0}"#,
    #"{"method": "cd", "meshCount": 1}"#, #"{"method": "cd", "targetDecay": 1}"#,
    #"{"method": "cd", "intervals": {"lognormal": {"mean": 0, "deviation": -1}}}"#,
    #"{"method": "cd", "intervals": {"lognormal": {"mean": 20, "deviation": 0.1}}}"#,
    #"{"method": "cd", "rho": 1e-3}"#, #"{"method": "cd", "teacherSteps": 0}"#, #"{"method": "ect", "stages": 60}"#,
    #"{"method": "ect", "logDeviation": 300}"#, #"{"method": "ct", "initialDecay": 0.9999999}"#,
    #"{"method": "ect", "q": 1}"#, #"{"method": "ect", "stages": 0}"#, #"{"method": "ect", "huberConstant": 0}"#,
  ])
  func settingsWithoutSenseAreRefused(json: String) throws {
    let configuration = try decode(json)
    #expect(throws: ConsistencyError.self) { try configuration.objective(sigmaData: 0.5) }
  }

  @Test func aRefusedSettingIsNamed() {
    var configuration = EasyConsistencyTuning.Configuration()
    configuration.q = 0.5
    let error = #expect(throws: ConsistencyError.self) { try EasyConsistencyTuning(configuration, sigmaData: 1) }
    #expect(error?.description == "q is 0.5; give a number above 1")
  }
}
