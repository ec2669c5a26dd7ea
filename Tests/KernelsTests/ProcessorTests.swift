import Kernels
import Testing

/// What `SIMCURATE_PROCESSOR` hides is hidden from our kernels and the libraries alike. Run at each level
/// (`make test` does) these tests prove it; natively they say what the processor has.
@Suite struct ProcessorTests {
  @Test func oneLevelHoldsEverywhere() throws {
    let level = try #require(Processor.emulated)
    let libraries = Processor.libraries
    switch level {
    case .baseline:
      #expect(!Processor.hasAVX2 && ByteCoding.finest == nil)
      #expect(libraries.oneDNN == "SSE4.1" && libraries.openBLAS == "Prescott")
    case .avx2:
      #expect(!Processor.hasAVX512 && !Processor.hasVNNI)
      #expect(ByteCoding.finest == .sevenBits)
      #expect(libraries.oneDNN == "AVX2" && libraries.openBLAS == "Haswell")
    case .avx512:
      #expect(!Processor.hasVNNI && !Processor.hasBFloat16)
      #expect(ByteCoding.finest == .sevenBits)
      #expect(libraries.oneDNN == "AVX-512" && libraries.openBLAS == "SkylakeX")
    case .native:
      // Its kernels without AVX are for processors that it does not know.
      #expect(!Processor.hasAVX2 || libraries.openBLAS != "Prescott")
    }
  }

  @Test func featuresAreConsistent() {
    #expect(!Processor.hasBFloat16 || Processor.hasAVX512)
    #expect(!Processor.prefersBFloat16 || Processor.hasBFloat16)
    #expect(!Processor.hasAVX512 || Processor.hasAVX2)
    #expect(!ByteCoding.eightBits.isSupported || ByteCoding.sevenBits.isSupported)
  }
}
