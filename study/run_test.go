package study_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// zoo is one token of every policy, destination, mechanism and keeper.
func zoo() []study.TokenSpec {
	token := func(name string, policy, mechanism param.Part, values ...any) study.TokenSpec {
		return study.TokenSpec{Name: name, Policy: policy, Mechanism: mechanism, Values: part("", values...).Values}
	}
	edge := part("band", "low", 2.7, "high", 3.3)
	return []study.TokenSpec{
		token("edge", edge, part("loan"), "fee", 0.001),
		token("target", part("band", "low", 2.7, "high", 3.3, "to", 1), part("loan"), "fee", 0.001),
		token("partial", part("band", "low", 2.7, "high", 3.3, "to", 2, "speed", 0.3),
			part("loan"), "streaming-fee", 0.02),
		token("daily", part("every"), part("loan", "supply", 0.02), "target", 2, "fee", 0.001),
		token("hold", part("hold"), part("loan", "liquidation-threshold", 0.7), "after-liquidation", 1),
		token("short", part("band", "low", 0.9, "high", 1.1, "to", 1),
			part("loan", "supply", 0.04), "target", -1, "fee", 0.001),
		token("perp late", edge, part("perp", "borrow-fee", 0.02),
			"latency", 7200, "keeper-interval", 21600, "fee", 0.0005),
		token("perp entry", edge, part("perp", "maintenance-base", 1, "maintenance", 0.01,
			"close-fee", 0.0006, "liquidation-fee", 0.01)),
		token("gas", edge, part("loan"), "gas", 20, "aum", 1e5, "impact-base", 0.0005,
			"impact", 5e-7, "impact-exponent", 0.68),
		token("fees", edge, part("loan"), "entry-fee", 0.002, "exit-fee", 0.003, "latency", 1800),
	}
}

// zooSpec ends in a chunk of 76 paths, whose last group has 12.
func zooSpec(model param.Part, horizon time.Duration) study.Spec {
	return study.Spec{Model: model, Horizon: horizon, Step: time.Hour,
		Paths: study.ChunkPaths + 76, Seed: 42, Tokens: zoo()}
}

var merton = part("merton", "sigma", 0.8, "mu", 0.1, "jump-rate", 60, "jump-mean", -0.05, "jump-sd", 0.1)

