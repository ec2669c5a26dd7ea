import Corpus
import Testing

@Suite struct LabelSetTests {
  @Test func equalSetsAreEqualLabels() throws {
    let rows = #"""
      {"text":"a","label":["b", "a" ,"b"]}
      {"text":"b","label":["a","b"]}
      {"text":"c","label":[]}
      {"text":"d","label":[2,true,"x\ty"]}
      {"text":"e","label":null}
      {"text":"f","label":"plain"}
      """#
    #expect(
      try records(rows, as: "x.jsonl").map(\.label)
        == [#"["a","b"]"#, #"["a","b"]"#, "[]", #"["2","true","x\ty"]"#, nil, "plain"])
    #expect(LabelSet(#"["a","b"]"#)?.names == ["a", "b"])
    #expect(LabelSet("[]")?.names == [])
  }

  @Test func aSeparatorPartsNames() throws {
    var options = ReadingOptions()
    options.labelSeparator = "|"
    let table =
      "text,label\r\none,b | a|| \r\ntwo,a\r\nthree,\r\nfour,\"[\"\"z\"\",\"\"y\"\"]\"\r\n"
    #expect(
      try records(table, as: "x.csv", options).map(\.label)
        == [#"["a","b"]"#, #"["a"]"#, nil, #"["y","z"]"#])
    #expect(LabelSet("a b", separator: "").names == ["a b"])
  }

  /// What only looks like a list stays the label that it is.
  @Test(arguments: ["[", "[a]", "[1,]", "[{}]", "[[1]]", "[null]", "a", "", "[1] x", "['a']"])
  func otherLabelsAreNone(label: String) throws {
    #expect(LabelSet(label) == nil)
    #expect(LabelSet.names(of: label) == [label])
    let table = "text\tlabel\na\t\(label)\n"
    #expect(try records(table, as: "x.tsv").map(\.label) == [label.isEmpty ? nil : label])
  }
}
