package assess

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

const day = 24 * time.Hour

// banded is a study of a band token on GBM, whose every answer is known.
func banded(t *testing.T, paths int, horizon time.Duration) *study.Study {
	t.Helper()
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: horizon, Step: time.Hour, Paths: paths, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Policy: param.Part{Kind: "band",
			Values: param.Values{"low": 2.7, "high": 3.3}},
			Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"target": 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sweepOf sweeps a study over axes as people write them.
func sweepOf(t *testing.T, s *study.Study, over ...string) *study.Sweep {
	t.Helper()
	var axes []study.Axis
	for _, text := range over {
		name, values, _ := strings.Cut(text, "=")
		a, err := study.ParseAxis(s.Spec(), name, values)
		if err != nil {
			t.Fatal(err)
		}
		axes = append(axes, a)
	}
	sweep, err := study.NewSweep(s, axes, 0)
	if err != nil {
		t.Fatal(err)
	}
	return sweep
}

func collect(t *testing.T, s *study.Sweep) study.Collected {
	t.Helper()
	cells, err := s.CollectAll(t.Context(), study.Options{}, SweepColumns())
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// Settings say everything that is wrong with them, and take aliases.
func TestSweepSettings(t *testing.T) {
	axes := sweepOf(t, banded(t, 10, day), "half-width=0.1,0.3", "to=edge,target", "mu=-0.1,0.1").Axes
	got, err := SweepSettings{}.Complete(axes, 0)
	if err != nil || !slices.Equal(got.Select, []string{"half-width"}) || !slices.Equal(got.Pareto, TradedOff) {
		t.Errorf("nothing said is %+v, %v", got, err)
	}
	got, err = SweepSettings{Pareto: []string{"expected_shortfall", "utility"}}.Complete(axes, 4)
	if err != nil || len(got.Select) != 3 || got.Pareto[0] != "es_95" {
		t.Errorf("of a sample it is %+v, %v", got, err)
	}
	for want, o := range map[string]SweepSettings{
		`select "half-widht"; did you mean half-width?`: {Select: []string{"half-widht"}},
		"select names to twice":                         {Select: []string{"to", "to"}},
		"aversion = NaN; want a number from 0 to 1e6":   {Aversion: math.NaN()},
		"aversion = -1; want":                           {Aversion: -1},
		"aversion = 1e+07; want":                        {Aversion: 1e7},
		`pareto = "utility"; want two objectives`:       {Pareto: []string{"utility"}},
		`pareto = "es_95,es_95"; want two objectives`:   {Pareto: []string{"es_95", "expected_shortfall"}},
		`pareto "rebalances"; want one of log_growth, `: {Pareto: []string{"rebalances", "utility"}},
		`optimise "utlity"; did you mean utility?`:      {Optimise: "utlity"},
		"optimise along to=edge,target; want":           {Select: []string{"to"}, Optimise: "utility"},
		"optimise along mu=-0.1,0.1; want":              {Select: []string{"mu"}, Optimise: "utility"},
		"optimise finds the best of one parameter on a grid;": {Select: []string{"mu", "half-width"},
			Optimise: "utility"},
	} {
		if _, err := o.Complete(axes, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", o, err, want)
		}
	}
	sweep := sweepOf(t, banded(t, 10, day), "fee=0")
	if _, err := Sweep(t.Context(), sweep, nil, SweepSettings{Select: []string{"x"}}, SweepOptions{}); err == nil {
		t.Error("a sweep over fees selected along x")
	}
}

// A share of which no path or every path has part has no standard error; its interval
// says how far off the exact answer is.
func TestDeviation(t *testing.T) {
	none := analytics.Share(analytics.Sample{X: make([]float64, 100)}, func(x float64) bool { return x > 0 },
		Confidence)
	for _, tt := range []struct {
		name       string
		e          analytics.Estimate
		exact, off float64
	}{
		{"a mean", analytics.Estimate{Value: 3, SE: 0.5}, 2, 2},
		{"below", analytics.Estimate{Value: 1, SE: 0.5}, 2, -2},
		{"none of 100 where none is exact", none, 0, 0},
		{"none of 100 where 1 % is", none, 0.01, -1.1}, // the interval of 95 % ends at 1 - 0.025^(1/100) = 0.0362
		{"none of 100 where 20 % is", none, 0.2, -22.1},
		{"a quantile", analytics.Estimate{Value: 2, SE: math.NaN(), Lo: 1, Hi: 3}, 1, 2},
		{"no error", analytics.Estimate{Value: 2}, 1, 0},
		{"an unknown one", analytics.Estimate{Value: 2, SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}, 1, 0},
	} {
		if got := deviation(tt.e, tt.exact); !(math.Abs(got-tt.off) < 0.05) {
			t.Errorf("%s is off by %v standard errors; want %v", tt.name, got, tt.off)
		}
	}
}

// Exact answers between the cells go through those at them, in the one scenario that
// they are drawn in.
func TestCurves(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sweep := sweepOf(t, banded(t, 10, 90*day), "half-width=0.1,0.2,0.3", "fee=0.01")
	r, err := Sweep(t.Context(), sweep, collect(t, sweep), SweepSettings{}, SweepOptions{Curves: true})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Slices[0]
	curve := s.Curves["log_growth"]
	if len(r.Slices) != 1 || s.Scenario != "fee=0.01" || len(curve.X) != 9 {
		t.Fatalf("%d slices, the first is %q, its curve %v", len(r.Slices), s.Scenario, curve)
	}
	for k, c := range s.Cells {
		x := r.Value(c, 0)
		i := slices.IndexFunc(curve.X, func(v float64) bool { return math.Abs(v-x) < 1e-12 })
		if i < 0 || !(math.Abs(curve.Y[i]-s.Exact[k]["log_growth"]) < 1e-9) {
			t.Errorf("at half-width %v the curve is at %v of %v; exactly %v", x, curve.Y, curve.X,
				s.Exact[k]["log_growth"])
		}
	}
}

// unreadable fails when it has been asked so often.
type unreadable struct {
	study.Collected
	left int
}

var errGone = errors.New("the disk is gone")

func (u *unreadable) Cell(n int) (study.Cell, error) {
	if u.left--; u.left < 0 {
		return study.Cell{}, errGone
	}
	return u.Collected.Cell(n)
}

// Whenever cells can no longer be read, or are not wanted any more, there is an error
// and no analysis.
func TestSweepOfUnreadableCells(t *testing.T) {
	sweep := sweepOf(t, banded(t, 12, 2*day), "half-width=0.1,0.2,0.3,0.4", "fee=0,10bp")
	cells := collect(t, sweep)
	settings := SweepSettings{Optimise: "tracking_cost"}
	all := &unreadable{cells, math.MaxInt}
	if _, err := Sweep(t.Context(), sweep, all, settings, SweepOptions{}); err != nil {
		t.Fatal(err)
	}
	asked := math.MaxInt - all.left
	if asked < 2*sweep.Cells()+1 {
		t.Fatalf("%d cells were read; want each twice at least", asked)
	}
	for left := range asked {
		if r, err := Sweep(t.Context(), sweep, &unreadable{cells, left}, settings, SweepOptions{}); r != nil ||
			!errors.Is(err, errGone) {
			t.Errorf("after %d of %d: %v", left, asked, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Sweep(ctx, sweep, cells, settings, SweepOptions{}); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	full := errors.New("disk full")
	n := 0
	if _, err := Sweep(t.Context(), sweep, cells, settings, SweepOptions{Each: func(CellEstimates) error {
		if n++; n == 4 {
			return full
		}
		return nil
	}}); !errors.Is(err, full) || n != 4 {
		t.Errorf("where a cell cannot be written: %v after %d", err, n)
	}
}

// After an error, a reader hands out NaN of every metric and path.
func TestReaderAfterAnError(t *testing.T) {
	sweep := sweepOf(t, banded(t, 12, 2*day), "fee=0,10bp")
	metrics := analytics.Swept()
	r := newReader(t.Context(), sweep, &unreadable{collect(t, sweep), 1}, metrics, 1)
	if x := r.at(0, 0); r.err != nil || math.IsNaN(x.levels[0].Value) {
		t.Fatalf("%v, %v", r.err, x.levels[0])
	}
	for _, cell := range []int{1, 0} {
		x := r.at(cell, 0)
		for i := range metrics {
			for _, xs := range []analytics.Sample{x.of(i, true), x.of(i, false)} {
				if len(xs.X) != 12 || slices.ContainsFunc(xs.X, func(v float64) bool { return !math.IsNaN(v) }) {
					t.Fatalf("%s is %v; want NaN on 12 paths", metrics[i].Name, xs.X)
				}
			}
		}
	}
	if !errors.Is(r.err, errGone) {
		t.Errorf("the error is %v", r.err)
	}
}

// How many policies and laws of the kind "counted" were built.
var policiesBuilt, lawsBuilt atomic.Int64

var _ = models.Registry.Register(param.Kind[models.Model]{
	Name: "counted", Doc: "counts how often it is built", Params: []param.Param{models.Sigma},
	New: func(v param.Values) models.Model {
		lawsBuilt.Add(1)
		return models.GBM{Sigma: v[models.Sigma.Name]}
	},
})

var _ = tokens.Policies.Register(param.Kind[tokens.Policy]{
	Name: "counted", Doc: "counts how often it is built",
	Params: []param.Param{{Name: "count", Unit: param.Plain, Max: 9, Doc: "to tell one from another"}},
	New: func(param.Values) tokens.Policy {
		policiesBuilt.Add(1)
		return tokens.Every{Interval: 6 * time.Hour}
	},
})

// A sweep that is run and analysed in memory builds each distinct token and each law
// once.
func TestSweepIsBuiltOnce(t *testing.T) {
	s, err := study.New(study.Spec{Model: param.Part{Kind: "counted"}, Horizon: 2 * day, Step: time.Hour,
		Paths: 40, Seed: 5,
		Tokens: []study.TokenSpec{{Name: "a", Policy: param.Part{Kind: "counted"}, Mechanism: param.Part{Kind: "loan"},
			Values: param.Values{"target": 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	axes := sweepOf(t, s, "sigma=0.6,0.9", "count=0,1,2,3,4", "fee=0,0.001").Axes
	policiesBuilt.Store(0)
	lawsBuilt.Store(0)
	sweep, err := study.NewSweep(s, axes, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Sweep(t.Context(), sweep, collect(t, sweep), SweepSettings{Select: []string{"count"}}, SweepOptions{})
	if err != nil || len(r.Cells) != 20 || len(r.Slices) != 4 || len(r.Robust) != len(r.Objectives) {
		t.Fatalf("%v: %+v", err, r)
	}
	// Five counts at two fees are ten tokens, and there are two laws, of which the study
	// itself has one each.
	if policies, laws := policiesBuilt.Load(), lawsBuilt.Load(); policies > 9 || laws > 2 || policies == 0 {
		t.Errorf("%d policies and %d laws were built; want 9 and 2 at most", policies, laws)
	}
}

// A metric that anybody registers as swept has estimates, a best setting and exact
// answers as the others have.
func TestRegisteredMetricIsSwept(t *testing.T) {
	sweep := sweepOf(t, banded(t, 30, 2*day), "half-width=0.1,0.3")
	cells := collect(t, sweep)
	r, err := Sweep(t.Context(), sweep, cells, SweepSettings{Pareto: []string{"worst_gap", "utility"}}, SweepOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := r.Slices[0].BestFor("worst_gap")
	i := r.MetricNumber("worst_gap")
	x, ok := r.EstimatesOf(1, 0)
	if b == nil || i < 0 || !ok || x.Metrics[i].Estimate.N != 30 || r.Slices[0].Front[1].X != x.Metrics[i].Estimate {
		t.Fatalf("best %+v, estimates %+v", b, x)
	}
	least := math.Inf(1)
	for _, c := range r.Cells {
		least = min(least, c.Metrics[i].Estimate.Value)
	}
	if b.Estimate.Value != least {
		t.Errorf("the best is %v; the least %v", b.Estimate.Value, least)
	}
}

// worstGap is a metric as a user of the library registers one.
var _ = analytics.Register(analytics.Metric{
	Name: "worst_gap", Unit: analytics.Fraction, Sense: analytics.Lower, Swept: 90,
	Doc:   "twice the deepest fall from a peak",
	Needs: []string{"max_drawdown"},
	Of: func(c *analytics.Case) analytics.Estimate {
		return analytics.MeanFinite(c.Sample(twiceFallen(c)), c.Confidence)
	},
	Paths: twiceFallen,
})

func twiceFallen(c *analytics.Case) []float64 {
	return c.Derived("worst gap", func() []float64 {
		var xs []float64
		for _, x := range c.Ensemble.Column("max_drawdown") {
			xs = append(xs, 2*x)
		}
		return xs
	})
}

// Exact sweeps answer as the study of each cell does, refuse what has no answer, and
// count cells beyond one.
func TestSweepExactly(t *testing.T) {
	s := banded(t, 10, 90*day)
	sweep := sweepOf(t, s, "half-width=0.1,0.3", "latency=0,2h")
	var done []int
	r, err := SweepExactly(t.Context(), sweep, SweepSettings{}, study.Options{Workers: 2,
		Progress: func(n, of int) { done = append(done, n, of) }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed != 2 || len(r.Faults) != 2 || !strings.Contains(r.Faults[0], "half-width=0.1 latency=2h: ") ||
		fmt.Sprint(done) != "[1 4 2 4 3 4 4 4]" {
		t.Errorf("%d failed, %q; progress %v", r.Failed, r.Faults, done)
	}
	if len(r.Groups) != 1 || r.Groups[0].Scenario != "latency=0s" || !slices.Equal(r.Groups[0].Cells, []int{0, 2}) ||
		r.Answers[1] != nil {
		t.Fatalf("%+v", r.Groups)
	}
	cell, err := sweep.Cell(2)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Answers(cell, 0, Solving{Law: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range r.Metrics {
		v, _, ok := m.Exact(want)
		if got, known := r.Answers[2][m.Name]; known != ok || got != v {
			t.Errorf("%s = %v, %t; want %v, %t", m.Name, got, known, v, ok)
		}
		best := r.Groups[0].Best[i]
		if (best < 0) != (m.Sense == analytics.Neither) {
			t.Errorf("%s of sense %v is best at %d", m.Name, m.Sense, best)
		} else if best >= 0 && float64(m.Sense)*(r.Answers[2*best][m.Name]-r.Answers[2*(1-best)][m.Name]) < 0 {
			t.Errorf("%s is not best at %d", m.Name, best)
		}
	}
	if _, err := SweepExactly(t.Context(), sweepOf(t, s, "latency=2h,3h"),
		SweepSettings{}, study.Options{}); err == nil ||
		!strings.Contains(err.Error(), "no cell has an exact answer: latency=2h: ") {
		t.Errorf("without any answer: %v", err)
	}
	two := s.Spec()
	two.Tokens = append(slices.Clone(two.Tokens), two.Tokens[0])
	two.Tokens[1].Name = "again"
	both, err := study.New(two)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SweepExactly(t.Context(), sweepOf(t, both, "gas=0"), SweepSettings{}, study.Options{}); err == nil ||
		!strings.Contains(err.Error(), "2 tokens; want one") {
		t.Errorf("of two tokens: %v", err)
	}
}
