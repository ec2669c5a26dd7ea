import Corpus
import Files
import Foundation

/// What SQuAD 2.0 has of an article (Rajpurkar et al., arXiv 1806.03822).
private struct SquadArticle: Encodable {
  struct Paragraph: Encodable {
    var context: String
    var qas: [Question] = []
  }

  struct Question: Encodable {
    struct Answer: Encodable {
      var text: String
      var answerStart: Int

      enum CodingKeys: String, CodingKey {
        case text
        case answerStart = "answer_start"
      }
    }

    var id: String
    var question: String
    var answers: [Answer]
    /// Nil where the record does not say whether the context answers.
    var isImpossible: Bool?

    enum CodingKeys: String, CodingKey {
      case id, question, answers
      case isImpossible = "is_impossible"
    }
  }

  var title: String
  var paragraphs: [Paragraph] = []
}

extension Exporter {
  /// Questions with their contexts as one object of SQuAD's JSON: articles by the field `title`, contexts within
  /// them, both in the order in which they first come. Memory is that of the texts.
  ///
  /// - Returns: how many questions there are.
  /// - Throws: `FileError` naming a record that is no question with a context.
  func exportQuestions(_ rows: Set<Int>, to url: URL) throws -> Int {
    let fields = QuestionFields(texts: try index.textFields())
    var articles: [SquadArticle] = []
    var articleOf: [String: Int] = [:]
    var paragraphOf: [[String]: Int] = [:]
    try forEachRecord(rows) { record in
      let question = try record.contextQuestion(fields)
      let title = try record.originalFields()["title"]?.plain ?? ""
      let article = articleOf[title] ?? articles.count
      if article == articles.count {
        articles.append(SquadArticle(title: title))
        articleOf[title] = article
      }
      let key = [title, question.context]
      let paragraph = paragraphOf[key] ?? articles[article].paragraphs.count
      if paragraph == articles[article].paragraphs.count {
        articles[article].paragraphs.append(SquadArticle.Paragraph(context: question.context))
        paragraphOf[key] = paragraph
      }
      articles[article].paragraphs[paragraph].qas.append(
        SquadArticle.Question(
          id: record.id, question: question.question,
          answers: question.answers.map { .init(text: $0.text, answerStart: $0.start) },
          isImpossible: question.isJudged ? question.answers.isEmpty : nil))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let file = try AtomicFile(url)
    try file.write(Array("{\"version\":\"v2.0\",\"data\":[".utf8))
    for (place, article) in articles.enumerated() {
      try file.write((place == 0 ? [] : [UInt8(ascii: ",")]) + encoder.encode(article))
    }
    try file.write(Array("]}\n".utf8))
    try file.commit()
    return rows.count
  }
}
