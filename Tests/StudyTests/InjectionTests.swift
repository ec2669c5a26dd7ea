import Foundation
import Study
import Testing

/// The positive control: who gets which dose, what is changed in a copy, and what comes of it.
@Suite struct InjectionTests {
  @Test func everyItemHasEveryDoseOnceInASquare() {
    for (paraphrased, count) in [([], 7), ([0, 2, 3], 10)] {
      let square = InjectionSquare(
        groups: [0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 13], withParaphrases: paraphrased)
      #expect(square.doses.count == count && square.doses[0].copies == 0)
      for item in square.groups.indices {
        for number in 0..<2 {
          let models = number * count..<(number + 1) * count
          #expect(Set(models.map { square.dose(of: item, in: $0) }).count == count)
          for dose in 0..<count {
            let model = square.model(of: item, with: dose, square: number)
            #expect(models.contains(model) && square.dose(of: item, in: model) == dose)
          }
        }
      }
      for (dose, what) in square.doses.enumerated() {
        #expect(square.items(of: dose) == (what.kind == .paraphrased ? paraphrased : Array(0..<11)))
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
      square, hits: values, logProbabilities: values, rows: [], trainingRecords: 1, updates: 1,
      runs: [])
    for (effect, expected) in zip(analysis.effects, ofDose).dropFirst() {
      let gain = try #require(effect.accuracyGain)
      #expect(abs(gain.value - expected) < 1e-9 && gain.standardError < 1e-9)
      #expect(gain.groups == 70 && gain.seeds == 2)
    }
    #expect(analysis.sentences[0].hasPrefix("The study sees what it looks for: 16 exact copies"))
    #expect(analysis.models == 14 && analysis.items == 70 && analysis.withParaphrases == nil)
  }

  /// What paraphrases do is that of the items that have some, two a group here; the other items have no copy
  /// where it is their turn.
  @Test func paraphrasesAreThoseOfTheItemsThatHaveSome() throws {
    let groups = (0..<200).map { $0 / 2 }
    let withParaphrases = Array(0..<120)
    let square = InjectionSquare(groups: groups, withParaphrases: withParaphrases)
    let ofDose = [0, 0.1, 0.2, 0.4, 0.05, 0.1, 0.3, 0.02, 0.06, 0.07]
    let values = (0..<10).map { model in
      groups.indices.map { item in
        let dose = square.dose(of: item, in: model)
        let hasNone = dose >= 7 && !withParaphrases.contains(item)
        return cos(Double(item)) + Double(model) * 0.3 + (hasNone ? 0 : ofDose[dose])
      }
    }
    let analysis = InjectionAnalysis(
      square, hits: values, logProbabilities: values, rows: groups.indices.map { UInt32($0) + 5 },
      trainingRecords: 1, updates: 1, runs: [])
    #expect(analysis.withParaphrases == Array(5..<125) && analysis.groups == 100)
    for (number, effect) in analysis.effects.enumerated().dropFirst() {
      let gain = try #require(effect.accuracyGain)
      #expect(abs(gain.value - ofDose[number]) < 1e-9)
      #expect(gain.groups == (number < 7 ? 100 : 60) && gain.items == (number < 7 ? 200 : 120))
      let said = (0..<10).map { model in
        square.items(of: number).filter { square.dose(of: $0, in: model) == number }
          .map { values[model][$0] }
      }.joined()
      #expect(abs(effect.accuracy - said.reduce(0, +) / Double(said.count)) < 1e-9)
    }
    #expect(analysis.sentences.last!.hasPrefix("One paraphrase changes it by +2.0 points"))
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
      square, hits: rows, logProbabilities: rows, rows: [], trainingRecords: 1, updates: 1,
      runs: [])
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
