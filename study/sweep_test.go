package study_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// axis is a parsed axis.
func axis(t *testing.T, s study.Spec, text string) study.Axis {
	t.Helper()
	name, list, _ := strings.Cut(text, "=")
	a, err := study.ParseAxis(s, name, list)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sweepOf(t *testing.T, s study.Spec, sample int, over ...string) *study.Sweep {
	t.Helper()
	var axes []study.Axis
	for _, text := range over {
		axes = append(axes, axis(t, s, text))
	}
	sweep, err := study.NewSweep(built(t, s), axes, sample)
	if err != nil {
		t.Fatal(err)
	}
	return sweep
}

// All cells of a sweep run on the same paths, and each has the bits of a run of
// its own.
func TestSweep(t *testing.T) {
	s := zooSpec(merton, day)
	s.Paths = 40
	s.Tokens = slices.Concat(s.Tokens[:2], s.Tokens[6:7])
	for _, tt := range []struct {
		over []string
		own  int // the cell at the values that the spec has itself
	}{
		{[]string{"half-width=0.1:0.5:0.2"}, 1},
		{[]string{"fee=0,1%"}, -1},
		{[]string{"low=2.5,2.7"}, 1},
		{[]string{"sigma=0.4,0.8,1.2"}, 1},
		{[]string{"jump-rate=0,60"}, 1},
		{[]string{"fee=0,1%", "sigma=0.4,0.8", "half-width=0.1,0.3"}, -1},
		{[]string{"model=gbm,merton,kou", "half-width=0.3,0.1"}, 3},
	} {
		sweep := sweepOf(t, s, 0, tt.over...)
		done, total := 0, 0
		own, cells, err := sweep.Collect(t.Context(), study.Options{Workers: 2, Progress: func(d, n int) {
			if d < done {
				t.Errorf("%s: progress goes back from %d to %d", tt.over, done, d)
			}
			done, total = d, n
		}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if done != total || total == 0 {
			t.Errorf("%s: progress ended at %d of %d", tt.over, done, total)
		}
		if got, want := study.Hash(own.Ensembles), study.Hash(ensembles(t, s, study.Options{}, nil)); got != want {
			t.Errorf("%s: the token's own cell has the hash %s; a run of its own %s", tt.over, got, want)
		}
		for i, c := range cells {
			label := sweep.Label(i)
			if got, want := study.Hash(c.Ensembles), study.Hash(run(t, c.Study.Spec())); got != want {
				t.Errorf("%s: hash %s; of a run of its own %s", label, got, want)
			}
			if same := study.Hash(c.Ensembles) == study.Hash(own.Ensembles); same != (i == tt.own) {
				t.Errorf("%s has the bits of the token's own setting: %t", label, same)
			}
		}
	}
}

// Cells are numbered with the last axis changing fastest, and a half-width is
// around the target of its cell whatever the order of the axes.
func TestCells(t *testing.T) {
	sweep := sweepOf(t, threeX(), 0, "half-width=0.1,0.3", "target=2.5,3", "sigma=0.4,0.8")
	if n := sweep.Cells(); n != 8 {
		t.Fatalf("%d cells; want 8", n)
	}
	want := []string{"half-width=0.1 target=2.5 sigma=0.4",
		"half-width=0.1 target=2.5 sigma=0.8", "half-width=0.1 target=3 sigma=0.4"}
	for i, w := range want {
		if got := sweep.Label(i); got != w {
			t.Errorf("cell %d is %s; want %s", i, got, w)
		}
	}
	cell, err := sweep.Cell(5)
	if err != nil {
		t.Fatal(err)
	}
	s := cell.Spec()
	band := s.Tokens[0].Policy.Values
	if s.Tokens[0].Values["target"] != 2.5 || band["low"] != 2.2 ||
		band["high"] != 2.8 || s.Model.Values["sigma"] != 0.8 {
		t.Errorf("cell 5, %s, is %+v", sweep.Label(5), s)
	}
	seen := map[int]int{}
	for b := range sweep.Units() { // of one chunk each
		for i, c := range sweep.Batch(b) {
			seen[c]++
			if batch, place := sweep.Place(c); batch != b || place != i {
				t.Errorf("cell %d is at %d of batch %d, not %d of %d", c, i, b, place, batch)
			}
		}
	}
	for c := range sweep.Cells() + 1 {
		if seen[c] != 1 {
			t.Errorf("cell %d is in %d batches", c, seen[c])
		}
	}
}

// A Latin hypercube has every value of an axis equally often, to within one, and
// comes out the same again.
func TestHypercube(t *testing.T) {
	over := []string{"half-width=0.05:0.6:0.05", "fee=1bp,5bp,10bp,30bp", "sigma=0.4:1.2:0.1"}
	sweep, again := sweepOf(t, threeX(), 50, over...), sweepOf(t, threeX(), 50, over...)
	counts := [][]int{make([]int, 12), make([]int, 4), make([]int, 9)}
	different := map[string]bool{}
	for c := range 50 {
		for i, at := range sweep.At(c) {
			counts[i][at]++
		}
		different[sweep.Label(c)] = true
		if sweep.Label(c) != again.Label(c) {
			t.Errorf("cell %d is %s and then %s", c, sweep.Label(c), again.Label(c))
		}
	}
	for i, n := range counts {
		if slices.Max(n)-slices.Min(n) > 1 {
			t.Errorf("%s: its values come up %v times", over[i], n)
		}
	}
	// 50 of 432 cells by chance repeat about three times; a sample along a diagonal
	// would have repeated far more often than thirty times.
	if len(different) < 20 {
		t.Errorf("%d different cells of 50", len(different))
	}
	other := threeX()
	other.Seed = 2
	if sweepOf(t, other, 50, over...).Label(0) == sweep.Label(0) &&
		sweepOf(t, other, 50, over...).Label(1) == sweep.Label(1) {
		t.Error("another seed draws the same sample")
	}
}

// The units of a sweep can be done in any order, by any number of workers and
// some today, some tomorrow.
func TestUnitsAreIndependent(t *testing.T) {
	s := threeX()
	s.Paths, s.Horizon = 2*study.ChunkPaths+10, 2*day
	sweep := sweepOf(t, s, 0, "sigma=0.4,0.8", "half-width=0.02:0.9:0.02")
	if sweep.Units() != 3*4 { // 45 cells at 0.4; 45 and its own at 0.8
		t.Fatalf("%d units", sweep.Units())
	}
	parts := map[study.Unit]string{}
	for turn, units := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {7}, {11, 3, 9}} {
		var order []int
		err := sweep.Run(t.Context(), study.Options{Workers: 1 + 2*turn}, units, []string{
			"nav", "underlying",
		}, func(p *study.UnitResult) error {
			got := fmt.Sprint(*p)
			if turn == 0 {
				parts[p.Unit] = got
			} else if parts[p.Unit] != got {
				t.Errorf("unit %v is not the same again", p.Unit)
			}
			order = append(order, p.Batch*3+p.Chunk)
			if u := p.Chunk; p.First != u*study.ChunkPaths || p.N != min(study.ChunkPaths, s.Paths-p.First) ||
				len(p.Market) != 1 || len(p.Market[0]) != p.N {
				t.Errorf("unit %v: %d paths from %d, market %d", p.Unit, p.N, p.First, len(p.Market))
			}
			return nil
		})
		if err != nil || !slices.Equal(order, units) {
			t.Errorf("did %v, %v; want %v", order, err, units)
		}
	}
	stop := errors.New("stop")
	if err := sweep.Run(t.Context(), study.Options{}, []int{0, 1, 2}, nil, func(*study.UnitResult) error {
		return stop
	}); !errors.Is(err, stop) {
		t.Errorf("a failing sink: %v", err)
	}
}

// fragile is a policy that fails at its first trade.
type fragile struct{ tokens.Hold }

func (fragile) Trigger(tokens.View, *tokens.State) tokens.Trigger {
	return tokens.Trigger{Low: 0, High: math.Inf(1), At: time.Hour}
}

func (fragile) Trade(tokens.View, *tokens.State) (float64, bool) { panic("no such luck") }

var _ = tokens.Policies.Register(param.Kind[tokens.Policy]{
	Name: "fragile", Doc: "fails", Params: []param.Param{{Name: "fragility",
		Unit: param.Plain, Max: 1, Doc: "fails at 1"}},
	New: func(v param.Values) tokens.Policy {
		if v["fragility"] == 1 {
			return fragile{}
		}
		return tokens.Hold{}
	},
})

// A cell that fails before or while it runs is reported, and the others have the
// bits that they have without it.
func TestFailingCells(t *testing.T) {
	s := threeX()
	s.Paths = 20
	sweep := sweepOf(t, s, 0, "target=2.5,3", "half-width=0.4,1.7") // 2.5 − 1.7 is below 1
	var got *study.UnitResult
	all := []int{0}
	if err := sweep.Run(t.Context(), study.Options{}, all, nil,
		func(p *study.UnitResult) error { got = p; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, fault := range got.Faults {
		want := ""
		if label := sweep.Label(i); strings.Contains(label, "target=2.5 half-width=1.7") {
			want = "0.8"
		}
		if (fault == "") != (want == "") || !strings.Contains(fault, want) || (got.Cells[i] == nil) != (want != "") {
			t.Errorf("%s: fault %q, %d columns; want one with %q", sweep.Label(i), fault, len(got.Cells[i]), want)
		}
	}
	if _, _, err := sweep.Collect(t.Context(), study.Options{}, nil); err == nil ||
		!strings.Contains(err.Error(), "target=2.5 half-width=1.7") {
		t.Errorf("collected: %v", err)
	}

	s.Tokens[0].Policy = part("fragile")
	sweep = sweepOf(t, s, 0, "fragility=0,1", "fee=0,10bp")
	if err := sweep.Run(t.Context(), study.Options{}, all, nil,
		func(p *study.UnitResult) error { got = p; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, c := range sweep.Batch(0) {
		if failed := strings.HasPrefix(sweep.Label(c), "fragility=1"); failed !=
			strings.Contains(got.Faults[i], "no such luck") || failed != (got.Cells[i] == nil) {
			t.Errorf("%s: %q", sweep.Label(c), got.Faults[i])
		}
	}
	whole := sweepOf(t, s, 0, "fragility=0", "fee=0,10bp")
	_, cells, err := whole.Collect(t.Context(), study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cells {
		cell, err := sweep.Assemble(i, nil, func(int) (market, columns [][]float64, fault string, err error) {
			return got.Market, got.Cells[i], got.Faults[i], nil
		})
		if err != nil || study.Hash(cell.Ensembles) != study.Hash(c.Ensembles) {
			t.Errorf("%s beside a cell that fails is not what it is alone: %v", sweep.Label(i), err)
		}
	}
}

func TestSweepRefuses(t *testing.T) {
	s := threeX()
	for _, tt := range []struct {
		sample int
		over   []string
		want   string
	}{
		{0, nil, "nothing to sweep over"},
		{0, []string{"nothing=1"}, `no parameter "nothing"`},
		{0, []string{"half-widht=0.1"}, "did you mean half-width?"},
		{0, []string{"jump-rate=1"}, "jump-rate is a number of model"},
		{0, []string{"fee=0,2"}, "fee = 2; want"},
		{0, []string{"fee="}, `fee = ""; want`},
		{0, []string{"fee=10bp,0.001"}, "twice"},
		{0, []string{"fee=0", "fee=1%"}, "fee is swept twice"},
		{0, []string{"half-width=0.1,0.2", "high=3.1,3.2"}, "high is swept beside half-width, which sets it"},
		{2, []string{"low=2.6,2.7", "half-width=0.1,0.2"}, "low is swept beside half-width, which sets it"},
		{0, []string{"half-width=0.5:0.1:0.1"}, "low ≤ high"},
		{0, []string{"half-width=0.1:0.5:0"}, "step above 0"},
		{0, []string{"half-width=0.1:0.5:-0.1"}, "half-width = -0.1; want"},
		{0, []string{"half-width=0.1,5"}, "half-width = 5: "},
		{0, []string{"sigma=NaN"}, "sigma = NaN; want"},
		{0, []string{"to=edge:target:edge"}, "low:high:step"},
		{0, []string{"model=gbm,sabr"}, `kind "sabr"; want`},
		{0, []string{"model=gbm,gbm"}, "twice"},
		{0, []string{"model=gbm,merton", "jump-rate=1,2"}, "jump-rate is a number of model"},
		{0, []string{"fee=0:0.1:0.0000001"}, "makes 1000001 values"},
		{0, []string{"fee=0:0.1:0.0001", "sigma=0.1:1:0.0001"}, "a grid of 9010001 cells; want at most 1000000"},
		{9, []string{"fee=0:0.1:0.05", "sigma=0.1,0.2"}, "a sample of 9 cells from a grid of 6"},
		{-1, []string{"fee=0"}, "a sample of -1"},
	} {
		var axes []study.Axis
		var err error
		for _, text := range tt.over {
			name, list, _ := strings.Cut(text, "=")
			a, fault := study.ParseAxis(s, name, list)
			axes, err = append(axes, a), errors.Join(err, fault)
		}
		if err == nil {
			_, err = study.NewSweep(built(t, s), axes, tt.sample)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v; want %q", tt.over, err, tt.want)
		}
	}
}

// Volatilities of a sweep scale the same normals: common random numbers.
func TestSweepOfVolatilityUsesCommonNumbers(t *testing.T) {
	s := threeX()
	_, cells, err := sweepOf(t, s, 0, "sigma=0.4,1.2").Collect(t.Context(), study.Options{}, []string{"log_underlying"})
	if err != nil {
		t.Fatal(err)
	}
	years := models.Years(s.Horizon)
	for i, a := range cells[0].Ensembles[0].Column("log_underlying") {
		b := cells[1].Ensembles[0].Column("log_underlying")[i]
		za, zb := (a+0.4*0.4/2*years)/0.4, (b+1.2*1.2/2*years)/1.2
		if !(math.Abs(za-zb) < 1e-12) {
			t.Fatalf("path %d has the normal sum %v at one volatility and %v at another", i, za, zb)
		}
	}
}

// What a sweep holds does not depend on how many cells it has: looked at when its
// last part comes, as until then another is under way.
func TestSweepMemory(t *testing.T) {
	s := threeX()
	s.Paths, s.Horizon = study.ChunkPaths, 30*time.Hour
	held := func(over ...string) (held float64) {
		sweep := sweepOf(t, s, 0, over...)
		units := make([]int, sweep.Units())
		for i := range units {
			units[i] = i
		}
		heap := func() float64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc)
		}
		before, parts := heap(), 0
		opt := study.Options{Workers: 1}
		if err := sweep.Run(t.Context(), opt, units, []string{"nav"}, func(*study.UnitResult) error {
			if parts++; parts == len(units) {
				held = heap() - before
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return held
	}
	few, many := held("fee=0:1%:1bp"), held("fee=0:1%:1bp", "borrow=0:0.1:0.01")
	if many > 1.5*few+2e6 { // their columns alone are 8 MB more
		t.Errorf("100 cells hold %.1f MB, 1,100 hold %.1f MB", few/1e6, many/1e6)
	}
}

// A sample of a grid of more cells than an integer counts has every value of an
// axis equally often too.
func TestSampleOfHugeGrid(t *testing.T) {
	s := zooSpec(merton, day)
	var over []string
	for _, name := range []string{"fee", "borrow", "supply", "streaming-fee", "sigma", "mu", "entry-fee",
		"exit-fee", "liquidation-bonus", "jump-sd"} {
		over = append(over, name+"=0.001:0.1:0.001")
	}
	sweep := sweepOf(t, s, 100, over...)
	for i, a := range sweep.Axes {
		times := make([]int, len(a.Values))
		for cell := range sweep.Cells() {
			times[sweep.At(cell)[i]]++
		}
		if slices.Max(times) != 1 {
			t.Errorf("of %s a value comes up %d times; want once", a.Name, slices.Max(times))
		}
	}
}

// Thousands of values that make no token are told apart from those that do in a
// second or two, however large the grid, and the message stays short.
func TestHopelessValuesOfHugeGrid(t *testing.T) {
	s := zooSpec(merton, day)
	s.Tokens = s.Tokens[:1]
	for _, sample := range []int{0, 100} {
		axes := []study.Axis{axis(t, s, "half-width=0.1:100:0.02"), axis(t, s, "fee=0:1%:1bp")}
		if sample > 0 {
			axes = append(axes, axis(t, s, "sigma=0.1:1:0.01"))
		}
		_, err := study.NewSweep(built(t, s), axes, sample)
		if err == nil || !strings.Contains(err.Error(), "half-width = 2: ") ||
			sample == 0 && !strings.HasSuffix(err.Error(), "half-width: more values are wrong") ||
			strings.Count(err.Error(), "\n") > 5 {
			t.Errorf("sample %d: %v", sample, err)
		}
	}
	if _, err := study.NewSweep(built(t, s), []study.Axis{axis(t, s, "fee=0:0.5:0.0000025")}, 0); err != nil {
		t.Error(err)
	}
}
