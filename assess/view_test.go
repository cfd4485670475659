package assess

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

func part(kind string, values ...any) param.Part {
	p := param.Part{Kind: kind, Values: param.Values{}}
	for i := 0; i < len(values); i += 2 {
		p.Values[values[i].(string)] = values[i+1].(float64)
	}
	return p
}

// twoTokens is a study of a band token on a loan, whose every answer is known, and of
// a short perpetual that holds.
func twoTokens(t *testing.T, paths int) *study.Study {
	t.Helper()
	s, err := study.New(
		study.Spec{Model: part("gbm", "sigma", 0.9), Horizon: 30 * day, Step: time.Hour,
			Paths: paths, Seed: 2, Marks: 16,
			Tokens: []study.TokenSpec{
				{
					Name:      "band",
					Policy:    part("band", "low", 2.7, "high", 3.3, "to", 1.0),
					Mechanism: part("loan"),
					Values:    param.Values{"fee": 0.001},
				},
				{Name: "short", Policy: part("hold"), Mechanism: part("perp"), Values: param.Values{"target": -2}},
			}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func simulated(t *testing.T, s *study.Study, opt Options) *Simulation {
	t.Helper()
	r, err := Simulate(t.Context(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A view of a simulation and one of what is stored of it say the same.
func TestViewIsWhatIsStored(t *testing.T) {
	for _, plain := range []bool{false, true} {
		r := simulated(t, twoTokens(t, 200), Options{Plain: plain})
		for token := range r.Ensembles {
			v := r.View(token)
			stored := &View{Study: r.Study, Token: token, Ensemble: &r.Ensembles[token], Plain: plain,
				Horizons: r.Horizons[token].Rows(Confidence), Histograms: r.Horizons[token].HistogramRows()}
			for i, m := range stored.Summary().Metrics {
				if want := v.Summary().Metrics[i].Estimate; !same(m.Estimate, want) {
					t.Errorf("%s: %s = %+v; simulated %+v", v.Name(), m.Name, m.Estimate, want)
				}
				if plain && m.VarianceReduction > 0 {
					t.Errorf("%s: %s is corrected in a plain view", v.Name(), m.Name)
				}
			}
			for i, c := range stored.Causes().Causes {
				if want := v.Causes().Causes[i]; !same(c.Over, want.Over) {
					t.Errorf("%s: %s = %+v; simulated %+v", v.Name(), c.Name, c.Over, want.Over)
				}
			}
			median := v.OverTime("nav_p50")
			if len(median.Years) != 16 || median.Years[15] != r.Study.Years() ||
				!slices.Equal(median.Values(), stored.OverTime("nav_p50").Values()) {
				t.Errorf("%s: medians over time %+v", v.Name(), median)
			}
			if none := v.OverTime("nav_p51"); len(none.Years) > 0 {
				t.Errorf("of no name there is %+v", none)
			}
		}
	}
}

// same compares estimates, NaN and all.
func same(a, b analytics.Estimate) bool {
	bits := func(e analytics.Estimate) (all []uint64) {
		for _, v := range []float64{e.Value, e.SE, e.Lo, e.Hi, e.VarianceReduction} {
			all = append(all, math.Float64bits(v))
		}
		return all
	}
	return slices.Equal(bits(a), bits(b)) && a.N == b.N && a.Method == b.Method
}

// Shares of paths that fell so far, by hand, and what costs take of them.
func TestDepthSharesAndCosts(t *testing.T) {
	e := tokens.NewEnsemble(tokens.Token{}, day, 4)
	e.Add("max_drawdown", []float64{0.1, 0.25, 0.5, 0.9})
	v := &View{Study: twoTokens(t, 4), Ensemble: &e}
	for i, want := range []float64{0.75, 0.5, 0.25} {
		if got := v.DepthShares("max_drawdown")[i]; got.Share.Value != want || got.Depth != float64(i+1)/4 ||
			got.Share.N != 4 {
			t.Errorf("share %d is %+v; want %v", i, got, want)
		}
	}
	items, total := simulated(t, twoTokens(t, 100), Options{}).View(0).Costs()
	sum := 0.0
	for _, item := range items {
		sum += item.Drag.Value
		if item.Name == "trade_fee" && !(item.Drag.Value > 0) || item.Name == "funding" && item.Drag.Value != 0 {
			t.Errorf("%s takes %v", item.Name, item.Drag.Value)
		}
	}
	if !(math.Abs(sum-total.Value) < 1e-9) {
		t.Errorf("items take %v, all together %v", sum, total.Value)
	}
}

// Buckets become bins by hand: the outermost five in a thousand are counted, not drawn,
// and bins end where buckets do.
func TestRebin(t *testing.T) {
	identity := func(x float64) float64 { return x }
	row := func(low, high float64, count int) analytics.HistogramRow {
		return analytics.HistogramRow{Years: 1, Name: "leverage", Low: low, High: high, Count: count}
	}
	for name, tt := range map[string]struct {
		rows []analytics.HistogramRow
		want Density
	}{
		"one bucket": {[]analytics.HistogramRow{row(2, 3, 7)}, Density{1, []float64{2, 3}, []int{7}, 0}},
		"a gap": {[]analytics.HistogramRow{row(2, 3, 7), row(5, 6, 4)},
			Density{1, []float64{2, 5, 6}, []int{7, 4}, 0}},
		"rare ends": {[]analytics.HistogramRow{row(1, 2, 5), row(2, 3, 990), row(3, 4, 5)},
			Density{1, []float64{2, 3}, []int{990}, 10}},
		"less rare": {[]analytics.HistogramRow{row(1, 2, 6), row(2, 3, 988), row(3, 4, 6)},
			Density{1, []float64{1, 2, 3, 4}, []int{6, 988, 6}, 0}},
		"narrow first": {[]analytics.HistogramRow{row(1, 1.01, 50), row(1.01, 1.02, 60), row(1.02, 49, 70)},
			Density{1, []float64{1, 49}, []int{180}, 0}},
	} {
		if got := rebin(1, tt.rows, identity, nil); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v; want %+v", name, got, tt.want)
		}
	}
	edged := []analytics.HistogramRow{row(1, 2.99, 300), row(2.99, 3, 10), row(3, 3.01, 20), row(3.01, 5, 300)}
	if got := rebin(1, edged, identity, []float64{3}); !slices.Contains(got.Edges, 3) {
		t.Errorf("bins end at %v; want one at the band's edge, 3", got.Edges)
	}
	many := map[float64][]analytics.HistogramRow{}
	for i := range 64 {
		many[float64(i+1)] = nil
	}
	if got := fourTimes(many); !slices.Equal(got, []float64{1, 5, 16, 64}) {
		t.Errorf("of 64 times these are drawn: %v", got)
	}
	if got := fourTimes(map[float64][]analytics.HistogramRow{3: nil, 2: nil}); !slices.Equal(got, []float64{2, 3}) {
		t.Errorf("of two times these are drawn: %v", got)
	}
	if got := fourTimes(nil); got != nil {
		t.Errorf("of no time these are drawn: %v", got)
	}
}

// Densities hold all paths, and the exact one has the share of them that it should:
// 4,000 paths scatter by less than two in a hundred in each bin's sum.
func TestDecayDensities(t *testing.T) {
	const paths = 4000
	r := simulated(t, twoTokens(t, paths), Options{})
	all := r.View(0).DecayDensities()
	if len(all) != 3 || all[2].Years != r.Study.Years() {
		t.Fatalf("%d times, the last %v", len(all), all[len(all)-1].Years)
	}
	for _, d := range all {
		inside := 0
		for _, n := range d.Counts {
			inside += n
		}
		if inside+d.Beyond != paths || len(d.Counts) > densityBins {
			t.Errorf("after %v years %d paths in %d bins and %d beyond", d.Years, inside, len(d.Counts), d.Beyond)
		}
		if len(d.Exact.X) == 0 {
			if d.Years > 0.01 {
				t.Errorf("after %v years there is no exact density", d.Years)
			}
			continue // so few trades leave steps in the law, which has no density
		}
		area := 0.0
		for i := 1; i < len(d.Exact.X); i++ {
			area += (d.Exact.X[i] - d.Exact.X[i-1]) * (d.Exact.Y[i] + d.Exact.Y[i-1]) / 2
		}
		if want := float64(inside) / paths; !(math.Abs(area-want) < 0.02) {
			t.Errorf("after %v years the exact density has %v between the edges; the paths have %v",
				d.Years, area, want)
		}
		if want := -3 * 0.81 * d.Years; !(math.Abs(d.Ideal/want-1) < 1e-3) { // −½·3·2·σ²t, and the drift's square
			t.Errorf("after %v years the ideal token has decayed by %v; want %v", d.Years, d.Ideal, want)
		}
	}
	for _, d := range r.View(1).DecayDensities() {
		if len(d.Exact.X) > 0 {
			t.Error("a perpetual has an exact law of decay")
		}
	}
}

// Decays, their quantiles and the line of theory, by the definition.
func TestDecays(t *testing.T) {
	r := simulated(t, twoTokens(t, 100), Options{})
	v, e := r.View(1), &r.Ensembles[1]
	decays := v.Decays()
	for i, d := range decays {
		if want := math.Log(e.Column("nav")[i]) + 2*e.Column("log_underlying")[i]; e.Column("nav")[i] > 0 &&
			!(math.Abs(d-want) < 1e-12) {
			t.Fatalf("decay of path %d is %v; want %v", i, d, want)
		}
	}
	if qs := v.DecayQuantiles(); len(qs) == 0 || qs[0].P == 0.05 && math.IsInf(qs[0].Estimate.Lo, 0) {
		t.Errorf("quantiles %+v", qs)
	}
	qv := e.Column("realised_variance")
	c, ok := v.DecayTheory()
	if !ok || c.X[0] != slices.Min(qv) || !(math.Abs(c.X[100]-slices.Max(qv)) < 1e-15) ||
		!(math.Abs(c.Y[0]+3*c.X[0]) < 1e-15) {
		t.Errorf("theory from %v, %v; want −3 times the variance", c.X[0], c.Y[0])
	}
	fall := v.PowerFall()
	if fall.X[50] != 0.5 || fall.Y[50] != 0.75 || fall.Y[0] != 0 || fall.Y[100] != 1 {
		t.Errorf("a fall by half squared is %v", fall.Y[50])
	}
}

// Ten groups of as many paths, each with the mean of its own; paths without a number
// are left out, and too few make no group.
func TestGroupMeans(t *testing.T) {
	var x, y []float64
	for i := range 600 {
		x, y = append(x, float64(599-i)), append(y, 2*float64(599-i)) // downwards
	}
	x, y = append(x, 5, 7), append(y, math.Inf(-1), math.NaN())
	means := GroupMeans(x, y)
	if len(means) != 10 {
		t.Fatalf("%d groups; want 10", len(means))
	}
	for g, m := range means {
		if want := 60*float64(g) + 29.5; m.X != want || m.Y.Value != 2*want || m.Y.N != 60 || !(m.Y.Lo < m.Y.Value) {
			t.Errorf("group %d is %+v; want x %v and y twice that", g, m, want)
		}
	}
	if got := GroupMeans(x[:299], y[:299]); len(got) != 9 { // of 29 or 30 paths
		t.Errorf("of 299 paths there are %d groups of 30; want 9", len(got))
	}
}

// Kinds of causes add up to the result of each group.
func TestCausesBy(t *testing.T) {
	r := simulated(t, twoTokens(t, 120), Options{})
	for _, by := range []Grouping{ByPrice, ByVariance} {
		c := r.View(0).CausesBy(by)
		if len(c.Groups) != 5 || c.Empty != 0 {
			t.Fatalf("%d groups and %d empty ones", len(c.Groups), c.Empty)
		}
		var kinds []string
		sums := make([]float64, 5)
		for _, k := range c.Causes {
			kinds = append(kinds, k.Kind)
			for g, v := range k.Values {
				sums[g] += v
			}
		}
		for g, group := range c.Groups {
			if !(math.Abs(sums[g]-group.Total.Over.Value) < 1e-12) {
				t.Errorf("group %d of %s: kinds add up to %v, the result is %v",
					g, by.Name, sums[g], group.Total.Over.Value)
			}
		}
		if want := []string{
			"underlying", "volatility_decay", "band_effect", "trading", "carry",
		}; !slices.Equal(kinds, want) {
			t.Errorf("kinds are %v; want %v", kinds, want)
		}
	}
}

// The law beside the sample is the exact one where it is known, else the normal one of
// the sample's mean and spread.
func TestLawFit(t *testing.T) {
	r := simulated(t, twoTokens(t, 2000), Options{Plain: true})
	for token, exact := range []bool{true, false} {
		v := r.View(token)
		f, err := v.LawFit()
		if err != nil || f.Exact != exact || len(f.Quantiles) < 39 || len(f.LogNAV) != 2000 {
			t.Fatalf("%s: exact is %v, %d quantiles, %v", v.Name(), f.Exact, len(f.Quantiles), err)
		}
		if !slices.IsSorted(f.CDF.Y) || exact && !(f.CDF.Y[0] < 0.01 && f.CDF.Y[120] > 0.99) {
			t.Errorf("%s: the distribution function goes from %v to %v", v.Name(), f.CDF.Y[0], f.CDF.Y[120])
		}
		mean, _ := v.Summary().Metric("log_nav")
		median := f.Quantiles[slices.IndexFunc(f.Quantiles, func(q LawQuantile) bool { return q.P == 0.5 })]
		if exact && !(median.Sample.Lo <= median.Law && median.Law <= median.Sample.Hi) ||
			!exact && median.Law != mean.Value {
			t.Errorf(
				"%s: the law's median is %v, the sample's %+v, its mean %v",
				v.Name(),
				median.Law,
				median.Sample,
				mean.Value,
			)
		}
	}
	still, err := study.New(study.Spec{Model: part("gbm", "sigma", 0.0), Horizon: day,
		Step: time.Hour, Paths: 3, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "still", Policy: part("hold"), Mechanism: part("loan")}}})
	if err != nil {
		t.Fatal(err)
	}
	if f, err := simulated(t, still, Options{}).View(0).LawFit(); err == nil {
		t.Errorf("of a price that stands still there is a law %+v", f)
	}
}

// The sweep of a band is what each of its settings comes to by itself.
func TestSweepBand(t *testing.T) {
	s := twoTokens(t, 90)
	b, err := SweepBand(t.Context(), s, 0, study.Options{})
	if err != nil || b == nil || len(b.Widths) != 8 || !(math.Abs(b.Baseline-0.3) < 1e-12) || b.Paths != 90 {
		t.Fatalf("%+v, %v", b, err)
	}
	if lo, hi := b.Widths[0], b.Widths[7]; !(math.Abs(lo-0.1) < 1e-12 && math.Abs(hi-0.75) < 1e-12) {
		t.Errorf("from %v to %v; want a third to two and a half times its own", lo, hi)
	}
	for i, to := range []string{"edge", "target"} {
		line := b.Lines[i]
		if line.To != to {
			t.Fatalf("line %d is to the %s", i, line.To)
		}
		for k, width := range b.Widths {
			spec, err := s.Alone(0).Spec().With("to", float64(i))
			if err == nil {
				spec, err = spec.With(study.HalfWidth.Name, width)
			}
			if err != nil {
				t.Fatal(err)
			}
			one, err := study.New(spec)
			if err != nil {
				t.Fatal(err)
			}
			v := simulated(t, one, Options{}).View(0)
			for _, name := range SensitivityMetrics {
				want, _ := v.Summary().Metric(name)
				if got := line.Estimates[name][k]; !same(got, want.Estimate) {
					t.Errorf("%s at %v to the %s is %+v; by itself %+v", name, width, to, got, want.Estimate)
				}
			}
		}
	}
	if b, err := SweepBand(t.Context(), s, 1, study.Options{}); b != nil || err != nil {
		t.Errorf("a token that holds: %+v, %v", b, err)
	}
	for _, tt := range []struct{ own, target, want float64 }{{0.3, 3, 0.75}, {0.3, 1.2, 0.18}, {1, -2, 1.8},
		{0.1, -1, 0.25}} {
		if got := widestBand(tt.own, tt.target); !(math.Abs(got-tt.want) < 1e-12) {
			t.Errorf("the widest band of %v around %v is %v; want %v", tt.own, tt.target, got, tt.want)
		}
	}
	r := simulated(t, s, Options{})
	if err := r.SweepBands(t.Context(), study.Options{}); err != nil || r.Bands[0] == nil || r.Bands[1] != nil {
		t.Errorf("bands %v, %v", r.Bands, err)
	}
}

// A path followed ends as it does among the lifetimes, and trades as often.
func TestFollowPath(t *testing.T) {
	s := twoTokens(t, 40)
	r := simulated(t, s, Options{})
	for token := range r.Ensembles {
		const path = 37
		p, err := FollowPath(t.Context(), s, token, path)
		if err != nil {
			t.Fatal(err)
		}
		n := len(p.Years)
		if p.NAV[n-1] != r.Ensembles[token].Column("nav")[path] || p.Years[0] != 0 ||
			p.NAV[0] != 1 || p.Price[0] != 1 || !slices.IsSorted(p.Years) {
			t.Errorf(
				"token %d begins at %v and ends at %v; its lifetime ends at %v",
				token,
				p.NAV[0],
				p.NAV[n-1],
				r.Ensembles[token].Column("nav")[path],
			)
		}
		if want := int(r.Ensembles[token].Column("rebalances")[path]); len(p.Events) != want {
			t.Errorf("token %d: %d events; want %d rebalances", token, len(p.Events), want)
		}
		banded := p.BandLow == 2.7 && p.BandHigh == 3.3
		if banded != (token == 0) || p.Target != []float64{3, 2}[token] ||
			p.Token != s.Token(token).Name || p.Path != path {
			t.Errorf("token %d: %v to %v around %v", token, p.BandLow, p.BandHigh, p.Target)
		}
	}
	wild, err := study.New(
		study.Spec{Model: part("gbm", "sigma", 4.0), Horizon: 90 * day, Step: time.Hour, Paths: 1, Seed: 1,
			Tokens: []study.TokenSpec{
				{
					Name:      "wild",
					Policy:    part("band", "low", 4.0, "high", 5.0),
					Mechanism: part("loan"),
					Values:    param.Values{"target": 4.5},
				},
			}},
	)
	if err != nil {
		t.Fatal(err)
	}
	p, err := FollowPath(t.Context(), wild, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	last := slices.IndexFunc(p.Events, func(e PathEvent) bool { return e.Name != "rebalance" })
	if last < 1 || slices.ContainsFunc(p.Events[last:], func(e PathEvent) bool { return e.Name == "rebalance" }) ||
		len(p.Years) > timelinePoints+2 {
		t.Errorf("events other than rebalances begin at %d of %d; %d points", last, len(p.Events), len(p.Years))
	}
}

// The ideal token's decay is beside the token's median, and as many paths lie on both sides of it, also where
// variance moves.
func TestIdealDecayIsAMedian(t *testing.T) {
	spec := twoTokens(t, 401).Spec()
	spec.Model = part("garch")
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	v := simulated(t, s, Options{}).View(0)
	below := 0
	for _, qv := range v.Ensemble.Column("realised_variance") {
		if tokens.VolatilityDecay(v.Ensemble.Token.Target, qv) < v.IdealDecay() {
			below++
		}
	}
	if below < 199 || below > 201 {
		t.Errorf("%d of 401 paths decay more in the ideal; want half", below)
	}
}
