package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/tokens"
)

// An estimator is one of those that this package exports, of a sample and of a
// second number of its paths.
type estimator struct {
	name      string
	tolerance float64 // of what it gives, as a fraction of the sample's size
	of        func(s, other Sample) []Estimate
}

// estimators are all that take a sample. Where a number is found by a search for a
// largest likelihood, that is known to the root of the last digit only.
var estimators = []estimator{
	{"Mean", 1e-12, func(s, _ Sample) []Estimate { return []Estimate{Mean(s, 0.95)} }},
	{"MeanFinite", 1e-12, func(s, _ Sample) []Estimate {
		return []Estimate{MeanFinite(s.with(each(s.X, func(x float64) float64 {
			if x > 5 {
				return inf
			}
			return x
		})), 0.95)}
	}},
	{"Quantiles", 1e-12, func(s, _ Sample) []Estimate { return Quantiles(s, []float64{0, 0.1, 0.5, 0.77, 1}, 0.9) }},
	{"Share", 1e-12, func(s, _ Sample) []Estimate {
		return []Estimate{Share(s, positive, 0.95), Share(s, func(x float64) bool { return x > -99 }, 0.95),
			LossProbability(s, 3, 0.95), ReachProbability(s, 2, 0.95)}
	}},
	{"ValueAtRisk", 1e-12, func(s, _ Sample) []Estimate { return []Estimate{ValueAtRisk(s, 0.2, 0.9)} }},
	{"ExpectedShortfall", 1e-11, func(s, _ Sample) []Estimate { return []Estimate{ExpectedShortfall(s, 0.3, 0.95)} }},
	{"PairedDifference", 1e-12, func(s, other Sample) []Estimate {
		return []Estimate{PairedDifference(s, other, 0.95)}
	}},
	{"Pairing", 1e-11, func(s, other Sample) []Estimate {
		unpaired, reduction := Pairing(s, other)
		return []Estimate{{Value: unpaired}, {Value: math.Sqrt(reduction)}}
	}},
	{"ControlledMean", 1e-10, func(s, other Sample) []Estimate {
		e, ys := ControlledPaths(s, other.X, 0.5, 0.95)
		if ys == nil {
			return []Estimate{e}
		}
		return []Estimate{e, Mean(s.with(ys), 0.95)}
	}},
	{"pseudo-values", 1e-10, func(s, _ Sample) []Estimate {
		positive := s.with(each(s.X, math.Abs))
		return []Estimate{Mean(s.with(sdOf(s.with(variancePaths(s)), 2)), 0.95), Mean(s.with(shortfallPaths(s, 0.3)),
			0.95),
			Mean(s.with(medianPaths(positive)), 0.95)}
	}},
	{"Resampled", 1e-10, func(s, _ Sample) []Estimate { return Resampled(s, 0.95, sd.of, sharpe.of, omega.of) }},
	{"tail ratio", 1e-9, func(s, _ Sample) []Estimate { return []Estimate{tailRatio(s, 0.9)} }},
	{"FitTail", 1e-5, func(s, _ Sample) []Estimate { return []Estimate{FitTail(s, 0.8).Quantile(0.02, 0.95)} }},
	{"Best", 1e-11, func(s, other Sample) []Estimate {
		return Best(3, settingsOf(s, other), Higher, 0.95).Versus
	}},
	{"Front", 0, func(s, other Sample) (es []Estimate) {
		for _, standing := range Front(3, settingsOf(s, other), settingsOf(other, s), Higher, Lower, 0.5) {
			es = append(es, Estimate{Value: float64(standing)})
		}
		return es
	}},
	{"Robust", 1e-10, func(s, other Sample) []Estimate {
		r := Robust(2, 2, func(choice, circumstance int) Sample {
			return settingsOf(s, other)(choice + circumstance)
		}, Higher, 0.95)
		return append(slices.Concat(r.Regret...), append(r.Greatest, r.Worst)...)
	}},
	{"FitOptimum", 1e-7, func(s, other Sample) []Estimate {
		o := FitOptimum([]float64{1, 2, 3, 5, 7}, hillOf(s, other), Higher, 0.95)
		return []Estimate{o.At, o.Value, o.LossAtPlus10, o.LossAtMinus10, o.Shift}
	}},
	{"Refine", 1e-7, func(s, other Sample) []Estimate {
		o, err := Refine(1, 9, func(xs []float64) (func(int) Sample, error) {
			return func(i int) Sample { return hillAt(s, other, xs[i]) }, nil
		}, Higher, 0.95)
		if err != nil {
			panic(err)
		}
		return []Estimate{o.At, o.Value}
	}},
	{"BreakEven", 1e-7, func(s, other Sample) (es []Estimate) {
		for _, c := range BreakEven([]float64{-1, 0, 1, 2}, func(i int) Sample {
			return s.with(plus(s.X, float64(20*i-30), other.X))
		}, 0.95) {
			es = append(es, c.At)
		}
		return es
	}},
}

