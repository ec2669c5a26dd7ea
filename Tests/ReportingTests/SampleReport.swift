import Curation
import Foundation
import Reporting
import Study

/// A report as an index of package synopses gives it, with numbers from a seeded generator where
/// it takes many.
enum SampleReport {
  static func full() -> Report {
    var report = dedupOnly()
    report.clusters = clusters
    report.split = split
    report.composition = composition
    report.study = fiveSeeds
    report.injection = injection
    report.training = training
    report.cost = CostSection(
      steps: [
        .init(
          name: "embed", seconds: 14.2, items: 6900, unit: "records", peakBytes: 380_000_000),
        .init(name: "find pairs", seconds: 0.081, items: 6900, unit: "records"),
        .init(
          name: "fine-tune raw, seed 1", seconds: 92.6, items: 5248, unit: "examples",
          peakBytes: 1_210_000_000),
      ], source: "steps")
    return report
  }

  static var training: TrainingSection {
    var training = TrainingSection(
      run: "finetune-deduped-seed1-0123456789", metric: "macro-F1", updates: 1640, bestStep: 984,
      source: "tables runs and run_log")
    training.losses = (1...40).map {
      .init(step: 41 * $0, loss: 0.3 + 2 / (1 + Double($0) / 5))
    }
    training.evaluations = [
      (328, 1.02, 0.61), (656, 0.74, 0.7), (984, 0.69, 0.742), (1312, 0.71, 0.738),
      (1640, 0.75, nil),
    ].map { .init(step: $0, loss: $1, score: $2) }
    return training
  }

  static func dedupOnly() -> Report {
    var report = Report(title: "debian-synopses", created: "2026-11-23T21:40:00Z")
    report.removal = removal
    report.similarity = similarity
    report.provenance = Provenance(
      commands: [
        "simcurate index corpora/fetched/debian.jsonl --out indexes/debian --seed 1",
        "simcurate dedup indexes/debian --threshold 0.9 --keep longest",
      ],
      facts: [
        .init(name: "simcurate", value: "0.1.0"),
        .init(name: "model", value: "all-MiniLM-L6-v2, sha256 53aa51172d142c89d9012cce15ae4d6c"),
        .init(name: "corpus", value: "sha256 0f1e2d3c4b5a69788796a5b4c3d2e1f0, 6,900 records"),
        .init(name: "seeds", value: "1, 2, 3, 4, 5"),
        .init(name: "machine", value: "2 cores, AVX-512 BF16, Linux 6.1"),
      ])
    return report
  }

  static func pair(
    _ id: String, _ text: String, _ witness: String, _ witnessText: String, _ score: Double,
    _ stage: String, labels: (String, String) = ("libs", "libs"), rule: String? = nil,
    guards: [String] = []
  ) -> RemovalSection.Pair {
    RemovalSection.Pair(
      record: .init(id: id, text: text, label: labels.0),
      witness: .init(id: witness, text: witnessText, label: labels.1), score: score, stage: stage,
      rule: rule, guards: guards)
  }

  private static var removal: RemovalSection {
    var removal = RemovalSection(
      threshold: 0.9, rule: "longest", records: 6900, removed: 588,
      stages: [
        .init(name: "exact", count: 121), .init(name: "normalized", count: 34),
        .init(name: "semantic", count: 433),
      ],
      examples: [
        pair(
          "libqwt5-doc", "documentation for the Qwt library", "libqwt-doc",
          "documentation for the Qwt library", 1, "exact", labels: ("doc", "doc")),
        pair(
          "librust-sha1-dev", "SHA-1 hash function - Rust source code", "librust-sha-1-dev",
          "SHA-1 hash function in pure Rust - Rust source code", 0.957, "semantic",
          labels: ("rust", "rust")),
        pair(
          "gir1.2-gtk-3.0", "GTK graphical user interface library -- gir bindings",
          "libgtk-3-dev", "GTK graphical user interface library - development files", 0.903,
          "semantic", labels: ("introspection", "libdevel")),
      ], source: "SELECT * FROM ledger WHERE run = 1")
    removal.exportCommand = "simcurate export indexes/debian --what removals --out removals.csv"
    removal.listings = [
      .init(
        title: "exact", count: 121,
        pairs: (1...12).map {
          pair(
            "copy-\($0)", "text \($0) <of> many", "first-\($0)", "text \($0) <of> many", 1, "exact",
            rule: "longest")
        }),
      .init(
        title: "dropped by hand", count: 1,
        pairs: [
          .init(
            record: .init(id: "odd", text: "no package at all"), witness: nil, score: nil,
            stage: "dropped by hand", guards: ["looked at it"])
        ]),
    ]
    removal.conflicts = .init(
      title: "pairs with different labels", count: 61,
      pairs: [
        pair(
          "python3-foo", "Foo bindings for Python 3", "ruby-foo", "Foo bindings for Ruby", 0.912,
          "semantic", labels: ("python", "ruby"))
      ])
    removal.vetoes = [
      .init(
        title: "numbers", count: 48,
        pairs: [
          pair(
            "gcc-11-base", "GCC, the GNU Compiler Collection 11 (base package)", "gcc-12-base",
            "GCC, the GNU Compiler Collection 12 (base package)", 0.991, "semantic",
            guards: ["numbers"])
        ]), .init(title: "negation", count: 3, pairs: []),
    ]
    return removal
  }

