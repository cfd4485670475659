# Targets for people and for CI alike.
GO ?= go

.PHONY: check systems hostile fuzz test race bits same-files arm64 asm bench profile flame workers normals million peers figures module run ci notebooks coverage controls intervals metrics underlyings files pages man safety stressed

# check is what a change must pass before review. Other systems are vetted, tests
# included, so that they build there too.
SYSTEMS = darwin/arm64 windows/amd64
check:
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	$(GO) mod tidy -diff
	$(GO) vet ./...
	@for system in $(SYSTEMS); do echo "vet $$system"; \
		GOOS=$${system%/*} GOARCH=$${system#*/} $(GO) vet ./... || exit 1; done
	$(GO) tool staticcheck ./...

# systems builds and vets for every system that mcrisk is for, from nothing in a quarter
# of an hour. The tests check the types of those that check does not vet (TestSystems).
ALL_SYSTEMS = linux/amd64 linux/arm64 linux/386 linux/arm darwin/arm64 windows/amd64 freebsd/amd64
systems:
	@for system in $(ALL_SYSTEMS); do echo "build and vet $$system"; \
		export GOOS=$${system%/*} GOARCH=$${system#*/} CGO_ENABLED=0; \
		$(GO) build -o /dev/null ./cmd/mcrisk && $(GO) vet ./... || exit 1; done

# hostile writes the table of what was handed to the command, and what came of it.
hostile:
	$(GO) test -count=1 -run Hostile ./cmd/mcrisk -hostile $(CURDIR)/docs/evidence/hostile.md

# fuzz runs each target that generates its input, for as long as FUZZTIME.
FUZZTIME ?= 10m
fuzz:
	for target in rundir/Specs rundir/Sweeps rundir/Manifests rundir/Records paths/PriceFiles cmd/mcrisk/CommandLines; do \
		$(GO) test ./$${target%/*} -run '^$$' -fuzz "^Fuzz$${target##*/}\$$" -fuzztime $(FUZZTIME) -parallel 1 \
			-fuzzminimizetime 20x || exit 1; done

# test is the README's test command.
test:
	$(GO) test -timeout 30m ./...

# race runs the one package that starts goroutines, the one that runs all of the core
# in them, and whole commands.
COMMAND = $(GO) run -race ./cmd/mcrisk
race:
	$(GO) test -race -short ./paths ./study
	$(COMMAND) simulate --token ETHBULL3X --model merton --horizon 20d --paths 3000 --no-save --workers 4 >/dev/null
	$(COMMAND) sweep --token ETHBULL3X --over half-width=0.1:0.4:0.1 --over sigma=0.5,1 --horizon 20d --paths 1100 \
		--no-save --workers 4 >/dev/null
	$(COMMAND) sweep --token ETHBULL3X --over half-width=0.1:0.3:0.1 --horizon 1d --exact --no-save --workers 4 >/dev/null

# bits compares the golden numbers of the results-bearing packages under other
# instruction sets; they must be the same everywhere. That no compiler fuses a
# product into a sum is read from its listings.
GOLDEN = $(GO) test -count=1 -run Golden ./fmath/... ./random ./models ./tokens ./study ./exact
bits:
	$(GOLDEN)
	GODEBUG=cpu.fma=off $(GOLDEN)
	$(GOLDEN) -tags purego
	GODEBUG=cpu.avx512f=off $(GOLDEN)
	GODEBUG=cpu.avx2=off $(GOLDEN)
	$(GO) test -count=1 -run NoFused ./fmath -fused
	@if grep -qw avx2 /proc/cpuinfo 2>/dev/null; then echo GOAMD64=v3; GOAMD64=v3 $(GOLDEN); fi

# same-files compares every file of twelve studies between builds of the command and
# settings of the processor, in some minutes.
same-files:
	$(GO) test -count=1 -timeout 30m -run SameFiles ./cmd/mcrisk -same 12