// settingsOf are three settings by path: one sample, the other, and between them.
func settingsOf(s, other Sample) func(i int) Sample {
	return func(i int) Sample {
		switch i {
		case 0:
			return s
		case 1:
			return other
		}
		return s.with(plus(each(s.X, func(x float64) float64 { return x / 2 }), 0.1,
			each(other.X, func(x float64) float64 { return x / 2 })))
	}
}

// hillOf has its optimum between 1 and 7, at another place on each path.
func hillOf(s, other Sample) func(i int) Sample {
	return func(i int) Sample { return hillAt(s, other, []float64{1, 2, 3, 5, 7}[i]) }
}

func hillAt(s, other Sample, x float64) Sample {
	ys := make([]float64, len(s.X))
	for p := range ys {
		u := math.Log(x) - 1 - other.X[p]/100
		ys[p] = s.X[p]/10 - (20+other.X[p])*u*u
	}
	return s.with(ys)
}

func plus(xs []float64, by float64, ys []float64) []float64 {
	zs := make([]float64, len(xs))
	for i := range zs {
		zs[i] = xs[i] + by + ys[i]
	}
	return zs
}

// repeated is a sample with whole-number weights as one without: each value as often
// as it counts, the repeats in one cluster, with the value's own cluster or alone.
// Other is repeated alike.
func repeated(s Sample, others ...[]float64) (Sample, [][]float64) {
	var all Sample
	more := make([][]float64, len(others))
	for i, x := range s.X {
		for range int(s.weight(i)) {
			all.X = append(all.X, x)
			cluster := i
			if s.Cluster != nil {
				cluster = s.Cluster[i]
			}
			all.Cluster = append(all.Cluster, cluster)
			for k := range others {
				more[k] = append(more[k], others[k][i])
			}
		}
	}
	return all, more
}

// weighted draws a sample of n values with whole-number weights, in clusters or not,
// and a second number of its paths.
func weighted(t *rapid.T, least int) (s, other Sample) {
	n := rapid.IntRange(least, 45).Draw(t, "n")
	numbers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
		// thousandths: no two numbers differ by rounding alone
		return float64(rapid.IntRange(-10_000, 10_000).Draw(t, "thousandths")) / 1000
	}), n, n)
	s = Sample{X: numbers.Draw(t, "xs"), W: make([]float64, n)}
	for i := range s.W {
		s.W[i] = float64(rapid.IntRange(0, 4).Draw(t, "weight"))
	}
	s.W[0], s.W[n-1] = 1, 2 // something is there
	if rapid.Bool().Draw(t, "clustered") {
		s.Cluster = make([]int, n)
		for i := range s.Cluster {
			s.Cluster[i] = 7 * rapid.IntRange(0, n).Draw(t, "cluster")
		}
		s.Cluster[0], s.Cluster[n-1] = -1, -2
	}
	return s, s.with(numbers.Draw(t, "other"))
}

// A weight is a count: every estimator says of a sample with whole-number weights
// what it says of each value repeated, the repeats in one cluster.
func TestWeightsAreCounts(t *testing.T) {
	for _, tt := range estimators {
		t.Run(tt.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s, other := weighted(t, 4)
				all, others := repeated(s, other.X)
				got, want := tt.of(s, other), tt.of(all, all.with(others[0]))
				if len(got) != len(want) {
					t.Fatalf("%d estimates; of the values repeated %d", len(got), len(want))
				}
				for i := range got {
					if fault := differ(got[i], want[i], tt.tolerance); fault != "" {
						t.Fatalf("estimate %d: %s\n%+v; of the values repeated\n%+v", i, fault, got[i], want[i])
					}
				}
			})
		})
	}
}

