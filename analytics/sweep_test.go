package analytics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Every metric of a sweep is what Summarise says of the same lifetimes, which
// computes the functionals directly, in a study with ruin and liquidations; and
// an ensemble with the columns of a sweep alone is enough.
func TestSweepMetricsAreTheSummarys(t *testing.T) {
	const aversion = 3
	s := stormy(400)
	all := run(t, s)
	es, err := study.Ensembles(t.Context(), built(t, s), study.Options{}, analytics.SweepColumns)
	if err != nil {
		t.Fatal(err)
	}
	ruined := 0
	for k := range all {
		e, full := &es[k], &all[k]
		years := e.Years()
		sum := analytics.Summarise(full, nil, 0.95)
		for i, m := range analytics.SweepMetrics(aversion) {
			got := m.Mean(m.Of(e), 0.95)
			want, factor, offset := m.Name, 1.0, 0.0
			switch m.Name {
			case "utility":
				te := metric(t, sum, "tracking_error").Value
				want, offset = "log_growth", -aversion/2.0*te*te
			case "tracking_cost":
				te := metric(t, sum, "tracking_error").Value
				want, offset = "trade_drag", aversion/2.0*te*te
			case "expected_shortfall":
				want = "es_95"
			case "rebalances", "turnover":
				factor = 1 / years
			}
			w := metric(t, sum, want)
			value := factor*w.Value + offset
			if !(math.Abs(got.Value-value) <= 1e-12*(1+math.Abs(value))) || got.N != w.N && want == m.Name {
				t.Errorf("%s of %s = %v of %d; want %v of %d", m.Name, e.Token.Name, got.Value, got.N, value, w.N)
			}
			if (m.Sense != analytics.Neither) != (i < analytics.Objectives) {
				t.Errorf("%s, the %dth metric, has sense %v", m.Name, i, m.Sense)
			}
			ruined += e.N - got.N
		}
	}
	if ruined == 0 {
		t.Error("no path was ruined, so nothing shows that ruined paths are left out")
	}
}

// sample is an ensemble whose paths have the given NAVs and no moves.
func sample(navs []float64) *tokens.Ensemble {
	e := tokens.NewEnsemble(tokens.Token{Target: 3}, year/4, len(navs))
	for _, name := range analytics.SweepColumns {
		column := make([]float64, len(navs))
		if name == "nav" {
			copy(column, navs)
		}
		e.Add(name, column)
	}
	return &e
}

func sweepMetric(t *testing.T, aversion float64, name string) analytics.PathMetric {
	t.Helper()
	ms := analytics.SweepMetrics(aversion)
	i := slices.IndexFunc(ms, func(m analytics.PathMetric) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("no metric %q", name)
	}
	return ms[i]
}

// Pseudo-values are influence: leaving a path out moves a smooth functional by
// the mean less its pseudo-value over n-1, up to terms of n⁻². The other route is
// the jackknife, which recomputes the functional without each path.
func TestPseudoValuesAgainstJackknife(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 14))
	navs := make([]float64, 300)
	for i := range navs {
		navs[i] = math.Exp(0.6 * rng.NormFloat64())
	}
	navs[17] = 0
	for _, name := range []string{"utility", "tracking_error", "expected_shortfall"} {
		m := sweepMetric(t, 4, name)
		of := func(navs []float64) float64 { return m.Mean(m.Of(sample(navs)), 0.95).Value }
		all, pseudo := of(navs), m.Of(sample(navs))
		se := m.Mean(pseudo, 0.95).SE
		var jack []float64
		for i, p := range pseudo {
			if math.IsInf(p, 0) {
				continue
			}
			without := of(slices.Delete(slices.Clone(navs), i, i+1))
			moved := all + (all-without)*float64(len(navs)-1)
			jack = append(jack, moved)
			// A tail mean of the worst 5 % of 299 instead of 300 counts another share of
			// its last loss, so it moves by steps.
			if name != "expected_shortfall" && math.Abs(moved-p) > 0.02*(se*math.Sqrt(300)+math.Abs(p-all)) {
				t.Errorf("%s: pseudo-value %v of path %d (NAV %v), by the jackknife %v", name, p, i, navs[i], moved)
			}
		}
		if by := analytics.Mean(jack, 0.95).SE; math.Abs(by/se-1) > 0.06 {
			t.Errorf("%s: standard error %v, by the jackknife %v", name, se, by)
		}
	}
}