# arm64 does all that on an emulated arm64 (Debian: qemu-user-static), and runs
# the tests of what has vector code elsewhere: the plain code alone is there.
arm64:
	GOARCH=arm64 $(GOLDEN) -exec qemu-aarch64-static
	GOARCH=arm64 $(GO) test -count=1 -short -exec qemu-aarch64-static ./fmath/... ./random ./tokens
	MCRISK_EMULATOR="arm64 qemu-aarch64-static" $(GO) test -count=1 -timeout 60m -run SameFiles ./cmd/mcrisk -same 12

# asm writes the committed assembly anew from its generator.
asm:
	cd asm && write() { $(GO) run . -unit $${4:-$$1} -out ../$$1/$$2_amd64.s -stubs ../$$1/$$3_amd64.go -pkg $${4:-$$1}; } && \
		write random vector stubs && write fmath vector stubs && write models vector stubs && \
		write models/rates vector stubs rates && write tokens fastpath fastpath_stubs

bench:
	$(GO) test -run '^$$' -bench . -benchmem -count 6 ./benchmarks | tee bench.out
	@if command -v benchstat >/dev/null; then benchstat -ignore .name bench.out; fi

# profile shows where a study of the base case spends its time and memory; flame
# draws the former for the documentation. Look closer with "go tool pprof -http :
# cpu.prof".
profile:
	$(GO) test -run '^$$' -bench 'Run/model=gbm/steps=8760/paths=2048/tokens=1$$/workers=1' -benchtime 100x \
		-cpuprofile cpu.prof -memprofile mem.prof -o benchmarks.test ./benchmarks
	$(GO) tool pprof -top -nodecount 20 benchmarks.test cpu.prof
	$(GO) tool pprof -sample_index alloc_space -top -nodecount 10 benchmarks.test mem.prof

flame: profile
	mkdir -p docs/evidence/performance
	$(GO) tool pprof -top -nodecount 20 benchmarks.test cpu.prof 2>/dev/null | grep -v -e '^File' -e '^Build' > docs/evidence/performance/base.txt
	$(GO) tool pprof -traces benchmarks.test cpu.prof 2>/dev/null | (cd benchmarks/peers && $(GO) run ./flame) > docs/evidence/performance/base.svg

# normals tests the distribution of 10⁹ normals, million the time and memory of
# a million lifetimes, workers what a second one brings; peers runs the same job
# by other programs.
normals:
	$(GO) test -count 1 -v -run Billion ./random -billion
million:
	$(GO) test -count 1 -v -run Million ./benchmarks -million
workers:
	$(GO) test -count 1 -v -run TwoWorkers ./benchmarks -workers
peers:
	for model in gbm merton; do for record in full few; do benchmarks/peers/compare.py --rounds 5 --model $$model --record $$record || exit 1; done; done

# module gives the module the name of its home, as in
# make module MODULE=example.org/you/mcrisk: in go.mod, in imports, and where the
# pages show them.
module:
	@test -n "$(MODULE)" || { echo 'MODULE is missing; want MODULE=example.org/you/mcrisk' >&2; exit 1; }
	old=$$($(GO) list -m) && $(GO) mod edit -module "$(MODULE)" && \
	cd asm && $(GO) mod edit -module "$(MODULE)/asm" && cd .. && \
	find . -name '*.go' -o -name '*.md' | xargs sed -i.bak -e "s#\"$$old/#\"$(MODULE)/#g" \
		-e "s#^\(.*go mod edit .*\)=$$old\([@=]\)#\1=$(MODULE)\2#" && \
	find . -name '*.bak' -exec rm {} +

# run is the README's run command.
run:
	$(GO) run ./cmd/mcrisk simulate --token ETHBULL3X

# underlyings fits every price model anew to the histories of the catalogue's
# underlyings, in the folder DATA, and writes catalogue/underlyings.yaml.
DATA ?= ../shared/data
underlyings:
	$(GO) test -count 1 -run UnderlyingsFile ./catalogue -renew $(abspath $(DATA))