// differ says where two estimates are not the same to a tolerance, of numbers of the
// size of ten; N is that of values, and is not compared.
func differ(a, b Estimate, tolerance float64) string {
	for name, v := range map[string][2]float64{"Value": {a.Value, b.Value}, "SE": {a.SE, b.SE}, "Lo": {a.Lo, b.Lo},
		"Hi": {a.Hi, b.Hi}} {
		x, y := v[0], v[1]
		if x == y || math.IsNaN(x) && math.IsNaN(y) {
			continue
		}
		if !(math.Abs(x-y) <= tolerance*(10+math.Abs(y))) {
			return fmt.Sprintf("%s = %v; want %v", name, x, y)
		}
	}
	if a.Method != b.Method || a.Warning != b.Warning {
		return fmt.Sprintf("by %s, warning %q; want %s, %q", a.Method, a.Warning, b.Method, b.Warning)
	}
	return ""
}

// What all paths count alike for changes nothing, and so do clusters of one path.
func TestWeightsOfOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	s := Sample{X: normals(rng, 300)}
	for i := range s.X {
		s.X[i] *= 4
	}
	other := s.with(plus(normals(rng, 300), 0.5, s.X))
	alone := make([]int, len(s.X))
	for i := range alone {
		alone[i] = -i
	}
	for _, tt := range estimators {
		want := tt.of(s, other)
		for name, w := range map[string]Sample{
			"weights of one": {W: slices.Repeat([]float64{1}, len(s.X))}, "clusters of one": {Cluster: alone},
		} {
			for i, got := range tt.of(w.with(s.X), w.with(other.X)) {
				if fault := differ(got, want[i], 10*tt.tolerance); fault != "" {
					t.Errorf("%s, %s, estimate %d: %s", tt.name, name, i, fault)
				}
			}
		}
	}
}

// Every metric and every attribution takes the weights and the clusters of its case.
func TestMetricsTakeWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := weighted(t, 4)
		seed := rapid.Uint64().Draw(t, "seed")
		rng := rand.New(rand.NewPCG(seed, 3))
		names := Columns(All()...)
		for _, item := range append(slices.Clone(CostItems), tokens.Shortfall) {
			names = append(names, "money_"+tokens.ItemNames[item])
		}
		names = append(names, "log_price", "money_price", "ruined")
		slices.Sort(names)
		names = slices.Compact(names)
		var columns [][]float64
		for _, name := range names {
			column := make([]float64, len(s.X))
			for i := range column {
				column[i] = math.Round(1000*math.Exp(rng.NormFloat64())) / 1000
				switch {
				case name == "ruined" && i%9 != 3, name == "nav" && i%9 == 3:
					column[i] = 0
				}
			}
			columns = append(columns, column)
		}
		all, repeats := repeated(s, columns...)
		caseOf := func(s Sample, columns [][]float64) *Case {
			e := tokens.NewEnsemble(tokens.Token{Target: 2, Mechanism: tokens.Loan{Threshold: 0.8}}, 90*24*time.Hour,
				len(s.X))
			for i, name := range names {
				e.Add(name, columns[i])
			}
			return &Case{Ensemble: &e, Weights: s.W, Clusters: s.Cluster, Aversion: 2, Confidence: 0.95}
		}
		a, b := caseOf(s, columns), caseOf(all, repeats)
		for _, m := range All() {
			if strings.HasPrefix(m.Name, "var_99.9") {
				continue // by a search; see FitTail
			}
			if fault := differ(a.Estimate(m), b.Estimate(m), 1e-9); fault != "" {
				t.Fatalf("%s: %s\n%+v; of paths repeated\n%+v", m.Name, fault, a.Estimate(m), b.Estimate(m))
			}
		}
		x, y := AttributeLog(a), AttributeLog(b)
		compare := func(name string, x, y Attribution) {
			for i := range x.Causes {
				if fault := differ(x.Causes[i].Over, y.Causes[i].Over, 1e-9); fault != "" {
					t.Fatalf("%s of %s: %s", x.Causes[i].Name, name, fault)
				}
			}
		}
		compare("ln NAV", x, y)
		compare("money", AttributeMoney(a), AttributeMoney(b))
		groups := min(3, len(all.X))
		xs, ys := AttributeBy(a, "underlying", groups), AttributeBy(b, "underlying", groups)
		for g := range xs {
			if xs[g].Lo != ys[g].Lo || xs[g].Hi != ys[g].Hi {
				t.Fatalf("group %d is from %v to %v; of paths repeated from %v to %v", g, xs[g].Lo, xs[g].Hi, ys[g].Lo,
					ys[g].Hi)
			}
			compare(fmt.Sprintf("group %d", g), xs[g].Attribution, ys[g].Attribution)
		}
	})
}

