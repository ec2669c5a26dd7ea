import Foundation
import Testing

/// What one run of the command left behind.
struct Outcome {
  var status: Int32
  var signal: Int32?
  var output: Data
  var errors: String
  var arguments: [String]

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard output as exactly one JSON value.
  func json() throws -> Any {
    try JSONSerialization.jsonObject(with: output, options: [.fragmentsAllowed])
  }

  func object() throws -> [String: Any] {
    try #require(json() as? [String: Any], "not one JSON object: \(text)")
  }

  @discardableResult
  func succeeded(_ location: SourceLocation = #_sourceLocation) throws -> Outcome {
    try #require(
      status == 0 && signal == nil, "\(arguments): \(summary)", sourceLocation: location)
    return self
  }

  /// Expects `status`, and every one of `words` in what was said on standard error.
  func fails(
    _ status: Int32 = 1, saying words: String..., at location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      self.status == status && signal == nil, "\(arguments): \(summary)", sourceLocation: location)
    for word in words {
      #expect(
        errors.contains(word), "\(arguments): no '\(word)' in: \(errors)", sourceLocation: location)
    }
    if status == 1 {
      #expect(errors.contains("error: "), "\(errors)", sourceLocation: location)
    }
  }

  private var summary: String { "exit \(status) \(signal.map { "signal \($0)" } ?? "") \(errors)" }
}

extension Sandbox {
  @discardableResult
  func run(_ arguments: String..., input: Data? = nil) throws -> Outcome {
    try run(arguments, input: input)
  }

  func run(_ arguments: [String], input: Data? = nil) throws -> Outcome {
    try start(arguments, input: input).wait()
  }

  /// `script` by the shell, with the command as `$S`.
  func shell(_ script: String) throws -> Outcome { try startShell(script).wait() }

  func startShell(_ script: String) throws -> Invocation {
    try Invocation(URL(fileURLWithPath: "/bin/bash"), ["-c", script], in: self, input: nil)
  }

  func start(_ arguments: [String], input: Data? = nil) throws -> Invocation {
    try Invocation(Self.binary, arguments, in: self, input: input)
  }
}

/// A command that runs, its output gathered in files so that no pipe can fill up.
final class Invocation {
  let process = Process()
  private let arguments: [String]
  private let output: URL
  private let errors: URL

  init(_ binary: URL, _ arguments: [String], in sandbox: Sandbox, input: Data?) throws {
    self.arguments = arguments
    let name = ".\(UUID().uuidString)"
    output = try sandbox.write(name + ".out", "")
    errors = try sandbox.write(name + ".err", "")
    process.executableURL = binary
    process.arguments = arguments
    process.currentDirectoryURL = sandbox.folder
    var environment = ProcessInfo.processInfo.environment
    environment["SIMCURATE_MODEL"] = "model"
    environment["COLUMNS"] = "80"
    environment["S"] = Sandbox.binary.path
    process.environment = environment
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput =
      try input.map {
        try FileHandle(forReadingFrom: sandbox.write(name + ".in", $0))
      } ?? FileHandle.nullDevice
    try process.run()
  }

  /// What was said on standard error so far.
  var errorsSoFar: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

  /// Looks again and again until `condition` holds; fails after a minute.
  func until(
    _ condition: () throws -> Bool, at location: SourceLocation = #_sourceLocation
  ) throws {
    for _ in 0..<12_000 {
      if try condition() { return }
      usleep(5_000)
    }
    process.terminate()
    try #require(Bool(false), "\(arguments): \(errorsSoFar)", sourceLocation: location)
  }

  func wait() throws -> Outcome {
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    defer {
      try? FileManager.default.removeItem(at: output)
      try? FileManager.default.removeItem(at: errors)
    }
    return Outcome(
      status: isSignal ? -1 : process.terminationStatus,
      signal: isSignal ? process.terminationStatus : nil, output: try Data(contentsOf: output),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self), arguments: arguments)
  }
}