// built is the study of a spec that is right.
func built(t testing.TB, spec study.Spec) *study.Study {
	t.Helper()
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ensembles(t *testing.T, s study.Spec, opt study.Options, names []string, sinks ...study.Sink) []tokens.Ensemble {
	t.Helper()
	es, err := study.Ensembles(t.Context(), built(t, s), opt, names, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// The bits of a study, by token. They are the same on every machine; a change
// of them is a change of results, for the notes of a release.
func TestGoldenHashes(t *testing.T) {
	long(t)
	golden := map[string]map[string]string{
		"gbm": {
			"edge":       "a1330cc305514570",
			"target":     "fb55fe0b0faf3f6e",
			"partial":    "7f3a7a71a6dde600",
			"daily":      "1a7c3bb6b4b90d02",
			"hold":       "3d499bb7aca77254",
			"short":      "ed01b9beca5c7896",
			"perp late":  "73738d0aa9b944c2",
			"perp entry": "adecb4204bbdf6a1",
			"gas":        "38a01d10f6c391d5",
			"fees":       "30384595c0b259dc",
		},
		"merton": {
			"edge":       "f3df0f4220a626a0",
			"target":     "7938ce3b48524812",
			"partial":    "38aab9e5b5f045ef",
			"daily":      "4583235750dbc638",
			"hold":       "d1abf1131b7590e7",
			"short":      "33788d74525456d0",
			"perp late":  "2c977f6cef4aefb8",
			"perp entry": "c8955c2504994919",
			"gas":        "627c90c114ca0d42",
			"fees":       "6ecfa346cd49faa3",
		},
	}
	for name, model := range map[string]param.Part{"gbm": part("gbm", "sigma", 0.8, "mu", 0.1), "merton": merton} {
		for _, e := range ensembles(t, zooSpec(model, 20*day), study.Options{}, nil) {
			if got, want := study.Hash([]tokens.Ensemble{e})[:16], golden[name][e.Token.Name]; got != want {
				t.Errorf("%s, %s: hash %s; want %s", name, e.Token.Name, got, want)
			}
		}
		// A vault without flows that is never closed.
		s := zooSpec(model, 20*day)
		s.Tokens = slices.DeleteFunc(s.Tokens, func(t study.TokenSpec) bool { return t.Name != "gas" })
		s.Tokens[0].Values = maps.Clone(s.Tokens[0].Values)
		s.Tokens[0].Values["flows"], s.Tokens[0].Values["close-below"] = float64(tokens.NoFlows), 0
		want := map[string]string{"gbm": "a2370b2723ef8dba", "merton": "0287955d6f0718ef"}[name]
		if got := study.Hash(ensembles(t, s, study.Options{}, nil))[:16]; got != want {
			t.Errorf("%s, gas without flows: hash %s; want %s", name, got, want)
		}
	}
}

// The zoo is worth pinning only if things happen to it.
func TestZooIsAlive(t *testing.T) {
	long(t)
	for _, e := range ensembles(t, zooSpec(merton, 20*day), study.Options{}, nil) {
		some := func(column string) bool {
			return slices.ContainsFunc(e.Column(column), func(v float64) bool { return v != 0 && v == v })
		}
		if e.Token.Name != "hold" && !some("rebalances") {
			t.Errorf("%s never trades", e.Token.Name)
		}
		if e.Token.Name != "daily" && e.Token.Name != "short" && !some("liquidations") {
			t.Errorf("%s is never liquidated", e.Token.Name)
		}
	}
}

// The number of workers and of processors changes nothing.
func TestWorkersDoNotMatter(t *testing.T) {
	s := zooSpec(merton, 2*time.Hour)
	s.Paths, s.Tokens = 3000, s.Tokens[3:8]
	want := study.Hash(ensembles(t, s, study.Options{Workers: 1}, nil))
	for _, workers := range []int{2, 7} {
		if got := study.Hash(ensembles(t, s, study.Options{Workers: workers}, nil)); got != want {
			t.Errorf("%d workers: hash %s; one: %s", workers, got, want)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 4} {
		runtime.GOMAXPROCS(processors)
		if got := study.Hash(ensembles(t, s, study.Options{}, nil)); got != want {
			t.Errorf("%d processors: hash %s; want %s", processors, got, want)
		}
	}
}

// Neither the tokens beside it, nor the paths after it, nor the marks, nor the
// columns that are kept change a number.
func TestOthersDoNotMatter(t *testing.T) {
	s := zooSpec(merton, day)
	all := ensembles(t, s, study.Options{}, nil)
	for i, name := range []string{"edge", "target"} {
		alone := s
		alone.Tokens = alone.Tokens[i : i+1]
		if got, want := study.Hash(ensembles(t, alone, study.Options{}, nil)), study.Hash(all[i:i+1]); got != want {
			t.Errorf("%s alone has the hash %s; among others %s", name, got, want)
		}
	}
	want := study.Hash(all)
	for _, marks := range []int{1, 7, 64} {
		marked := s
		marked.Marks = marks
		if got := study.Hash(ensembles(t, marked, study.Options{}, nil)); got != want {
			t.Errorf("with %d marks the hash is %s; without %s", marks, got, want)
		}
	}
	few := s
	few.Paths = 77
	kept := []string{"health", "nav", "underlying"}
	for i, e := range ensembles(t, few, study.Options{}, kept) {
		if !slices.Equal(slices.Sorted(slices.Values(e.Names())), kept) {
			t.Fatalf("kept %v; want %v", e.Names(), kept)
		}
		for _, name := range kept {
			if !slices.Equal(e.Column(name), all[i].Column(name)[:few.Paths]) {
				t.Errorf("%s: %s of the first %d paths changes with the paths after them",
					e.Token.Name, name, few.Paths)
			}
		}
	}
}

// A traced path has the bits of the same path in the ensemble, in every column,
// and its last event leaves what the lifetime ends with.
func TestTraceIsThePathOfTheEnsemble(t *testing.T) {
	for _, model := range []param.Part{part("gbm", "sigma", 0.8, "mu", 0.1), merton} {
		s := zooSpec(model, 5*day)
		if testing.Short() {
			s.Horizon = day
		}
		for token, e := range ensembles(t, s, study.Options{}, nil) {
			for _, path := range []int{0, 15, 16, 1023, 1024, s.Paths - 1} {
				life, events, err := study.Trace(t.Context(), built(t, s), token, path)
				if err != nil {
					t.Fatal(err)
				}
				for _, col := range e.Token.Record() {
					got, want := col.Of(&life), e.Column(col.Name)[path]
					if math.Float64bits(got) != math.Float64bits(want) && !(got != got && want != want) {
						t.Errorf("%s of %s, path %d: %v traced, %v in the ensemble",
							col.Name, e.Token.Name, path, got, want)
					}
				}
				if last := events[len(events)-1]; last.Equity != life.NAV || last.Money != life.Money {
					t.Errorf("%s, path %d ends at %v with the ledger %v; its last event leaves %v and %v",
						e.Token.Name, path, life.NAV, life.Money, last.Equity, last.Money)
				}
			}
		}
	}
}

// At a mark a path is worth what it would end with there. Marks fall where they
// may: on odd steps, at the ends of blocks, on every step.
func TestMarks(t *testing.T) {
	s := zooSpec(merton, day)
	s.Paths = 40
	for _, tt := range []struct {
		steps, marks int
		want         []int
	}{
		{100, 7, []int{14, 28, 42, 57, 71, 85, 100}},
		{128, 2, []int{64, 128}},
		{65, 1, []int{65}},
		{3, 64, []int{1, 2, 3}}, // not more than steps
		{100, 0, nil},
	} {
		s.Horizon, s.Marks = time.Duration(tt.steps)*time.Hour, tt.marks
		ensembles(t, s, study.Options{}, nil, func(c *study.Chunk) error {
			var got []int
			for _, m := range c.Marks {
				got = append(got, int(m.Time/time.Hour))
				until := s
				until.Horizon, until.Marks = m.Time, 0
				for i, e := range ensembles(t, until, study.Options{}, nil) {
					if !slices.Equal(m.NAV[i], e.Column("nav")) || !slices.Equal(m.Price[0], e.Column("underlying")) {
						t.Errorf("%d marks on %d steps: %s at %v differs from a study that ends there",
							tt.marks, tt.steps, e.Token.Name, m.Time)
					}
					for p, x := range e.Column("log_underlying") {
						ideal := math.Exp(e.Token.Target*x +
							tokens.VolatilityDecay(e.Token.Target, e.Column("realised_variance")[p]))
						if !(math.Abs(m.Ideal[i][p]/ideal-1) < 1e-13) {
							t.Errorf("ideal token of %s at %v: %v; want %v", e.Token.Name, m.Time, m.Ideal[i][p], ideal)
						}
					}
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%d marks on %d steps are at %v; want %v", tt.marks, tt.steps, got, tt.want)
			}
			return nil
		})
	}
}

// Sinks see every chunk once, in order, and so does progress.
func TestSinksSeeChunksInOrder(t *testing.T) {
	s := threeX()
	s.Horizon, s.Paths = 2*time.Hour, 10*study.ChunkPaths+17
	var calls []string
	next, progress := 0, 0
	first := func(c *study.Chunk) error {
		if c.First != next || c.N != min(study.ChunkPaths, s.Paths-next) || len(c.Markets) != 1 ||
			len(c.Markets[0]) != c.N || len(c.Tokens) != 1 || len(c.Tokens[0]) != c.N {
			t.Errorf("chunk of %d paths from %d, with %d markets and %d lifetimes, after %d",
				c.N, c.First, len(c.Markets[0]), len(c.Tokens[0]), next)
		}
		next += c.N
		calls = append(calls, "first")
		return nil
	}
	second := func(c *study.Chunk) error {
		if c.First+c.N != next {
			t.Error("the sinks see different chunks")
		}
		calls = append(calls, "second")
		return nil
	}
	opt := study.Options{Workers: 4, Progress: func(done, total int) {
		if done != next || total != s.Paths {
			t.Errorf("progress %d of %d; want %d of %d", done, total, next, s.Paths)
		}
		progress = done
	}}
	if err := study.Run(t.Context(), built(t, s), opt, first, second); err != nil {
		t.Fatal(err)
	}
	if next != s.Paths || progress != s.Paths || len(calls) != 22 || calls[0] != "first" ||
		calls[1] != "second" || calls[2] != "first" {
		t.Errorf("%d paths were handed out, progress ended at %d, calls were %v", next, progress, calls)
	}
}

func TestFailingSinkStopsTheRun(t *testing.T) {
	s := threeX()
	s.Horizon, s.Paths = 2*time.Hour, 100*study.ChunkPaths
	full := errors.New("full")
	chunks := 0
	failing := func(*study.Chunk) error {
		if chunks++; chunks == 3 {
			return full
		}
		return nil
	}
	after := 0
	err := study.Run(t.Context(), built(t, s),
		study.Options{Workers: 3, Progress: func(done, _ int) { after = done }}, failing)
	if !errors.Is(err, full) || chunks != 3 || after != 2*study.ChunkPaths {
		t.Errorf("after %d chunks and %d paths: %v; want 3 chunks, %d paths and %v",
			chunks, after, err, 2*study.ChunkPaths, full)
	}
}

// A run that is cancelled stops within a block of steps, however long its
// lifetimes are.
func TestCancelledRun(t *testing.T) {
	s := threeX()
	s.Horizon, s.Step, s.Paths = 20*year, time.Second, 16
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := study.Run(ctx, built(t, s), study.Options{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v to stop", took)
	}
}

// Memory grows with the columns that are kept and nothing else: 450 bytes a
// lifetime, whatever the number of steps.
func TestMemoryOfALifetime(t *testing.T) {
	s := threeX()
	s.Horizon = 24 * time.Hour
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	s.Paths = 20 * study.ChunkPaths
	before := heap()
	es := ensembles(t, s, study.Options{}, nil)
	perLife := (heap() - before) / float64(s.Paths)
	if columns := len(es[0].Names()); perLife > 8*float64(columns)+40 {
		t.Errorf("%.0f bytes a lifetime of %d columns", perLife, columns)
	}

	peak := 0.0
	before = heap()
	if err := study.Run(t.Context(), built(t, s), study.Options{}, func(c *study.Chunk) error {
		if c.First/study.ChunkPaths%5 == 4 {
			peak = max(peak, heap()-before)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if limit := 20e6; peak > limit {
		t.Errorf("a run that keeps nothing holds %.1f MB; want at most %.0f", peak/1e6, limit/1e6)
	}
}

// A traced path is told as it happens: at the end of a longer one no more memory
// is held.
func TestTellKeepsNothing(t *testing.T) {
	held := func(horizon time.Duration) (bytes, events int) {
		_, err := study.Observe(t.Context(), built(t, zooSpec(part("gbm", "sigma", 0.8), horizon)), 0, 3,
			func(e tokens.Event) error {
				if events++; bytes == 0 && e.Time == horizon {
					var m runtime.MemStats
					runtime.GC()
					runtime.ReadMemStats(&m)
					bytes = int(m.HeapAlloc)
				}
				return nil
			})
		if err != nil {
			t.Error(err)
		}
		return bytes, events
	}
	short, few := held(5 * day)
	long, many := held(100 * day)
	if per := float64(long-short) / float64(many-few); per > 20 {
		t.Errorf("each of %d more events holds %.0f bytes", many-few, per)
	}
}
