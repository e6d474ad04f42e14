import CKernels
import Testing

@Suite struct DispatchTests {
  @Test func unknownInstructionSetsAreRefused() {
    let before = String(cString: ck_isa())
    #expect(ck_select_isa("sse9") == 0 && ck_select_isa(nil) == 0)
    #expect(ck_select_isa_on_this_thread("sse9") == 0)
    #expect(String(cString: ck_isa()) == before)
  }

  @Test(arguments: ISA.supported)
  func theSelectedInstructionSetIsReported(isa: ISA) {
    #expect(isa.run { String(cString: ck_isa()) } == isa.rawValue)
  }

  @Test func portableKernelsAlwaysExist() {
    #expect(ISA.supported.contains(.portable))
  }

  @Test(arguments: [1, 1000, 3 << 20])
  func allocatedMemoryIsAlignedAndZero(bytes: Int) throws {
    let memory = try #require(ck_allocate(bytes))
    defer { ck_free(memory, bytes) }
    #expect(UInt(bitPattern: memory) % (bytes >= 2 << 20 ? 2 << 20 : 64) == 0)
    #expect(UnsafeRawBufferPointer(start: memory, count: bytes).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [1, 3 << 20])
  func reservedMemoryIsAlignedAndZero(bytes: Int) throws {
    let memory = try #require(ck_reserve(bytes))
    defer { ck_release(memory, bytes) }
    #expect(UInt(bitPattern: memory) % (2 << 20) == 0)
    #expect(UnsafeRawBufferPointer(start: memory, count: bytes).allSatisfy { $0 == 0 })
    memory.storeBytes(of: 1, toByteOffset: bytes - 1, as: UInt8.self)
  }

  @Test func timePasses() {
    let start = ck_now()
    #expect(ck_now() >= start)
  }
}
