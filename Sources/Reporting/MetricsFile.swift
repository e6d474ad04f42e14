import Foundation

/// One line of `metrics.jsonl`.
public struct MetricsRecord: Codable, Equatable, Sendable {
  /// Optimiser steps done, from 0.
  public var step: Int
  /// Mean training loss since the record before.
  public var loss: Double?
  /// Mean loss over the held-out episodes.
  public var heldOutLoss: Double?
  public var learningRate: Double?
  /// L2 norm over all parameters before clipping.
  public var gradientNorm: Double?
  public var stepsPerSecond: Double?

  public init(
    step: Int, loss: Double? = nil, heldOutLoss: Double? = nil, learningRate: Double? = nil,
    gradientNorm: Double? = nil, stepsPerSecond: Double? = nil
  ) {
    self.step = step
    self.loss = loss
    self.heldOutLoss = heldOutLoss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.stepsPerSecond = stepsPerSecond
  }
}

/// Reads the metrics that training writes, one JSON object per line.
public enum MetricsFile {
  /// The records in the order of their steps. A resumed run does the steps since its last checkpoint again: what it
  /// writes replaces the earlier records from there on.
  ///
  /// - Throws: `CommandFailure` if the file cannot be read, holds no record, or has a malformed line (with its number).
  public static func read(_ path: String) throws(CommandFailure) -> [MetricsRecord] {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("\(path): there is no such file, or it cannot be read")
    }
    var records: [MetricsRecord] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let record: MetricsRecord
      do throws(CommandFailure) {
        record = try parse(line, place: "\(path):\(index + 1)")
      } catch {
        // A last line without its end is one that is being written, or that a killed run left.
        if index == lines.count - 1 && line.last != UInt8(ascii: "}") && !records.isEmpty { break }
        throw error
      }
      while let last = records.last, last.step >= record.step { records.removeLast() }
      records.append(record)
    }
    guard !records.isEmpty else { throw CommandFailure("\(path): there is no record in this file") }
    return records
  }

  /// Seconds that the steps of a run took, from the speeds that its records tell; records without one count for nothing.
  public static func seconds(_ records: [MetricsRecord]) -> Double {
    var (seconds, last) = (0.0, 0)
    for record in records {
      if let speed = record.stepsPerSecond, speed > 0 { seconds += Double(record.step - last) / speed }
      last = record.step
    }
    return seconds
  }

  private static func parse(_ line: Data, place: String) throws(CommandFailure) -> MetricsRecord {
    let record: MetricsRecord
    do {
      record = try JSONDecoder().decode(MetricsRecord.self, from: line)
    } catch DecodingError.keyNotFound(let key, _) {
      throw CommandFailure("\(place): \"\(key.stringValue)\" is missing")
    } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
      throw CommandFailure("\(place): \"\(context.codingPath[0].stringValue)\" is not a number")
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw CommandFailure("\(place): \"\(context.codingPath[0].stringValue)\": \(context.debugDescription)")
    } catch {
      throw CommandFailure("\(place): this is not a JSON object such as {\"step\":100,\"loss\":0.12}")
    }
    guard record.step >= 0 else { throw CommandFailure("\(place): \"step\" is negative") }
    return record
  }
}
