import Foundation
import Study
import Testing

/// The positive control: who gets which dose, what is changed in a copy, and what comes of it.
@Suite struct InjectionTests {
  @Test func everyItemHasEveryDoseOnceInASquare() {
    let square = InjectionSquare(groups: [0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 13])
    for item in square.groups.indices {
      for number in 0..<2 {
        let models = number * 7..<number * 7 + 7
        #expect(Set(models.map { square.dose(of: item, in: $0) }).count == 7)
        for dose in 0..<7 {
          let model = square.model(of: item, with: dose, square: number)
          #expect(models.contains(model) && square.dose(of: item, in: model) == dose)
        }
      }
    }
  }

  @Test func aTenthOfTheWordsIsChanged() {
    let changes = ChangedText(wordsOf: ["alpha beta, gamma!", "delta 12"])
    let text = (0..<30).map { "word\($0)" }.joined(separator: " ") + "."
    let copy = changes.copy(of: text, seed: 5)
    #expect(copy == changes.copy(of: text, seed: 5) && copy != changes.copy(of: text, seed: 6))
    let pairs = Array(zip(copy.split(separator: " "), text.split(separator: " ")))
    #expect(pairs.count == 30 && pairs.count { $0 != $1 } == 3)
    let new = Set(pairs.filter { $0 != $1 }.map { String($0.0).trimmingCharacters(in: ["."]) })
    #expect(new.isSubset(of: ["alpha", "beta", "gamma", "delta"]))
    // One at least, spaces and marks as they were; nothing to change stays.
    let short = changes.copy(of: "Why?  Now", seed: 1)
    #expect(short != "Why?  Now" && short.contains("?  ") || short.hasPrefix("Why?  "))
    #expect(changes.copy(of: "42 + 1", seed: 1) == "42 + 1")
    #expect(ChangedText(wordsOf: []).copy(of: "one", seed: 1) == "one")
  }

  /// Values made of item, model and dose give the dose's part again, whatever the others are.
  @Test func gainsAreTheDosesEffects() throws {
    let square = InjectionSquare(groups: Array(0..<70))
    let ofDose = [0, 0.1, 0.2, 0.4, 0.05, 0.1, 0.3]
    let values = (0..<14).map { model in
      square.groups.indices.map { item in
        sin(Double(item)) + Double(model) * 0.3 + ofDose[square.dose(of: item, in: model)]
      }
    }
    let analysis = InjectionAnalysis(
      square, hits: values, logProbabilities: values, trainingRecords: 1, updates: 1, runs: [])
    for (effect, expected) in zip(analysis.effects, ofDose).dropFirst() {
      let gain = try #require(effect.accuracyGain)
      #expect(abs(gain.value - expected) < 1e-9 && gain.standardError < 1e-9)
      #expect(gain.groups == 70 && gain.seeds == 2)
    }
    #expect(analysis.sentences[0].hasPrefix("The study sees what it looks for: 16 exact copies"))
    #expect(analysis.models == 14 && analysis.items == 70)
  }

  /// Membership is the mean area over a square's models; its error is near that of leaving groups out.
  @Test func membershipIsTheAreaUnderTheCurve() throws {
    let groups = (0..<140).map { $0 * 7 / 10 }
    func values(without left: Int?) -> (InjectionSquare, [[Double]]) {
      var generator = SeededGenerator(seed: 4)
      let kept = groups.indices.filter { groups[$0] != left }
      let square = InjectionSquare(groups: groups)
      let all = (0..<7).map { model in
        groups.indices.map { item in
          Double(generator.index(below: 20)) + (square.dose(of: item, in: model) == 3 ? 6 : 0)
        }
      }
      return (
        InjectionSquare(groups: kept.map { groups[$0] }), all.map { row in kept.map { row[$0] } }
      )
    }
    func area(_ square: InjectionSquare, _ values: [[Double]]) -> Double {
      let areas = (0..<7).map { model -> Double in
        let items = square.groups.indices
        let members = items.filter { square.dose(of: $0, in: model) == 3 }
        let others = items.filter { square.dose(of: $0, in: model) == 0 }
        var sum = 0.0
        for member in members {
          for other in others {
            let (a, b) = (values[model][member], values[model][other])
            sum += a > b ? 1 : a == b ? 0.5 : 0
          }
        }
        return sum / Double(members.count * others.count)
      }
      return areas.reduce(0, +) / 7
    }
    let (square, rows) = values(without: nil)
    let analysis = InjectionAnalysis(
      square, hits: rows, logProbabilities: rows, trainingRecords: 1, updates: 1, runs: [])
    let found = try #require(analysis.effects[3].membership)
    #expect(abs(found.value - area(square, rows)) < 1e-12)
    let count = Set(groups).count
    let without = (0..<count).map { group -> Double in
      let (square, rows) = values(without: group)
      return area(square, rows)
    }
    let center = without.reduce(0, +) / Double(count)
    let jackknife =
      (without.reduce(0) { $0 + ($1 - center) * ($1 - center) } * Double(count - 1)
      / Double(count)).squareRoot()
    #expect(abs(found.standardError / jackknife - 1) < 0.15, "\(found.standardError) \(jackknife)")
  }
}
