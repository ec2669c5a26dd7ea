import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// The entities that a tagger finds in one record.
public struct TaggedRecord: Sendable {
  /// An entity and where it stands.
  public struct Entity: Codable, Hashable, Sendable {
    /// Place in the text, in Unicode scalars, as Python counts.
    public var start: Int
    /// The place after its last character, in Unicode scalars.
    public var end: Int
    /// Of the record, if it has one.
    public var label: String
    /// The text.
    public var text: String
  }

  /// The record.
  public var record: Record
  /// Words that are typical of it.
  public var words: [String]
  /// One a word, as the model names them.
  public var tags: [String]
  /// The entities.
  public var entities: [Entity]
}

/// What tagging a file came to.
public struct TagPredictSummary: Codable, Sendable {
  /// The model, as it was named.
  public var model: String
  /// The share of what was found that is right.
  public var precision: String
  /// How many records there are.
  public var records: Int
  /// The entities.
  public var entities: Int
  /// Records with tags of their own.
  public var scored: Int
  /// Of those records' entities, exactly as they lie; nil without any.
  public var scores: LabelScores?
  /// That the step took.
  public var seconds: Double
}

/// Tags the words of the records of a file, some thousand at a time, whatever its length.
///
/// A record's words are its `tokens` where it has some, else those of ``WordSplitter``.
public struct TagPredictStep: RecordPredictor {
  private let tagger: WordTagger
  private let decoder: TagDecoder
  private let monitor: StepMonitor

  /// - Throws: `FileError` if the model's labels are no tags.
  public init(_ tagger: WordTagger, monitor: StepMonitor) throws {
    self.tagger = tagger
    self.monitor = monitor
    decoder = try TagDecoder(labels: tagger.labels, place: "the model's labels")
  }

  /// - Parameters:
  ///   - model: how the summary names the model.
  ///   - use: given the answers in the file's order.
  /// - Throws: `FileError`, what `use` throws, or ``Interrupted``.
  public func run(
    _ file: URL, reading: ReadingOptions, model: String, _ use: (TaggedRecord) throws -> Void
  ) throws -> TagPredictSummary {
    var (entities, scored, counts) = (0, 0, MatchCounts())
    let (records, seconds) = try predict(file, reading, window: 2048, phase: "tagging", monitor) {
      if let truth = try truth($0) {
        scored += 1
        counts += EntityReport.counts(truth: truth, predictions: spans($0.tags))
      }
      entities += $0.entities.count
      try use($0)
    }
    return TagPredictSummary(
      model: model, precision: tagger.precision.rawValue, records: records, entities: entities,
      scored: scored, scores: scored > 0 ? counts.scores : nil, seconds: seconds)
  }

  /// In the order given.
  public func predictions(_ records: [Record]) throws -> [TaggedRecord] {
    let words = try records.map(Self.words)
    let logits = try tagger.logits(words.map { $0.map(\.text) })
    return records.indices.map { index in
      let tags = decoder.decode(logits[index]).map { tagger.labels[$0] }
      let scalars = Array(records[index].text.unicodeScalars)
      let entities = spans(tags).map { span in
        let (first, last) = (
          words[index][span.words.lowerBound], words[index][span.words.upperBound - 1]
        )
        let range = first.range.lowerBound..<last.range.upperBound
        return TaggedRecord.Entity(
          start: range.lowerBound, end: range.upperBound, label: span.type,
          text: String(String.UnicodeScalarView(scalars[range])))
      }
      return TaggedRecord(
        record: records[index], words: words[index].map(\.text), tags: tags, entities: entities)
    }
  }

  private func spans(_ tags: [String]) -> [EntitySpan] {
    EntitySpan.entities(of: tags.compactMap { Tag($0) })
  }

  /// The record's own entities, if it has tags.
  private func truth(_ answer: TaggedRecord) throws -> [EntitySpan]? {
    let fields = try answer.record.originalFields()
    guard fields["tags"] != nil || fields["entities"] != nil else { return nil }
    let sentence = try answer.record.taggedSentence()
    return try TaggedData([sentence.tags]) { _ in answer.record.id }.entities[0]
  }

  /// The words of a record and where they lie in its text.
  private static func words(_ record: Record) throws -> [(text: String, range: Range<Int>)] {
    if case .json(let json)? = try record.originalFields()["tokens"],
      let tokens = StoredJSON.strings(json),
      record.text == tokens.joined(separator: " ")
    {
      var start = 0
      return tokens.map { word in
        defer { start += word.unicodeScalars.count + 1 }
        return (word, start..<start + word.unicodeScalars.count)
      }
    }
    let scalars = Array(record.text.unicodeScalars)
    return WordSplitter.ranges(scalars).map {
      (String(String.UnicodeScalarView(scalars[$0])), $0)
    }
  }
}
