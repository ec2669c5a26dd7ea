extension PageTemplates {
  /// Adds a filter to lists of twenty pairs or more; without it they can still be unfolded and searched
  /// by the browser. A pair is found by words of its texts, ids, labels, stage or kind.
  static let script = """
    for (const list of document.querySelectorAll(".listing")) {
      const kinds = [...list.querySelectorAll("details")];
      const pairs = kinds.flatMap(kind => [...kind.querySelectorAll("li")].map(row =>
        ({row, text: (kind.firstElementChild.textContent + " " + row.textContent).toLowerCase()})));
      if (20 > pairs.length) continue;
      const label = document.createElement("label");
      const box = document.createElement("input");
      const count = document.createElement("output");
      box.type = "search";
      box.placeholder = "words, an id, a label, a stage";
      label.append("Filter", box, count);
      list.prepend(label);
      box.addEventListener("input", () => {
        const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
        for (const {row, text} of pairs) row.hidden = !words.every(word => text.includes(word));
        for (const kind of kinds) {
          kind.hidden = !kind.querySelector("li:not([hidden])");
          kind.open = words.length > 0 && !kind.hidden;
        }
        const found = pairs.filter(pair => !pair.row.hidden).length;
        count.value = words.length > 0 ? found + " of " + pairs.length : "";
      });
    }
    """
}
