import Curation

/// What curation made of the mixture of the records.
public struct CompositionSection: Codable, Equatable, Sendable {
  package var mixtures: [Composition]
  /// The key by which the selection was to keep the old mixture, if one was given.
  public var pinned: CompositionKey?
  /// The key by whose groups the selection was to be even.
  public var balanced: String?
  package var source: String

  package init(
    mixtures: [Composition], pinned: CompositionKey? = nil, balanced: String? = nil, source: String
  ) {
    self.mixtures = mixtures
    self.pinned = pinned
    self.balanced = balanced
    self.source = source
  }
}