  private static var similarity: SimilaritySection {
    var generator = SeededGenerator(seed: 11)
    let scores = (0..<6900).map { _ -> Double in
      let sum = (0..<4).reduce(0.0) { total, _ in
        total + Double(generator.next() >> 11) / 0x1p53
      }
      return generator.index(below: 12) == 0 ? 0.9 + sum / 40 : min(1, 0.35 + sum * 0.145)
    }
    return SimilaritySection(
      quantity: "records by cosine to their nearest neighbor",
      bins: SimilaritySection.bins(of: scores, low: 0.2, high: 1, count: 40), threshold: 0.9,
      retention: stride(from: 60, through: 100, by: 2).map { percent in
        let threshold = Double(percent) / 100
        return .init(
          threshold: threshold, kept: 6900 - scores.count { $0 >= threshold } * 62 / 100)
      }, records: 6900, source: "pairs, records")
  }

  private static let clusters = ClusterSection(
    groupCount: 377, groupedRecords: 965,
    groups: [
      .init(
        name: "12", size: 14, cohesion: 0.871, central: "Perl module for reading OpenType fonts",
        members: ["Perl module to read OpenType fonts", "Perl interface to OpenType font files"],
        words: ["perl", "font", "opentype"])
    ],
    topics: [
      .init(
        name: "0", size: 412, words: ["rust", "source", "crate"],
        example: "Rust bindings for libgit2 - Rust source code", label: "rust", labelShare: 0.93),
      .init(
        name: "1", size: 298, words: ["game", "puzzle", "arcade"],
        example: "arcade-style puzzle game", label: "games", labelShare: 0.88),
    ], source: "clusters, cluster_members")

  private static let composition = CompositionSection(
    mixtures: [
      Composition(
        key: .source,
        groups: [
          Composition.Group(name: "forum.jsonl", before: 3000, kept: 1200, selected: 900),
          Composition.Group(name: "mail & <chat>", before: 4000, kept: 3900, selected: 1500),
          Composition.Group(name: "empty", before: 40, kept: 0, selected: 0),
        ]),
      Composition(
        key: .topic,
        groups: [
          Composition.Group(
            name: "topic 24", words: ["dictionary", "english", "german", "dict"], before: 102,
            kept: 57, selected: 27),
          Composition.Group(name: "topic 3", before: 400, kept: 390, selected: 200),
        ]),
      Composition(
        key: .length,
        groups: (0..<9).map {
          Composition.Group(
            name: "\((1 << $0) + 1)-\(2 << $0)", before: 100, kept: 90, selected: 45)
        }),
    ], pinned: .length, source: "records, kept, splits")

  private static let split = SplitSection(
    parts: ["train", "dev", "test"], targets: [0.8, 0.1, 0.1],
    labels: [
      .init(label: "games", counts: [479, 60, 61]), .init(label: "libs", counts: [452, 56, 57]),
      .init(label: "rust", counts: [388, 49, 48]),
    ],
    measures: [
      .init(
        name: "highest train-test cosine", meaning: "0.9 or more would be a leak", unit: .cosine,
        better: .lower, before: 1, after: 0.8994),
      .init(
        name: "Vendi score of train", meaning: "effective number of different records",
        unit: .effectiveRecords, better: .higher, before: 41.27, after: 47.9),
      .init(name: "records", unit: .records, better: .neither, before: 6900, after: 6312),
    ], before: "random split", after: "group-disjoint",
    method: "No paraphrase group crosses the parts; labels are stratified.", source: "splits")
}
