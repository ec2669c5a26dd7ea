import Corpus
import Files
import Foundation

/// What some model said of one item: a row of a file of predictions.
struct ForeignPrediction {
  /// What was said, with what is right where it belongs to the row.
  enum Answer {
    case value(prediction: String, gold: String)
    case score(Double)
    case entities(EntityCounts)

    var kind: String {
      switch self {
      case .value: "a prediction and what is right"
      case .score: "a score"
      case .entities: "counts of entities"
      }
    }
  }

  var id: String
  /// Nil where the file stands for the arm.
  var arm: String?
  var seed: UInt64?
  var answer: Answer
  /// `file:line`.
  var place: String
}

/// A file of predictions, of any model: JSONL, CSV or TSV with `id` and
///
/// - `prediction` and `gold` (or `label`, as `predict` writes it): classes, relations such as
///   `Cause-Effect(e1,e2)`, or numbers; or
/// - `tp`, `predicted` and `gold`: entities found and right, found, and there to be found; or
/// - `score`: a number, of which larger is better (1 and 0 for right and wrong, an F1, a logarithm of a
///   probability).
///
/// `arm` names the model where a file holds several, `seed` the training where there are several of a
/// model.
struct PredictionFile {
  let url: URL
  private let path: String

  init(_ url: URL) {
    self.url = url
    path = url.relativePath
  }

  /// The name of an arm whose rows do not name it.
  var name: String {
    let bare = url.lastPathComponent
    let unpacked = bare.hasSuffix(".gz") ? String(bare.dropLast(3)) : bare
    return (unpacked as NSString).deletingPathExtension
  }

  /// All rows in file order. O(file).
  ///
  /// - Throws: `FileError` with file and line where a field is missing or is not what it must be.
  func read() throws -> [ForeignPrediction] {
    var rows: [ForeignPrediction] = []
    do {
      try CorpusReader(options: ReadingOptions(textField: "id")).read(url) { record in
        rows.append(try row(record))
      }
    } catch var error as FileError where error.advice?.contains("\(OptionName.textField)") == true {
      error.advice = "every row needs an id, by which predictions are paired"
      throw error
    }
    return rows
  }

  private func row(_ record: Record) throws -> ForeignPrediction {
    let place = "\(path):\(record.line)"
    guard record.fields != nil else {
      throw FileError(
        place: place, expected: "rows with named fields", found: "plain text",
        advice: "write predictions as JSONL, CSV or TSV")
    }
    let fields = PredictionFields(members: try record.originalFields(), place: place)
    return ForeignPrediction(
      id: record.text, arm: fields.text("arm"), seed: try fields.seed(),
      answer: try fields.answer(),
      place: place)
  }
}

/// The fields of one row.
private struct PredictionFields {
  let members: [String: CorpusWriter.Value]
  let place: String

  func text(_ name: String) -> String? {
    guard let text = members[name]?.plain, !text.isEmpty, members[name] != .json("null") else {
      return nil
    }
    return text
  }

  func seed() throws -> UInt64? {
    guard let text = text("seed") else { return nil }
    guard let seed = UInt64(text) else {
      throw fault("a whole number of at least 0 in 'seed'", "'\(text)'")
    }
    return seed
  }

  func answer() throws -> ForeignPrediction.Answer {
    if members["tp"] != nil {
      let counts = EntityCounts(
        right: try count("tp"), predicted: try count("predicted"), gold: try count("gold"))
      guard counts.right <= min(counts.predicted, counts.gold) else {
        throw fault("'tp' of at most 'predicted' and 'gold'", "\(text("tp") ?? "")")
      }
      return .entities(counts)
    }
    if members["prediction"] != nil {
      guard let prediction = text("prediction") else {
        throw fault("a class or a number in 'prediction'", "nothing")
      }
      guard let gold = text("gold") ?? text("label") else {
        throw fault("what is right in 'gold'", members["gold"] == nil ? names : "nothing")
      }
      return .value(prediction: prediction, gold: gold)
    }
    if members["score"] != nil { return .score(try number("score")) }
    throw fault(
      "fields 'prediction' and 'gold', or 'score', or 'tp', 'predicted' and 'gold'", names)
  }

  private var names: String {
    "the fields " + members.keys.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
  }

  private func number(_ name: String) throws -> Double {
    guard let text = text(name) else {
      throw fault("a number in '\(name)'", members[name] == nil ? names : "nothing")
    }
    guard let number = members[name]?.number ?? Double(text), number.isFinite else {
      throw fault("a number in '\(name)'", "'\(text)'")
    }
    return number
  }

  private func count(_ name: String) throws -> Double {
    let number = try number(name)
    guard number >= 0, number < 0x1p31, number == number.rounded() else {
      throw fault("a whole number of at least 0 in '\(name)'", text(name) ?? "nothing")
    }
    return number
  }

  private func fault(_ expected: String, _ found: String) -> FileError {
    FileError(place: place, expected: expected, found: found)
  }
}
