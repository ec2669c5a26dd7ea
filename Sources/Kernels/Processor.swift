import CKernels

/// What the processor offers beyond baseline x86-64.
public enum Processor {
  private static let features = ck_detect()

  /// The bfloat16 dot product of AVX-512.
  public static var hasBFloat16: Bool { features.avx512_bf16 }
  /// The 8-bit dot product (VNNI) of AVX-512.
  public static var hasVNNI: Bool { features.avx512_vnni }
  public static var hasAVX512: Bool { features.avx512 }
}
