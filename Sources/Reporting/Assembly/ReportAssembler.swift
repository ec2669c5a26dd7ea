import Corpus
import Curation
import Foundation
import Store
import Study

/// Reads a report out of an index: every number in it is a row, or a count of rows, of the catalog.
/// Steps that were not run leave their sections out.
public struct ReportAssembler {
  let index: OpenIndex
  let table: RecordTable

  package init(_ index: OpenIndex) throws {
    self.index = index
    table = try index.records()
  }

  /// - Parameters:
  ///   - title: what the report is about; the index folder's name if nil.
  ///   - watts: what the machine draws while it works, for an estimate of energy.
  public func report(title: String? = nil, watts: Double? = nil) throws -> Report {
    let steps = try index.catalog.steps()
    let created = steps.map(\.finishedAt).max() ?? index.manifest.createdAt
    var report = Report(
      title: title ?? index.folder.url.lastPathComponent, created: created.formatted(.iso8601))
    if try index.catalog.step("dedup") != nil {
      let options = try index.options(of: "dedup", as: DedupOptions.self)
      let curation = CurationAssembly(index: index, table: table, options: options)
      report.removal =
        try RemovalAssembly(index: index, table: table, options: options).section()
      report.similarity = try curation.similarity()
      report.composition = try curation.composition()
      report.clusters = try curation.clusters()
      report.split = try curation.split()
    }
    report.study = try StudyAssembly(index: index, table: table).section()
    report.injection = try StudyFiles.injected(index).map {
      InjectionSection(analysis: $0, source: "tables runs and predictions; injection.json")
    }
    report.training = try TrainingAssembly(index: index).section()
    report.cost = try cost(steps)
    report.cost?.watts = watts
    report.keyNumbers = keyNumbers(report)
    report.provenance = try provenance(steps)
    return report
  }

  private func keyNumbers(_ report: Report) -> [KeyNumber] {
    var numbers = [KeyNumber(label: "records", value: grouped(table.count))]
    if let removal = report.removal {
      numbers.append(
        KeyNumber(
          label: "removed",
          value: percent(Double(removal.removed) / Double(max(1, removal.candidates))),
          note: "\(grouped(removal.removed)) near-duplicates at \(removal.threshold)"
            + (removal.againstTest.map { ", \(grouped($0)) of them against the test set" } ?? "")))
    }
    if let clusters = report.clusters {
      numbers.append(
        KeyNumber(
          label: "paraphrase groups", value: grouped(clusters.groupCount),
          note: "with \(grouped(clusters.groupedRecords)) records"))
    }
    if let items = report.study?.analysis.items, let all = items[TestSlice.all.rawValue], all > 0 {
      let leaked = items[TestSlice.leaked.rawValue] ?? 0
      numbers.append(
        KeyNumber(
          label: "test items with a near-copy", value: percent(Double(leaked) / Double(all)),
          note: "\(grouped(leaked)) of \(grouped(all)) drawn or given for the study, against all "
            + "training records"))
    }
    return numbers
  }

  private func cost(_ steps: [Step]) throws -> CostSection? {
    guard !steps.isEmpty else { return nil }
    var rows = steps.map {
      CostSection.Step(
        name: $0.name, seconds: $0.seconds, items: table.count, unit: "records",
        peakBytes: $0.peakMemory)
    }
    for run in try index.catalog.runs() where run.step == .finetune {
      guard let metrics = try run.recordedMetrics() else { continue }
      rows.append(
        CostSection.Step(
          name: run.arm, seconds: metrics.seconds,
          items: Int(metrics.examplesPerSecond * metrics.seconds), unit: "examples"))
    }
    return CostSection(steps: rows, source: "tables steps and runs")
  }

  private func provenance(_ steps: [Step]) throws -> Provenance {
    var commands: [String] = []
    for step in steps where commands.last != step.command { commands.append(step.command) }
    let manifest = index.manifest
    var facts = [
      Provenance.Fact(name: "simcurate", value: manifest.toolVersion),
      Provenance.Fact(
        name: "model",
        value: "\(manifest.model.name), \(manifest.model.precision), "
          + "\(manifest.model.pooling) pooling, up to \(manifest.model.maximumTokens) tokens"),
      Provenance.Fact(name: "model hash", value: manifest.model.hash),
      Provenance.Fact(name: "corpus hash", value: manifest.corpusHash),
      Provenance.Fact(name: "machine", value: Machine.description),
    ]
    for step in steps where step.name != "index" {
      facts.append(Provenance.Fact(name: "options of \(step.name)", value: step.options))
    }
    let seeds = Set(try index.catalog.runs().map(\.seed)).sorted()
    if !seeds.isEmpty {
      facts.append(
        Provenance.Fact(
          name: "seeds of runs", value: seeds.map(String.init).joined(separator: ", ")))
    }
    return Provenance(commands: commands, facts: facts)
  }

  private func grouped(_ number: Int) -> String { number.formatted(.number.grouping(.automatic)) }
  private func percent(_ share: Double) -> String { String(format: "%.1f%%", share * 100) }
}

/// The computer a report was made on.
enum Machine {
  /// Processor, threads and memory, as far as the system tells.
  static var description: String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = model?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    let process = ProcessInfo.processInfo
    return "\(name ?? "unknown processor"), \(process.activeProcessorCount) threads, "
      + "\(process.physicalMemory >> 30) GiB"
  }
}
