/// What each of two lists has more of than the other, in its own order; each value as often as it is
/// too many.
///
/// O(product of the lengths), for the short lists guards compare.
func listDifference<Element: Equatable>(
  _ left: [Element], _ right: [Element]
) -> (onlyLeft: [Element], onlyRight: [Element]) {
  var onlyLeft = left
  var onlyRight: [Element] = []
  for element in right {
    if let place = onlyLeft.firstIndex(of: element) {
      onlyLeft.remove(at: place)
    } else {
      onlyRight.append(element)
    }
  }
  return (onlyLeft, onlyRight)
}
