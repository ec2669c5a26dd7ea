import Kernels
import Transformer

/// How a classifier is trained. The defaults fine-tune a small BERT-family encoder on short texts.
public struct TrainingOptions: Codable, Hashable, Sendable {
  /// What development predictions are judged by.
  public enum Metric: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
    case macroF1, microF1, accuracy, entityF1, pearson, spearman, averagePrecision
    case meanReciprocalRank, answerF1, exactMatch, loss
  }

  /// Peak learning rate, reached at the end of the warm-up.
  public var learningRate: Float = 5e-5
  /// Decoupled weight decay (AdamW); biases and LayerNorm parameters are exempt.
  public var weightDecay: Float = 0.01
  /// Part of all steps over which the learning rate grows linearly from 0.
  public var warmupFraction: Float = 0.1
  /// What the learning rate does after the warm-up.
  public var schedule: Schedule = .linear
  /// The learning rate of a layer is that of the layer above it times this; the head has the whole.
  public var layerDecay: Float = 1
  /// First-moment decay of AdamW.
  public var beta1: Float = 0.9
  /// Second-moment decay of AdamW.
  public var beta2: Float = 0.999
  /// Added to the root of the second moment.
  public var epsilon: Float = 1e-8
  /// Sentences per step. The last batch of an epoch may be smaller.
  public var batchSize = 16
  /// Tokens per step instead: as many sentences as they hold, at least one.
  public var batchTokens: Int?
  /// Passes that the sentences of a step are divided into: less memory, the same gradient.
  public var accumulation = 1
  /// Passes over the training set; with ``maximumSteps`` too, whichever ends first.
  public var epochs: Int? = 3
  /// Update steps in all; without ``epochs``, the training set is repeated until they are made.
  public var maximumSteps: Int?
  /// Part of the steps planned by these that are made, the schedule drawn together; all if nil.
  public var stepShare: Double?
  /// Replaces every dropout probability of the model's configuration.
  public var dropout: Float?
  /// Gradients are scaled down to this global norm; 0 turns clipping off.
  public var gradientClipping: Float = 1
  /// Share of the target probability spread evenly over all classes.
  public var labelSmoothing: Float = 0
  /// Weight of each class in the loss, in label order; where a text may have several labels, of each
  /// where it holds.
  public var classWeights: [Float]?
  /// Weighs classes in inverse proportion to their training examples, as scikit-learn's `balanced`
  /// does, where there are no ``classWeights``; where a text may have several labels, each counts as much
  /// where it holds as where it does not.
  public var balancesClasses = false
  /// Development evaluations without improvement before training stops; nil never stops early.
  public var patience: Int?
  /// Steps between development evaluations; nil evaluates at the end of each epoch.
  public var evaluationInterval: Int?
  /// What decides which step's weights are kept; the task's own if nil.
  public var metric: Metric?
  /// Steps between checkpoints, where a checkpoint file was asked for.
  public var checkpointInterval = 200
  /// Order of the examples, dropout and new head weights follow from it.
  public var seed: UInt64 = 0
  /// How the large products of a step multiply.
  public var precision = Precision.float32

  /// What large products are made of; weights, sums and everything else are float32, and so are
  /// evaluations.
  public enum Precision: String, Codable, Sendable, CaseIterable {
    case float32 = "f32"
    /// Needs a processor with AVX512-BF16; twice as fast on AMD's.
    case bfloat16 = "bf16"

    /// The fastest that this processor has.
    public static var fastest: Precision {
      BFloat16Products.areSupported && Processor.prefersBFloat16 ? .bfloat16 : .float32
    }
  }

  /// Which weights change.
  public var method = Trainable.Method.full
  /// Rank, places and dropout of the adapters, where the method is ``Trainable/Method/lowRank``.
  public var adapters: AdapterOptions?
  /// Lowest encoder layers whose weights stay as they are (the embeddings then stay too).
  public var frozenLayers = 0
  /// Whether word, position and type embeddings stay as they are.
  public var freezesEmbeddings = false

  /// How the learning rate goes to its end.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// In a straight line to 0.
    case linear
    /// Along half a cosine to 0 (Loshchilov and Hutter, arXiv 1608.03983, without restarts).
    case cosine
    /// Not at all.
    case constant
  }

  /// Where the classifier's weights start; random if nil.
  public var head: Head?

  /// Weights of the classifier before the first update.
  public enum Head: String, Codable, Sendable {
    /// As the folder has them, else drawn from the seed.
    case random
    /// Logistic regression on what the encoder makes of the training texts.
    case linear
  }

  /// Of sentence vectors: what is alike, and how that is judged.
  public var similarity: SimilarityOptions?
  /// Of classes from few examples: pairs of the same label that sentence vectors learn from, for each text, and
  /// as many of different labels.
  public var pairsPerText: Int?

  /// What serves where nobody says: see each property.
  public init() {}

  var trainable: Trainable {
    var trainable = Trainable()
    trainable.method = method
    trainable.frozenLayers = frozenLayers
    trainable.freezesEmbeddings = freezesEmbeddings
    return trainable
  }
}
