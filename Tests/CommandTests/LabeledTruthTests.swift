import Foundation
import Testing

/// Precision and recall of the stages on a small corpus whose duplicates are known.
@Suite struct LabeledTruthTests {
  /// Texts of one group are duplicates, each pair of them; those of different groups are not.
  private static let groups: [[String]] = [
    // Equal bytes.
    ["Where is my parcel today?", "Where is my parcel today?"],
    ["How do I change my delivery address?", "How do I change my delivery address?"],
    ["我的包裹今天在哪里？", "我的包裹今天在哪里？"],
    ["请问怎样修改收货地址", "请问怎样修改收货地址"],
    // Equal after normalization.
    ["Thank you for the quick answer", "thank you  for the quick answer."],
    ["Please cancel my order", "PLEASE CANCEL MY ORDER"],
    ["The ﬁlter does not fit", "The filter does not fit"],
    ["这本书的内容很好，值得一读。", "这本书的内容很好，值得一读"],
    ["快递在３号到了", "快递在3号到了"],
    // Most shingles shared.
    [
      "The package arrived two weeks late and the box was badly damaged on one side",
      "The package arrived two weeks late and the box was badly damaged on one side again",
    ],
    [
      "I ordered a red jacket in my usual size and received something else instead",
      "Well I ordered a red jacket in my usual size and received something else instead",
    ],
    [
      "这家酒店的位置非常好，离地铁站很近，房间也很干净，下次还会再来",
      "这家酒店的位置非常好，离地铁站很近，房间也很干净，下次还会再来的",
    ],
    // Said otherwise: no stage but the semantic one can find these.
    ["Can I send it back?", "Is a return possible?"],
    ["东西坏了想退钱", "商品损坏要求退款"],
    // Alike and different: a number, a negation.
    ["The jacket that I bought in the shop on the corner last week costs 20 dollars in all"],
    ["The jacket that I bought in the shop on the corner last week costs 30 dollars in all"],
    ["We were told on the phone that the parcel would be brought to us on the next working day"],
    [
      "We were told on the phone that the parcel would not be brought to us on the next working day"
    ],
    ["这款手机我已经用了很久，电池还能坚持使用大约 2 天，总的来说非常满意，推荐给大家"],
    ["这款手机我已经用了很久，电池还能坚持使用大约 5 天，总的来说非常满意，推荐给大家"],
    ["Is there a shop in town?"], ["价格太贵了"],
  ]

  private struct Score: Equatable, CustomStringConvertible {
    var right: Int
    var called: Int
    var description: String { "\(right) right of \(called)" }
  }

  private static let gold = groups.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    var lines = ""
    for (group, texts) in Self.groups.enumerated() {
      for (member, text) in texts.enumerated() {
        let row = try JSONSerialization.data(withJSONObject: [
          "id": "\(group)-\(member)", "text": text,
        ])
        lines += String(decoding: row, as: UTF8.self) + "\n"
      }
    }
    try sandbox.write("labeled.jsonl", lines)
    try sandbox.run("index", "labeled.jsonl", "--out", "index").succeeded()
    return sandbox
  }

  /// Removed records, and those whose witness is of their group.
  private func score(
    _ sandbox: Sandbox, _ stages: String, _ more: String...
  ) throws -> Score {
    try sandbox.run(
      ["dedup", "index", "--stages", stages, "--export-removed", "removed.jsonl"] + more
    ).succeeded()
    let rows = try sandbox.rows("removed.jsonl")
    func group(_ row: [String: Any], _ field: String) -> Substring? {
      (row[field] as? String)?.split(separator: "-").first
    }
    let right = rows.count { group($0, "id") == group($0, "witness") }
    return Score(right: right, called: rows.count)
  }

  @Test func eachStageFindsItsKind() throws {
    let sandbox = try sandbox()
    #expect(Self.gold == 14)
    #expect(try score(sandbox, "exact") == Score(right: 4, called: 4))
    #expect(try score(sandbox, "exact,normalized") == Score(right: 9, called: 9))
    #expect(try score(sandbox, "exact,normalized,lexical") == Score(right: 12, called: 12))
  }

  @Test func guardsAreWhatKeepsLookalikes() throws {
    let sandbox = try sandbox()
    let lexical = "exact,normalized,lexical"
    let loose = ["--lexical-threshold", "0.7"]
    #expect(
      try score(sandbox, lexical, loose[0], loose[1], "--guards", "none")
        == Score(right: 12, called: 15))
    #expect(
      try score(sandbox, lexical, loose[0], loose[1], "--guards", "numbers")
        == Score(right: 12, called: 13))
    #expect(
      try score(sandbox, lexical, loose[0], loose[1], "--guards", "negation")
        == Score(right: 12, called: 14))
    #expect(try score(sandbox, lexical, loose[0], loose[1]) == Score(right: 12, called: 12))
  }
}
