#!/bin/sh
# Makes Docs/report.png, the picture in the README, from the report of an index: the top of the page
# as a window 1280 pixels wide shows it. Needs chromium; the index's report is not written anew.
#
# Usage: Docs/screenshot.sh INDEX
set -eu
if [ $# -ne 1 ] || [ ! -f "$1/report.html" ]; then
  echo "usage: $0 INDEX, a folder with report.html (simcurate report INDEX writes it)" >&2
  exit 64
fi
page=$(realpath "$1/report.html")
picture=$(dirname "$(realpath "$0")")/report.png
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
  --window-size=1280,1440 --screenshot="$picture" "file://$page" >/dev/null 2>&1
size=$(wc -c <"$picture")
if [ "$size" -gt 300000 ]; then
  echo "$picture has $size bytes, more than 300,000" >&2
  exit 1
fi
echo "$picture: $size bytes"
