import Study

/// What copies of held-out items in training do to these items.
public struct InjectionSection: Codable, Equatable, Sendable {
  public var analysis: InjectionAnalysis
  public var source: String

  public init(analysis: InjectionAnalysis, source: String) {
    self.analysis = analysis
    self.source = source
  }
}