// The standard error of a median from its pseudo-values is that of the law. For
// a lognormal NAV the median's is σ·√(π/2)/√n times the median. Over 400 samples
// the mean of the errors has a scatter of about 1 %; the estimate of the density
// is known to be 1 to 4 % too wide at these n, so a correct one is within 1 % below
// and 9 % above, 4 standard errors out, and fails less than once in 10,000 runs.
func TestMedianPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 18))
	m := sweepMetric(t, 0, "median_nav")
	for _, n := range []int{400, 4000} {
		const sigma, repeats = 1.2, 400
		want := sigma * math.Sqrt(math.Pi/2/float64(n))
		ratio := 0.0
		for range repeats {
			navs := make([]float64, n)
			for i := range navs {
				navs[i] = math.Exp(sigma * rng.NormFloat64())
			}
			e := m.Mean(m.Of(sample(navs)), 0.95)
			if median := analytics.Quantile(navs, 0.5, 0.95).Value; math.Abs(e.Value/median-1) > 1e-12 {
				t.Fatalf("the mean of the pseudo-values is %v, the median %v", e.Value, median)
			}
			ratio += e.SE / e.Value / want / repeats
		}
		if !(ratio > 0.99 && ratio < 1.09) {
			t.Errorf("n = %d: standard errors are %.3f times the law's", n, ratio)
		}
	}
	// more are ruined than not: the median is theirs, and the mean of the pseudo-values too
	if e := m.Mean(m.Of(sample([]float64{0, 0, 0, 1, 2})), 0.95); !(math.Abs(e.Value) < 1e-15 && e.SE > 0) {
		t.Errorf("where most are ruined the median is %+v", e)
	}
}

// Rows by hand.
func TestPseudoValuesAtTheEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, tt := range []struct {
		metric string
		navs   []float64
		want   []float64
	}{
		{"median_nav", nil, nil},
		{"median_nav", []float64{2}, []float64{2}},
		{"median_nav", []float64{1, 3}, []float64{0.902, 3.098}}, // 2·ln 3/4h = 1.098 each side, with h = ½
		{"median_nav", []float64{1, 1, 1}, []float64{1, 1, 1}},
		{"tracking_error", []float64{1, 1, 1, 0}, []float64{0, 0, 0, inf}},
		{"tracking_error", []float64{2, 0}, []float64{nan, inf}},
		{"tracking_error", []float64{0, 0}, []float64{inf, inf}},
		{"utility", []float64{1, 1, 0}, []float64{0, 0, -inf}},
		{"expected_shortfall", []float64{1, 1, 0}, []float64{1, 1, 1}}, // of fewer than 20, the worst
		{"cost_drag", []float64{1, 0}, []float64{0, inf}},
	} {
		got := sweepMetric(t, 2, tt.metric).Of(sample(tt.navs))
		same := func(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-3 || math.IsNaN(a) && math.IsNaN(b) }
		if !slices.EqualFunc(got, tt.want, same) {
			t.Errorf("%s of %v = %v; want %v", tt.metric, tt.navs, got, tt.want)
		}
	}
}

// A probability keeps its exact interval: no liquidation is not a probability of
// zero for certain.
func TestProbabilityMetric(t *testing.T) {
	m := sweepMetric(t, 0, "p_liquidation")
	if got, want := m.Mean(make([]float64, 300), 0.95), analytics.Proportion(0, 300, 0.95); got != want {
		t.Errorf("none of 300: %+v; want %+v", got, want)
	}
}

// A comparison pairs: the difference of a setting from itself is zero without
// error, and each difference is that of the two estimates where nothing is ruined.
func TestCompareBy(t *testing.T) {
	s := stormy(200)
	s.Tokens = []study.TokenSpec{loan("own", 2.7, 3.3, 0.002), loan("other", 2.8, 3.2, 0.002)}
	s.Model = part("gbm", param.Values{"sigma": 0.5})
	es := run(t, s)
	base, e := &es[0], &es[1]
	for _, c := range analytics.CompareBy(analytics.SweepMetrics(2), base, base, 0.95) {
		if c.Versus.Value != 0 || c.Versus.SE != 0 || c.Versus.N != base.N {
			t.Errorf("%s differs by %+v from itself", c.Name, c.Versus)
		}
	}
	for _, c := range analytics.CompareBy(analytics.SweepMetrics(2), e, base, 0.95) {
		other := c.Mean(c.Of(base), 0.95).Value
		if d := c.Estimate.Value - other; math.Abs(d-c.Versus.Value) > 1e-12*(1+math.Abs(other)) {
			t.Errorf("%s: %v less %v is not %v", c.Name, c.Estimate.Value, other, c.Versus.Value)
		}
		if !(c.Versus.SE <= 1.05*c.Unpaired) {
			t.Errorf("%s: paired error %v, unpaired %v", c.Name, c.Versus.SE, c.Unpaired)
		}
	}
}
