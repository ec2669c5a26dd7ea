# Read by scripts that run the command on real data, from the repository's root: how it is called, and what stands before
# every training.
simcurate=.build/release/simcurate
model=${SIMCURATE_MODEL:-models/all-MiniLM-L6-v2}

# say COMMAND...: prints the command as one would type it, and runs it
say() {
  echo "\$ simcurate $*"
  "$simcurate" "$@"
}
# prepare OPTION...: from corpus to split of $index, duplicates from $threshold on, paraphrases from $floor on; $splitting
# are options of split
prepare() {
  say index "$@" --model "$model" --out "$index"
  say dedup "$index" --threshold "$threshold" ${floor:+--floor "$floor"}
  say cluster "$index"
  # shellcheck disable=SC2086
  say split "$index" ${splitting:-}
}
