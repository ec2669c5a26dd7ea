# simcurate: the commands a person types. `make` alone lists them.
SWIFT_BUILD = swift build -c release
BINARY = .build/release/simcurate
PREFIX = /usr/local
MANUAL = .build/manual/release/generate-manual
MODEL = models/all-MiniLM-L6-v2
DEMO_CORPUS = corpora/fetched/debian-demo.jsonl
DEMO_INDEX = indexes/debian-demo
DEMO_SECTIONS = admin database editors games graphics mail math net science sound text video web
PACKAGES = libopenblas-dev libfaiss-dev libdnnl-dev libsqlite3-dev libssl-dev zlib1g-dev python3-pip

.PHONY: help setup build install demo test check pages bench-encoder bench-curation bench-labeled \
  bench-training bench-quality bench-study bench-adapt recipes studies recompute sts models format lint clean

help:
	@sed -n 's/^## //p' Makefile

## make demo    set everything up and run the whole job on Debian's package synopses
demo: build $(MODEL) $(DEMO_CORPUS)
	$(BINARY) run $(DEMO_CORPUS) --out $(DEMO_INDEX) --model $(MODEL)
	$(BINARY) verify $(DEMO_INDEX)
	@echo "report: $(CURDIR)/$(DEMO_INDEX)/report.html"

## make test    set everything up and run the tests, once more as on lesser processors those that depend on it
test: setup $(MODEL)
	@if swift format --version >/dev/null 2>&1; then $(MAKE) --no-print-directory check; fi
	swift build -c release --build-tests
	Docs/commands.sh --check
	swift test -c release --skip-build
	SIMCURATE_PROCESSOR=avx2 swift test -c release --skip-build --filter \
	  'KernelsTests|TransformerTests|NeighborsTests|TrainingTests|CommandTests'
	SIMCURATE_PROCESSOR=baseline swift test -c release --skip-build --filter \
	  'KernelsTests|NeighborsTests|EncoderFamilyTests|TokenEncoderTests|TrainerTests|WorkflowTests'

## make check   say what of the sources is not formatted (that fails) and what has grown too long (that does not)
check: lint
	@Docs/check.py

## make pages   write Docs/Commands anew, the help of every command
pages: build
	Docs/commands.sh

## make recipes     the tasks of finetune, each with a line that runs it on real data
recipes:
	@Docs/Tasks/recipes.sh
recipe-%: build $(MODEL)
	Docs/Tasks/recipes.sh $*
recipe-classify recipe-few-shot: $(DEMO_CORPUS)

## make bench-encoder    measure the encoder against its bars, the peers beside it (about 15 minutes)
bench-encoder: build $(MODEL)
	Docs/Benchmarks/encoder.sh

## make bench-curation   measure dedup and join at 10,000 to 1,000,000 rows, the peers beside them (about an hour)
bench-curation: build $(MODEL)
	Docs/Benchmarks/curation.sh

## make bench-labeled    fetch labeled data and measure precision and recall against it
bench-labeled: build $(MODEL)
	@for data in sts entities reviews; do corpora/fetch.sh $$data || echo "skipped: $$data" >&2; done
	Docs/Benchmarks/labeled.sh

## make bench-training   measure training steps (and PyTorch's, if PEERS names its environment)
bench-training: build $(MODEL)
	Docs/Benchmarks/training.sh

## make bench-quality    the tasks of finetune, each beside a Python reference with the same recipe (an hour each)
bench-quality:
	@Docs/Benchmarks/Quality/quality.sh
bench-quality-%: build $(MODEL)
	Docs/Benchmarks/Quality/quality.sh $*

## make bench-study      draw studies whose truth is known and count false and missed claims (about 5 minutes)
bench-study: build
	Docs/Benchmarks/study.sh

## make bench-adapt      whether adapting the encoder to judged pairs finds duplicates better
bench-adapt: build $(MODEL)
	Docs/Benchmarks/adapt.sh

## make studies     what near-copies do, on real data: each study (make study-NAME), then all together
STUDIES = debian reuters reviews sts names $(if $(BANKING77),banking)
studies: $(addprefix study-,$(STUDIES))
	Docs/Studies/studies.sh together
study-%: build $(MODEL)
	Docs/Studies/studies.sh $*
study-debian: $(DEMO_CORPUS)

## make recompute     INDEX=folder: the numbers of a finished comparison again, in Python (PYTHON names one with scipy)
PYTHON = python3
recompute:
	$(PYTHON) Docs/Studies/recompute.py $(INDEX)

## make sts     Spearman correlation on the STS benchmark's test part
sts: build $(MODEL)
	corpora/fetch.sh sts
	.build/release/simbench sts corpora/fetched/sts-test.csv --model $(MODEL)

## make models  fetch the other models that tests and benchmarks use where they are there
models: $(MODEL)
	-corpora/fetch.sh minilm-l3
	-corpora/fetch.sh wordllama
	-corpora/fetch.sh e5

## make build   set up and build the command
build: setup
	$(SWIFT_BUILD) --product simcurate
	$(SWIFT_BUILD) --product simbench

## make install  the built command, its completions for bash, zsh and fish, and man pages, under PREFIX (/usr/local)
install: $(BINARY) $(MANUAL)
	Docs/install.sh $(BINARY) $(MANUAL) "$(DESTDIR)$(PREFIX)"

$(BINARY):
	$(MAKE) build

# ArgumentParser's own writer of man pages: built once from the checkout that the build has.
$(MANUAL): | $(BINARY)
	swift build -c release --package-path .build/checkouts/swift-argument-parser --scratch-path .build/manual \
	  --product generate-manual

## make setup   install the native libraries (asks apt only for what is missing)
setup:
	@dpkg --status $(PACKAGES) >/dev/null 2>&1 || { \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -q -y $(PACKAGES); }
	@command -v swift >/dev/null || { echo "error: no Swift toolchain (6.1 or later) on the path: see swift.org/install"; exit 1; }

$(MODEL):
	corpora/fetch.sh model

$(DEMO_CORPUS):
	@[ -n "$$(apt-cache dumpavail 2>/dev/null | head -1)" ] || \
	  $$([ "$$(id -u)" = 0 ] || echo sudo) apt-get update -q
	corpora/debian-synopses.sh $@ 350 $(DEMO_SECTIONS)

## make format  format the sources; make lint reports what is not
format:
	swift format format --in-place --recursive Package.swift Sources Tests
lint:
	swift format lint --strict --recursive Package.swift Sources Tests

## make clean   remove what was built and indexed (models and fetched corpora stay)
clean:
	rm -rf .build $(DEMO_INDEX)
