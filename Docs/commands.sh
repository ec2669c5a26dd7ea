#!/bin/sh
# Writes Docs/Commands: the help of every command as the built binary prints it, a page each.
#
# Usage: Docs/commands.sh [--check] [BINARY] (default: .build/release/simcurate)
# With --check nothing is written; exit 1 and the names of the pages that are not what the binary says.
set -eu
check=
if [ "${1-}" = --check ]; then
  check=1
  shift
fi
root=$(dirname "$(dirname "$(realpath "$0")")")
binary=${1:-$root/.build/release/simcurate}
if [ ! -x "$binary" ]; then
  echo "error: no command at $binary: run make build" >&2
  exit 1
fi
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT

# The names and descriptions under the headings SUBCOMMANDS of a help text.
commands() {
  sed -n '/SUBCOMMANDS:$/,$ s/^  \([a-z][a-z-]*\)  .*/\1/p'
}

page() { # name of the page, words of the command
  name=$1
  shift
  {
    printf '# simcurate %s\n\n```\n' "$*"
    COLUMNS=80 "$binary" help "$@" | sed 's/[[:space:]]*$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
    printf '```\n'
  } >"$pages/$name.md"
}

{
  printf '# Commands\n\nMade by `Docs/commands.sh` from what the command says of itself; edit the help texts, not these pages.\n\n'
  for command in $("$binary" --help | commands); do
    inner=$("$binary" help "$command" | commands)
    if [ -z "$inner" ]; then
      page "$command" "$command"
      printf -- '- [%s](%s.md)\n' "$command" "$command"
    fi
    for part in $inner; do
      page "$command-$part" "$command" "$part"
      printf -- '- [%s %s](%s-%s.md)\n' "$command" "$part" "$command" "$part"
    done
  done
} >"$pages/README.md"

target=$root/Docs/Commands
if [ -n "$check" ]; then
  if ! difference=$(diff -rq "$target" "$pages"); then
    echo "stale pages under Docs/Commands: run Docs/commands.sh" >&2
    echo "$difference" | sed "s|$pages|$binary|" >&2
    exit 1
  fi
else
  mkdir -p "$target"
  rm -f "$target"/*.md
  cp "$pages"/*.md "$target"
fi
