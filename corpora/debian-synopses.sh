#!/bin/sh
# Builds a corpus from the one-line synopses of the Debian packages this machine's apt knows:
#   id = package name, text = synopsis, label = section (archive-area prefix such as "non-free/" cut)
#
#   corpora/debian-synopses.sh OUT.jsonl [LIMIT] [SECTION...]
#
# LIMIT caps the records of a section (0: no cap; default 0). A cap thins whole source packages (every
# k-th by name), never single packages: the families of one source (libfoo, libfoo-dev, foo-data) are
# what repeats, and sampling packages one by one would tear them apart. SECTIONs default to all.
# Same package lists, same bytes. Writes OUT.jsonl and OUT.jsonl.sha256 (checksum, then counts as comments).
set -eu
export LC_ALL=C
out=${1:?usage: debian-synopses.sh OUT.jsonl [LIMIT] [SECTION...]}
limit=${2:-0}
[ $# -ge 2 ] && shift 2 || shift 1
command -v apt-cache >/dev/null || {
  echo "error: apt-cache not found: this corpus is built from a Debian machine's package lists" >&2
  echo "hint: any text works instead, e.g. simcurate run your.jsonl" >&2
  exit 1
}
mkdir -p "$(dirname "$out")"
partial=$out.partial
trap 'rm -f "$partial" "$partial.rows"' EXIT

# name, source, section, synopsis; one row a package (the first version listed)
apt-cache dumpavail | awk -v wanted=" $* " '
  function flush() {
    sub(/^.*\//, "", section)
    if (name != "" && section != "" && synopsis != "" && (wanted ~ /^ *$/ || index(wanted, " " section " ")))
      print name "\t" (source == "" ? name : source) "\t" section "\t" synopsis
    name = source = section = synopsis = ""
  }
  /^Package: /      { flush(); name = $2 }
  /^Source: /       { source = $2 }
  /^Section: /      { section = $2 }
  /^Description: /  { synopsis = substr($0, 14) }
  END { flush() }' | sort -t "$(printf '\t')" -k1,1 -u > "$partial.rows"
[ -s "$partial.rows" ] || {
  echo "error: apt knows no packages (of the sections asked for) on this machine" >&2
  echo "hint: run 'apt-get update' once, then try again" >&2
  exit 1
}

awk -F '\t' -v limit="$limit" '
  function quoted(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); gsub(/[\001-\037]/, " ", text); return "\"" text "\"" }
  NR == FNR {
    count[$3]++
    if (!(($3, $2) in seen)) { seen[$3, $2] = 1; order[$3]++ ; place[$3, $2] = order[$3] }
    next
  }
  {
    step = (limit > 0 && count[$3] > limit) ? int((count[$3] + limit - 1) / limit) : 1
    if (place[$3, $2] % step == 0 || step == 1)
      print "{\"id\":" quoted($1) ",\"text\":" quoted($4) ",\"label\":" quoted($3) "}"
  }' "$partial.rows" "$partial.rows" > "$partial"

{
  printf '%s  %s\n' "$(sha256sum < "$partial" | cut -d ' ' -f 1)" "$(basename "$out")"
  sed 's/.*"label":"\(.*\)"}$/\1/' "$partial" | sort | uniq -c | awk '{ printf "# %6d %s\n", $1, $2; all += $1 } END { printf "# %6d records, %d sections\n", all, NR }'
} > "$out.sha256"
mv "$partial" "$out"
tail -1 "$out.sha256" | sed 's/^# */corpus: /' >&2
