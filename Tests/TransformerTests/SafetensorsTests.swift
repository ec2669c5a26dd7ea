import Files
import Foundation
import Testing
import Transformer

/// A fresh folder, gone when the object is.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String, _ data: Data) throws -> URL {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file
  }
}

@Suite struct SafetensorsTests {
  private func container(_ header: String, data: [UInt8], claimed: UInt64? = nil) -> Data {
    var bytes = Data()
    withUnsafeBytes(of: (claimed ?? UInt64(header.utf8.count)).littleEndian) {
      bytes.append(contentsOf: $0)
    }
    bytes.append(contentsOf: header.utf8)
    bytes.append(contentsOf: data)
    return bytes
  }

  private func tensor(_ name: String, _ values: [Float], shape: [Int]) -> WeightTensor {
    final class Owner {
      let values: UnsafeMutableBufferPointer<Float>
      init(_ values: [Float]) {
        self.values = .allocate(capacity: values.count)
        _ = self.values.initialize(from: values)
      }
      deinit { values.deallocate() }
    }
    let owner = Owner(values)
    return WeightTensor(
      name: name, shape: shape, pointer: UnsafePointer(owner.values.baseAddress!), owner: owner)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    let written = [
      tensor("b", [1, -2, .infinity, 1e-38, 5, 6], shape: [2, 3]),
      tensor("a", [0.1], shape: [1]), tensor("scalar", [7], shape: []),
    ]
    for _ in 0..<2 { try Safetensors.write(written, to: url) }
    let read = try Safetensors(folder: folder.url)
    #expect(read.tensors.count == 3)
    for tensor in written {
      let stored = try #require(read[tensor.name])
      #expect(stored.shape == tensor.shape)
      #expect(try stored.float32().values == tensor.values)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(names == ["model.safetensors"], "no temporary file stays behind")
  }

  @Test func halfTypesConvert() throws {
    let folder = try TemporaryFolder()
    let header = """
      {"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},\
      "b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},\
      "i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}
      """
    let data: [UInt8] = [0x00, 0x3C, 0x00, 0xC0, 0x80, 0x3F, 0x20, 0xC1] + Array(1...8)
    let read = try Safetensors(file: folder.file("x", container(header, data: data)))
    #expect(try read["h"]!.float32().values == [1, -2])
    #expect(try read["b"]!.float32().values == [1, -10])
    #expect(throws: FileError.self) { try read["i"]!.float32() }
  }

  @Test func unalignedFloatsAreCopied() throws {
    let folder = try TemporaryFolder()
    let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} "#
    for padding in 0..<4 {
      let padded = header + String(repeating: " ", count: padding)
      let file = try folder.file("x\(padding)", container(padded, data: [0, 0, 0x80, 0x3F]))
      #expect(try Safetensors(file: file)["x"]!.float32().values == [1])
    }
  }

  @Test(arguments: [
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "bytes differ from the shape"),
    (#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "negative size"),
    (#"{"x":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}"#, "negative sizes"),
    (
      #"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#,
      "the product overflows"
    ),
    (
      #"{"x":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#,
      "the byte count overflows"
    ),
    (#"{"x":{"dtype":"F32","shape":[1e40],"data_offsets":[0,4]}}"#, "size beyond Int"),
    (#"{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, "fractional size"),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "beyond the data"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "end before begin"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "negative begin"),
    (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, "one offset"),
    (#"{"x":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}"#, "unknown dtype"),
    (#"{"x":{"dtype":"F32","data_offsets":[0,4]}}"#, "no shape"),
    (#"{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "trailing bytes"),
    (#"{"x":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "hole at the start"),
    (
      #"{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
        + #""y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, "overlap"
    ),
    (#"[1,2]"#, "not an object"), (#"{"x":3}"#, "not a tensor"), ("{", "cut short"), ("", "empty"),
    (String(repeating: "[", count: 100_000), "nested deeply"),
  ])
  func hostileHeadersThrow(header: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("x", container(header, data: [0, 0, 0, 0]))
    #expect(throws: FileError.self, "\(reason)") { try Safetensors(file: file) }
  }

  @Test func hostileLengthsThrow() throws {
    let folder = try TemporaryFolder()
    let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    for claimed in [UInt64.max, 1 << 63, 1 << 40, UInt64(header.utf8.count) + 5, 0, 3] {
      let file = try folder.file("x", container(header, data: [0, 0, 0, 0], claimed: claimed))
      #expect(throws: FileError.self) { try Safetensors(file: file) }
    }
    let whole = container(header, data: [0, 0, 0, 0])
    _ = try Safetensors(file: folder.file("x", whole))
    for length in 0..<whole.count {
      let file = try folder.file("x", whole.prefix(length))
      #expect(throws: FileError.self, "cut to \(length)") { try Safetensors(file: file) }
    }
    #expect(throws: FileError.self) { try Safetensors(file: folder.url) }
    #expect(throws: FileError.self) { try Safetensors(folder: folder.url) }
  }

  @Test func flippedBytesNeverTrap() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("x")
    try Safetensors.write(
      [tensor("a", [1, 2, 3, 4], shape: [2, 2]), tensor("b", [5, 6], shape: [2])], to: url)
    let whole = try Data(contentsOf: url)
    var generator = SplitMix(state: 7)
    for _ in 0..<200 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      try bytes.write(to: url)
      guard let read = try? Safetensors(file: url) else { continue }
      for tensor in read.tensors.values {
        _ = try? tensor.float32().values.reduce(0, +)
      }
    }
  }

  @Test func shardsAreOneSet() throws {
    let folder = try TemporaryFolder()
    func shard(_ name: String, _ tensors: [WeightTensor]) throws {
      try Safetensors.write(tensors, to: folder.url.appendingPathComponent(name))
    }
    try shard("model-1.safetensors", [tensor("a", [1], shape: [1])])
    try shard("model-2.safetensors", [tensor("b", [2], shape: [1])])
    func index(_ map: String) throws {
      _ = try folder.file(
        "model.safetensors.index.json", Data(#"{"weight_map":{\#(map)}}"#.utf8))
    }
    try index(#""a":"model-1.safetensors","b":"model-2.safetensors""#)
    let read = try Safetensors(folder: folder.url)
    #expect(try read["a"]!.float32().values[0] == 1 && read["b"]!.float32().values[0] == 2)
    for hostile in [
      #""a":"model-3.safetensors""#, #""c":"model-1.safetensors""#, #""b":"model-1.safetensors""#,
      #""a":"../model-1.safetensors""#, #""a":"""#, #""a":3"#,
    ] {
      try index(hostile)
      #expect(throws: FileError.self, "\(hostile)") { try Safetensors(folder: folder.url) }
    }
  }
}

/// SplitMix64: a small seeded generator for tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
