import Foundation
import Support
import TestSupport
import Testing

/// Files that are the old one or the new one, whole, at every moment.
struct AtomicFileTests {
  @Test func aFileIsReplacedAndNothingIsLeftBeside() throws {
    try withTemporaryPath { folder in
      let path = folder + "/new/deep/file.txt"
      try AtomicFile.write(Data("old".utf8), to: path)
      try AtomicFile.write(Data("new".utf8), to: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new/deep") == ["file.txt"])
    }
  }

  @Test func aFailedWriteNamesThePathAndKeepsTheOldFile() throws {
    try withTemporaryPath { folder in
      try AtomicFile.write(Data("old".utf8), to: folder + "/file")
      #expect(throws: FileError.self) { try AtomicFile.write(Data("new".utf8), to: folder + "/file/inside") }
      #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "old")
    }
    #expect(throws: FileError(path: "/proc/x/report.json", "the folder /proc/x cannot be made")) {
      try AtomicFile.write(Data(), to: "/proc/x/report.json")
    }
  }

  @Test func aPreparedFileCanBeWrittenAndIsAsItWas() throws {
    try withTemporaryPath { folder in
      let path = folder + "/new/deep/file.txt"
      try AtomicFile.prepare(path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new/deep").isEmpty)
      try AtomicFile.write(Data("old".utf8), to: path)
      try AtomicFile.prepare(path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/new/deep") == ["file.txt"])
      #expect(throws: FileError(path: folder + "/new", "is a folder")) { try AtomicFile.prepare(folder + "/new") }
      #expect(throws: FileError.self) { try AtomicFile.prepare(path + "/inside") }
    }
    #expect(throws: FileError(path: "/proc/x/report.json", "the folder /proc/x cannot be made")) {
      try AtomicFile.prepare("/proc/x/report.json")
    }
    try AtomicFile.prepare("/dev/null")
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    try AtomicFile.write(Data("gone".utf8), to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func whatALinkPointsToIsReplacedAndNotTheLink() throws {
    try withTemporaryPath { folder in
      try AtomicFile.write(Data("old".utf8), to: folder + "/file")
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/file")
      try AtomicFile.write(Data("new".utf8), to: folder + "/link")
      #expect(try String(contentsOfFile: folder + "/file", encoding: .utf8) == "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == folder + "/file")
    }
  }
}
