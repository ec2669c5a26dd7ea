#!/bin/sh
# Installs the built command, its completions and its man pages; `make install` calls it.
#
# Usage: Docs/install.sh BINARY GENERATE-MANUAL PREFIX
set -eu
if [ $# -ne 3 ]; then
  echo "usage: $0 BINARY GENERATE-MANUAL PREFIX" >&2
  exit 64
fi
binary=$1 manual=$2 prefix=$3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for shell in bash zsh fish; do
  "$binary" --generate-completion-script "$shell" >"$made/$shell"
done
mkdir "$made/man"
# It says nothing, and exits 0, of a binary that it cannot run.
"$manual" --multi-page --output-directory "$made/man" "$(realpath "$binary")"
ls "$made"/man/*.1 >/dev/null

share=$prefix/share
install -D -m 755 "$binary" "$prefix/bin/simcurate"
install -D -m 644 "$made/bash" "$share/bash-completion/completions/simcurate"
install -D -m 644 "$made/zsh" "$share/zsh/site-functions/_simcurate"
install -D -m 644 "$made/fish" "$share/fish/vendor_completions.d/simcurate.fish"
install -d "$share/man/man1"
install -m 644 "$made"/man/*.1 "$share/man/man1"
echo "installed: $prefix/bin/simcurate, completions and man pages under $share"
