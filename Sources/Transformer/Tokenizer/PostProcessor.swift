/// How special tokens are put around one sequence or two.
struct PostProcessor: Sendable {
  enum Piece: Sendable {
    case special(ids: [Int32], type: UInt8)
    case first(type: UInt8)
    case second(type: UInt8)
  }

  var single: [Piece] = [.first(type: 0)]
  var pair: [Piece] = [.first(type: 0), .second(type: 1)]

  /// How many special tokens a template adds.
  static func specialCount(_ template: [Piece]) -> Int {
    template.reduce(0) {
      if case .special(let ids, _) = $1 { $0 + ids.count } else { $0 }
    }
  }

  /// How many tokens of each sequence stay when both together may have `room`: the longer one is
  /// cut first, then both evenly ("longest first").
  static func fit(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    let shorter = min(first, second)
    guard shorter * 2 > room else {
      return first <= second ? (first, room - first) : (room - second, second)
    }
    let half = room / 2
    return first <= second ? (half, room - half) : (room - half, half)
  }
}

extension PostProcessor {
  /// `first A last` and `first A last B last`, B and what follows being segment 1.
  static func bert(first: [Int32], last: [Int32]) -> PostProcessor {
    let start = Piece.special(ids: first, type: 0)
    let end = Piece.special(ids: last, type: 0)
    return PostProcessor(
      single: [start, .first(type: 0), end],
      pair: [start, .first(type: 0), end, .second(type: 1), .special(ids: last, type: 1)])
  }
}
