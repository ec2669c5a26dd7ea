import Corpus
import Foundation
import Neighbors
import Store

/// Holds the records and vectors of an index against what was noted of them when it was built.
///
/// Texts are hashed and normalized anew, vectors measured. O(characters + rows · dimension).
struct ContentCheck {
  /// The most the squared length of a unit vector may be from 1.
  private static let tolerance: Float = 1e-3

  let index: OpenIndex

  func violations() throws -> [Violation] {
    var found: [Violation] = []
    var ids = Set<String>()
    var firstOfText: [ContentHash: Int] = [:]
    try index.catalog.forEachRecord { record in
      let row = UInt32(record.row)
      if !ids.insert(record.id).inserted { found.append(Violation(kind: .repeatedID, rows: [row])) }
      let hash = ContentHash(record.text)
      let normalized = ContentHash(TextNormalization.normalize(record.text))
      if hash != record.textHash || normalized != record.normalizedHash {
        found.append(Violation(kind: .changedText, rows: [row]))
      }
      if !isUnitOrZero(record.row) { found.append(Violation(kind: .vectorLength, rows: [row])) }
      let first = firstOfText[hash, default: record.row]
      firstOfText[hash] = first
      if first != record.row, !haveEqualVectors(first, record.row) {
        found.append(Violation(kind: .vectorsDiffer, rows: [UInt32(first), row]))
      }
    }
    return found + (try fileViolations())
  }

  private func fileViolations() throws -> [Violation] {
    var found: [Violation] = []
    let (manifest, folder) = (index.manifest, index.folder.url)
    for file in [manifest.vectors, manifest.index] {
      let url = folder.appendingPathComponent(file.name)
      if try SHA256Hasher.hexadecimal(ofFileAt: url) != file.hash {
        found.append(Violation(kind: .changedFile, detail: "\(file.name): other content"))
      }
    }
    if try StagedCatalog.corpusHash(index.catalog) != manifest.corpusHash {
      found.append(
        Violation(
          kind: .changedCorpus,
          detail: "the ids, texts, labels, parts and fields of the records"))
    }
    return found
  }

  /// A text without tokens has a vector of zeros.
  private func isUnitOrZero(_ row: Int) -> Bool {
    let dimension = index.manifest.dimension
    let vector = index.vectors.vectors[row]
    let square = canonicalDot(vector, vector, count: dimension)
    return abs(square - 1) <= Self.tolerance || square == 0
  }

  private func haveEqualVectors(_ one: Int, _ other: Int) -> Bool {
    let bytes = index.manifest.dimension * MemoryLayout<Float>.stride
    let vectors = index.vectors.vectors
    return memcmp(vectors[one], vectors[other], bytes) == 0
  }
}