// Where values of a cluster agree, its clusters are what the sample knows: every
// interval is wider than that of as many independent values.
func TestClustersWidenIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 12))
	var s, other Sample
	for c := range 60 {
		level, noise := 4*rng.NormFloat64(), 2*rng.NormFloat64()
		for range 6 {
			s.X = append(s.X, level+0.1*rng.NormFloat64())
			other.X = append(other.X, level/2+noise+0.1*rng.NormFloat64())
			s.Cluster = append(s.Cluster, c)
		}
	}
	for _, tt := range estimators {
		if tt.name == "Front" || tt.name == "Pairing" {
			continue // which have no interval
		}
		clustered := tt.of(s, Sample{X: other.X, Cluster: s.Cluster})
		for i, plain := range tt.of(Sample{X: s.X}, other) {
			wide, narrow := clustered[i].Hi-clustered[i].Lo, plain.Hi-plain.Lo
			if plain.SE == 0 || plain.Value == 1 && plain.Method == ClopperPearson || narrow == 0 || math.IsInf(narrow,
				0) {
				continue // of a setting with itself; of a share of all there is one number of observations
			}
			if !(wide > 1.2*narrow) {
				t.Errorf("%s, estimate %d: %v to %v in clusters, %v to %v without", tt.name, i, clustered[i].Lo,
					clustered[i].Hi, plain.Lo, plain.Hi)
			}
		}
	}
}

// Intervals of clustered and weighted samples hold the truth as often as they say: 95 %
// of the time, or more where the number of observations is a round figure.
func TestClusteredCoverage(t *testing.T) {
	draw := func(rng *rand.Rand) (s Sample) {
		for c := range 120 {
			level := rng.NormFloat64()
			for range 1 + rng.IntN(5) {
				s.X = append(s.X, 0.8*level+0.6*rng.NormFloat64()) // standard normal
				s.Cluster = append(s.Cluster, c)
				s.W = append(s.W, 0.5+rng.Float64())
			}
		}
		return s
	}
	for _, tt := range []struct {
		name      string
		low, high float64
		truth     float64
		of        func(Sample) Estimate
	}{
		{"mean", 0.935, 0.96, 0, func(s Sample) Estimate { return Mean(s, 0.95) }},
		{"share", 0.94, 0.98, 0.1586552539314571, func(s Sample) Estimate {
			return Share(s, func(x float64) bool { return x < -1 }, 0.95)
		}},
		{"median", 0.94, 0.98, 0, func(s Sample) Estimate { return Quantile(s, 0.5, 0.95) }},
		{"lower quantile", 0.94, 0.985, -1.2815515655446004, func(s Sample) Estimate { return Quantile(s, 0.1, 0.95) }},
		{"shortfall", 0.91, 0.96, 1.7549833193248684, func(s Sample) Estimate {
			return ExpectedShortfall(s, 0.1, 0.95)
		}},
		{"standard deviation", 0.92, 0.96, 1,
			func(s Sample) Estimate { return Mean(s.with(sdOf(s.with(variancePaths(s)), 1)), 0.95) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			coverage(t, tt.low, tt.high, tt.truth, func(rng *rand.Rand) Estimate { return tt.of(draw(rng)) })
		})
	}
}

// By hand: two clusters and a value of weight 3.
func TestClusterErrorByHand(t *testing.T) {
	s := Sample{X: []float64{1, 3, 5, 7}, W: []float64{1, 1, 3, 1}, Cluster: []int{4, 4, 9, 1}}
	// Mean (1+3+15+7)/6 = 13/3. Totals of deviations: -10/3-4/3 = -14/3, 3·2/3 = 2, 8/3; squares 196/9+4+64/9 = 296/9.
	e := Mean(s, 0.95)
	if want := math.Sqrt(1.5*296/9) / 6; !same(e.Value, 13.0/3, 1e-15) || !same(e.SE, want, 1e-15) || e.N != 4 ||
		e.Warning != FewValues {
		t.Errorf("%+v; want 4.333 ± %v", e, want)
	}
	if got := s.effective(); !same(got, 36.0/14, 1e-15) { // weights of clusters 2, 3 and 1
		t.Errorf("effective number %v; want 36/14", got)
	}
	// Expanded: 1 3 5 5 5 7. The 0.3 quantile lies at 1.5 of 0 to 5.
	if got := Quantile(s, 0.3, 0.95).Value; got != 4 {
		t.Errorf("0.3 quantile %v; want 4", got)
	}
	one := Mean(Sample{X: []float64{1, 2}, Cluster: []int{3, 3}}, 0.95)
	if one.Value != 1.5 || !math.IsNaN(one.SE) || !math.IsNaN(one.Lo) {
		t.Errorf("of one cluster %+v; want a mean without an interval", one)
	}
	if e := Share(Sample{X: []float64{1, 1}, Cluster: []int{3, 3}}, positive, 0.95); e.Value != 1 || !same(e.Lo, 0.025,
		1e-12) || e.Hi != 1 {
		t.Errorf("of one cluster that has it %+v; want 0.025 to 1, as of one observation", e)
	}
}