# metrics writes the page of metrics anew from their registry.
metrics:
	$(GO) test -count 1 -run MetricsPage ./analytics -metrics

# files writes the page of files anew from their registries.
files:
	$(GO) test -count 1 -run FilesPage ./internal/cli -files

# pages writes into pages what the commands on them print.
pages:
	$(GO) test -count 1 -timeout 30m -run PagesRun ./cmd/mcrisk -pages

# man writes manual pages of every command and topic, to read with "man -l man/mcrisk.1".
MANDIR ?= man
man:
	$(GO) test -count=1 -run ManPages ./cmd/mcrisk -man $(abspath $(MANDIR))

# figures draws the pictures that the documentation shows.
figures:
	rm -rf docs/figures.new
	$(GO) run ./cmd/mcrisk simulate --token ETHBULL3X --out docs/figures.new
	$(GO) run ./cmd/mcrisk sweep --target 3 --band 2.7:3.3 --over half-width=0.05:0.6:0.05 --over sigma=0.4,0.8,1.2 --over fee=1bp,5bp,10bp,30bp \
		--over to=edge,target --paths 1000 --out docs/figures.new/sweep >/dev/null
	$(GO) run ./cmd/mcrisk breakeven --target 3 --band 2.7:3.3 --fee 10bp --paths 1000 --out docs/figures.new/breakeven >/dev/null
	mkdir -p docs/figures
	cp docs/figures.new/figures/*.png docs/figures.new/sweep/figures/log-growth.png docs/figures.new/sweep/figures/tracking-cost.png \
		docs/figures.new/sweep/figures/tradeoff.png docs/figures.new/breakeven/figures/breakeven.png docs/figures/
	rm -rf docs/figures.new

# notebooks runs them anew, headless, with the command built from this checkout.
# On Debian: apt-get install jupyter-nbconvert python3-ipykernel python3-matplotlib
NBCONVERT ?= $(firstword $(wildcard /usr/bin/jupyter-nbconvert) jupyter-nbconvert)
notebooks:
	tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && \
	$(GO) build -o "$$tmp/mcrisk" ./cmd/mcrisk && \
	PATH="$$tmp:$$PATH" $(NBCONVERT) --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.timeout=600 notebooks/*.ipynb
	@if grep -nE '"[^"]*(/tmp/|/home/|/root/|/work/|/Users/)' notebooks/*.ipynb; then echo 'a notebook shows a path of this machine' >&2; exit 1; fi

# controls counts how often intervals of the mean NAV hold it, in some minutes.
controls:
	$(GO) test -count=1 -timeout 60m -run ControlsStudy ./assess -args -controls $(CURDIR)/docs/evidence/controls.md

# intervals counts it for intervals that rest on little, in some minutes.
intervals:
	$(GO) test -count=1 -timeout 60m -run IntervalsStudy ./analytics -args -intervals $(CURDIR)/docs/evidence/intervals.md

# stressed writes the page of costs and outages that follow the variance, and its figure, in some minutes.
stressed:
	$(GO) test -count=1 -timeout 60m -run StressedPage ./report -stressed $(CURDIR)

# safety changes 1,000 runs at random, kills 200 commands and resumes one run with two
# processes 50 times, in some minutes. docs/evidence/safety.md has what came out.
safety:
	$(GO) test -count=1 -timeout 60m -v -run 'ChangesAreNoticed|KilledAnywhere|PairsOfResume' ./cmd/mcrisk \
		-args -changes 1000 -kills 200 -pairs 50

# coverage counts how often intervals hold a known truth, in some minutes.
coverage:
	$(GO) test -count=1 -timeout 60m -run CoverageStudy ./analytics -args -coverage $(CURDIR)/docs/evidence/coverage.md

ci: check race bits test run
