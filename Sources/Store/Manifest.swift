import Corpus
import Files
import Foundation

/// `manifest.json`: what an index was built from and with. Written last, by rename: a folder without
/// one holds no index.
package struct Manifest: Codable, Equatable, Sendable {
  /// The newest format this tool reads and the one it writes.
  package static let currentFormat = 1

  /// Who made the vectors; two indexes may be compared only if these are equal.
  package struct Model: Codable, Hashable, Sendable {
    package var name: String
    /// SHA-256 (hexadecimal) over weights, configuration and tokenizer files.
    package var hash: String
    package var pooling: String
    package var precision: String
    package var maximumTokens: Int
    /// What was put before each text; nil for nothing.
    package var prompt: String?
    /// What became of texts of more than ``maximumTokens``: `chunk`, or nil for having been cut.
    package var longTexts: String?

    package init(
      name: String, hash: String, pooling: String, precision: String, maximumTokens: Int,
      prompt: String? = nil, longTexts: String? = nil
    ) {
      self.name = name
      self.hash = hash
      self.pooling = pooling
      self.precision = precision
      self.maximumTokens = maximumTokens
      self.prompt = prompt
      self.longTexts = longTexts
    }
  }

  /// A file of the index and its content when the manifest was written.
  package struct File: Codable, Hashable, Sendable {
    /// In the index folder.
    package var name: String
    package var bytes: Int
    /// SHA-256, hexadecimal.
    package var hash: String

    /// Reads the file to hash it.
    ///
    /// - Throws: `FileError` if it cannot be read.
    package init(_ url: URL) throws {
      name = url.lastPathComponent
      bytes = try Self.size(of: url)
      hash = try Self.hash(of: url)
    }

    static func size(of url: URL) throws -> Int {
      let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
      guard let size = (attributes?[.size] as? NSNumber)?.intValue else {
        throw FileError(
          place: url.relativePath, expected: "a file of the index", found: "none",
          advice: "build the index again")
      }
      try RegularFile.check(url)
      return size
    }

    static func hash(of url: URL) throws -> String {
      do {
        return try SHA256Hasher.hexadecimal(ofFileAt: url)
      } catch let error as FileError {
        throw error
      } catch {
        throw FileError(
          place: url.relativePath, expected: "a readable file", found: "\(error)")
      }
    }
  }

  package var format: Int
  package var toolVersion: String
  package var createdAt: Date
  package var model: Model
  /// Length of a vector.
  package var dimension: Int
  package var recordCount: Int
  /// SHA-256 (hexadecimal) over the ids and texts in row order.
  package var corpusHash: String
  package var vectors: File
  package var index: File

  package init(
    toolVersion: String, createdAt: Date = Date(), model: Model, dimension: Int, recordCount: Int,
    corpusHash: String, vectors: File, index: File
  ) {
    format = Self.currentFormat
    self.toolVersion = toolVersion
    self.createdAt = createdAt
    self.model = model
    self.dimension = dimension
    self.recordCount = recordCount
    self.corpusHash = corpusHash
    self.vectors = vectors
    self.index = index
  }

  /// The manifest of the index in `folder`, of a format this tool reads.
  ///
  /// - Throws: `FileError` if it is missing, malformed, newer, or says what cannot be.
  package static func load(from folder: IndexFolder) throws -> Manifest {
    let url = folder.manifest
    let place = url.relativePath
    let data: Data
    do {
      data = try RegularFile.contents(of: url)
    } catch let error as FileError where FileManager.default.fileExists(atPath: url.path) {
      throw error
    } catch {
      let isThere = FileManager.default.fileExists(atPath: folder.url.path)
      throw FileError(
        place: place, expected: "the manifest of an index",
        found: isThere ? "none in the folder" : "no such folder",
        advice: "build the index with simcurate index CORPUS \(OptionName.out) "
          + "\(folder.url.relativePath)")
    }
    struct Head: Decodable { var format: Int }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      let format = try decoder.decode(Head.self, from: data).format
      guard format <= currentFormat else {
        throw FileError(
          place: place, expected: "format \(currentFormat) or older", found: "format \(format)",
          advice: "a newer simcurate wrote it; update this one")
      }
      let manifest = try decoder.decode(Manifest.self, from: data)
      try manifest.checkValues(place: place)
      return manifest
    } catch let error as DecodingError {
      throw FileError(
        place: place, expected: "a manifest", found: StoredJSON.reason(error),
        advice: "build the index again")
    }
  }

  private func checkValues(place: String) throws {
    guard dimension > 0, recordCount >= 0, !model.hash.isEmpty, model.maximumTokens > 0,
      format > 0, vectors.bytes >= 0, index.bytes >= 0
    else {
      throw FileError(
        place: place, expected: "positive sizes and a model hash", found: "others",
        advice: "build the index again")
    }
  }

  /// Writes the manifest into `folder`.
  ///
  /// - Throws: `FileError` if it cannot be written.
  package func write(to folder: IndexFolder) throws {
    let encoder = SortedJSON.encoder(isPretty: true)
    encoder.dateEncodingStrategy = .iso8601
    try AtomicFile.write(try encoder.encode(self) + [0x0a], to: folder.manifest)
  }

  /// Checks that the index's files are there with the sizes the manifest gives, and, if
  /// `hashes`, the content.
  package func checkFiles(in folder: IndexFolder, hashes: Bool = false) throws {
    for file in [vectors, index] {
      // Only names inside the folder: a manifest may come from anywhere.
      guard !file.name.contains("/"), file.name != ".." else {
        throw FileError(
          place: folder.manifest.relativePath, expected: "a file name", found: "'\(file.name)'")
      }
      let url = folder.url.appendingPathComponent(file.name)
      let size = try File.size(of: url)
      let isSame = try size == file.bytes && (!hashes || File.hash(of: url) == file.hash)
      guard isSame else {
        throw FileError(
          place: url.relativePath, expected: "the file the manifest describes",
          found: size == file.bytes ? "other content" : "\(size) bytes instead of \(file.bytes)",
          advice: "build the index again")
      }
    }
  }

  /// Checks that the index was built with `other`.
  package func checkModel(_ other: Model, in folder: IndexFolder) throws {
    guard model != other else { return }
    throw FileError(
      place: folder.url.relativePath, expected: "an index built with \(Self.title(other))",
      found: "one built with \(Self.title(model))",
      advice: "name that model with \(OptionName.model), or build the index again with this one")
  }

  private static func title(_ model: Model) -> String {
    let prompt = model.prompt.map { ", prompt \"\($0)\"" } ?? ""
    let longTexts = model.longTexts.map { ", long texts by \($0)" } ?? ""
    return "\(model.name) (\(model.hash.prefix(12)), \(model.pooling), \(model.precision), "
      + "\(model.maximumTokens) tokens\(prompt)\(longTexts))"
  }
}