// Of clustered numbers, a controlled mean has the error of its own numbers by path,
// a covariance with itself is the square of the error, and a tail of many values in
// few clusters is a small one.
func TestClusteredErrorsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 4))
	s := Sample{X: normals(rng, 400)}
	control := plus(normals(rng, 400), 0.3, s.X)
	for i := range s.X {
		s.Cluster, s.W = append(s.Cluster, i/4), append(s.W, rng.Float64())
	}
	e, ys := ControlledPaths(s, control, 0.1, 0.95)
	if own := Mean(s.with(ys), 0.95); !same(own.Value, e.Value, 1e-12) || !same(own.SE, e.SE, 1e-12) {
		t.Errorf("controlled %v ± %v; its numbers by path %v ± %v", e.Value, e.SE, own.Value, own.SE)
	}
	mean := Mean(s, 0.95)
	if plain := mean.SE / e.SE; !same(e.VarianceReduction, plain*plain, 1e-12) {
		t.Errorf("variance reduction %v; want %v", e.VarianceReduction, plain*plain)
	}
	if got := covariance(s, s); !same(got, mean.SE*mean.SE, 1e-12) {
		t.Errorf("covariance with itself %v; want %v", got, mean.SE*mean.SE)
	}
	ten := Sample{X: s.X, Cluster: make([]int, 400)}
	for i := range ten.Cluster {
		ten.Cluster[i] = i / 40
	}
	if a, b := ExpectedShortfall(Sample{X: s.X}, 0.25, 0.95), ExpectedShortfall(ten, 0.25, 0.95); a.Warning != "" ||
		b.Warning != FewInTail {
		t.Errorf("100 values in the tail, warning %q; of ten clusters %q", a.Warning, b.Warning)
	}
	if a, b := FitTail(Sample{X: s.X}, 0.7).Quantile(0.01, 0.95), FitTail(ten, 0.7).Quantile(0.01,
		0.95); a.Warning != "" || b.Warning != FewInTail {
		t.Errorf("280 values in the tail, warning %q; of ten clusters %q", a.Warning, b.Warning)
	}
	slices.Sort(ten.X) // the tail is one cluster
	if e := ExpectedShortfall(ten, 0.05, 0.95); math.IsNaN(e.Value) || !math.IsNaN(e.SE) {
		t.Errorf("of a tail in one cluster %+v; want no standard error", e)
	}
}

func TestSamplesThatAreMistakes(t *testing.T) {
	three := []float64{1, 2, 3}
	for name, s := range map[string]Sample{
		"3 values, 2 weights and 0 clusters": {X: three, W: three[:2]},
		"3 values, 0 weights and 1 clusters": {X: three, Cluster: []int{1}},
		"weight 1 is -1":                     {X: three, W: []float64{1, -1, 1}},
		"weight 0 is NaN":                    {X: three, W: []float64{nan, 1, 1}},
		"weight 2 is +Inf":                   {X: three, W: []float64{1, 1, inf}},
	} {
		for _, f := range []func(){func() { Mean(s, 0.95) }, func() { Quantile(s, 0.5, 0.95) },
			func() { Resampled(s, 0.95, sd.of) }} {
			func() {
				defer func() {
					if text, _ := recover().(string); !strings.HasPrefix(text, "analytics: "+name) {
						t.Errorf("%s: panicked with %q", name, text)
					}
				}()
				f()
			}()
		}
	}
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "other weights or clusters") {
			t.Errorf("panicked with %q", text)
		}
	}()
	PairedDifference(Sample{X: three, W: three}, Sample{X: three}, 0.95)
}
