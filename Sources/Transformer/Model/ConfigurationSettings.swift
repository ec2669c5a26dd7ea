import Files
import Kernels

/// What a family's settings mean in one file.
extension ConfigurationFields {
  func isPresent(_ presence: EncoderArchitecture.Presence) throws -> Bool {
    switch presence {
    case .always: true
    case .never: false
    case .field(let name): try flag(name)
    }
  }

  /// Some families name the gated unit instead of its activation.
  func activation(_ architecture: EncoderArchitecture) throws -> Activation {
    let name = try string("hidden_act") ?? architecture.defaultActivation
    switch name {
    case "geglu" where architecture.isGated: return .gelu
    case "swiglu" where architecture.isGated: return .silu
    default: return try activation("hidden_act", default: name)
    }
  }

  func activation(_ field: String, default standard: String) throws -> Activation {
    let name = try string(field) ?? standard
    switch name {
    case "gelu": return .gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": return .geluTanh
    case "relu": return .relu
    case "silu", "swish": return .silu
    default:
      throw FileError(
        place: place, expected: "\(field) gelu, gelu_new, relu or silu", found: "\"\(name)\"")
    }
  }

  /// The padding token's id where positions are counted after it.
  func positionPadding(_ positions: EncoderArchitecture.Positions) throws -> Int? {
    guard case .tableAfterPadding(let field) = positions else { return nil }
    return try field.flatMap { try integer($0, in: 0...(1 << 20)) } ?? 1
  }

  func attention(
    _ positions: EncoderArchitecture.Positions, layers: Int
  ) throws -> [ModelConfiguration.LayerAttention] {
    guard case .rotary(let global, let local) = positions else {
      return Array(repeating: .init(), count: layers)
    }
    let everywhere = ModelConfiguration.LayerAttention(rotaryBase: try base(global))
    guard let local else { return Array(repeating: everywhere, count: layers) }
    // The file's number is the whole window's; a token sees half of it to each side.
    let width = try integer("local_attention", in: 2...(1 << 20)) ?? 128
    let nearby = ModelConfiguration.LayerAttention(window: width / 2, rotaryBase: try base(local))
    return try isLocal(layers: layers).map { $0 ? nearby : everywhere }
  }

  private func base(_ rotary: EncoderArchitecture.Rotary) throws -> Double {
    let range = 1.0...1e12
    guard let all = try object("rope_parameters") else {
      return try number(rotary.field, in: range) ?? rotary.base
    }
    let parameters = try rotary.key.map { try all.object($0) } ?? all
    guard let parameters else { return rotary.base }
    try parameters.check(.init("rope_type", "\"default\""))
    try parameters.check(.init("partial_rotary_factor", "1", "1.0"))
    return try parameters.number("rope_theta", in: range) ?? rotary.base
  }

  /// Which layers see a window alone: newer files list them, in older ones every n-th does not.
  private func isLocal(layers: Int) throws -> [Bool] {
    guard let types = try strings("layer_types") else {
      let period = try integer("global_attn_every_n_layers", in: 1...(1 << 10)) ?? 3
      return (0..<layers).map { $0 % period != 0 }
    }
    guard types.count == layers else {
      throw FileError(
        place: place, expected: "\(layers) layer_types", found: "\(types.count)")
    }
    return try types.map { type in
      guard type == "full_attention" || type == "sliding_attention" else {
        throw FileError(
          place: place, expected: "layer_types full_attention or sliding_attention",
          found: "\"\(type)\"")
      }
      return type == "sliding_attention"
    }
  }
}
