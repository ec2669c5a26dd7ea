import Study

/// What copies of held-out items in training do to these items.
public struct InjectionSection: Codable, Equatable, Sendable {
  package var analysis: InjectionAnalysis
  package var source: String

  package init(analysis: InjectionAnalysis, source: String) {
    self.analysis = analysis
    self.source = source
  }
}
