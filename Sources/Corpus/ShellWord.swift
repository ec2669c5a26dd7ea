/// `word` as a person would type it in a shell: in quotes where it holds anything but letters, digits
/// and `-_./=,:+`.
package func shellWord(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy {
    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
      || "-_./=,:+".utf8.contains($0)
  }
  return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
