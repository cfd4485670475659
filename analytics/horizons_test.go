package analytics_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// Counts in one pass against the same numbers from columns kept whole: each
// probability to the bit, each quantile to rounding.
func TestHorizonsAgainstColumns(t *testing.T) {
	spec := stormy(700)
	spec.Tokens = spec.Tokens[:2]
	const token = 0
	var times []float64
	marks := make([]analytics.MarkSample, spec.Marks)
	var h *analytics.Horizons
	e := run(t, spec, func(c *study.Chunk) error {
		for i, m := range c.Marks {
			if len(times) < spec.Marks {
				times = append(times, m.Time.Hours()/8760)
			}
			marks[i] = analytics.MarkSample{NAV: m.NAV[token], Price: m.Price[0], Ideal: m.Ideal[token],
				Leverage: m.Leverage[token], Low: m.Low[token], High: m.High[token]}
		}
		h = analytics.NewHorizons(times, 3)
		var firsts, seconds []analytics.MarkSample
		for _, m := range marks { // in two parts, which must add up
			first, second := m, m
			for _, x := range []struct{ a, b *[]float64 }{{&first.NAV, &second.NAV}, {&first.Price, &second.Price},
				{&first.Ideal, &second.Ideal}, {&first.Leverage, &second.Leverage}, {&first.Low, &second.Low},
				{&first.High, &second.High}} {
				*x.a, *x.b = (*x.a)[:300], (*x.b)[300:]
			}
			firsts, seconds = append(firsts, first), append(seconds, second)
		}
		h.AddPaths(firsts)
		h.AddPaths(seconds)
		return nil
	})[token]
	rows := h.Rows(0.95)
	find := func(at float64, name string) analytics.Estimate {
		for _, r := range rows {
			if r.Years == at && r.Name == name {
				return r.Estimate
			}
		}
		t.Fatalf("no %s at %v", name, at)
		return analytics.Estimate{}
	}
	for i, at := range times {
		m := marks[i]
		var drawdown, decay, multiple, leverage []float64
		counts := map[string]int{}
		add := func(name string, is bool) {
			if is {
				counts[name]++
			}
		}
		for p, nav := range m.NAV {
			drawdown = append(drawdown, 1-nav/m.High[p])
			decay = append(decay, nav/math.Pow(m.Price[p], 3))
			if nav > 0 {
				multiple = append(multiple, math.Log(nav)/math.Log(m.Price[p]))
			}
			if m.Leverage[p] > 0 {
				leverage = append(leverage, m.Leverage[p])
			}
			add("p_loss_50", nav < 0.5)
			add("p_lost_50", m.Low[p] < 0.5)
			add("p_gain_25", nav >= 1.25)
			add("p_gained_25", m.High[p] >= 1.25)
			add("p_profit", nav > 1)
			add("p_beats_underlying", nav > m.Price[p])
			add("p_beats_linear", nav > 1+3*(m.Price[p]-1))
			add("ruined", nav == 0)
		}
		for name, k := range counts {
			want := analytics.Proportion(k, len(m.NAV), 0.95)
			if got := find(at, name); got.Value != want.Value || got.Lo != want.Lo || got.N != want.N {
				t.Errorf("%s at %v: %+v, want %+v", name, at, got, want)
			}
		}
		for name, xs := range map[string][]float64{"nav": m.NAV, "underlying": m.Price, "ideal": m.Ideal,
			"drawdown": drawdown, "decay_factor": decay, "multiple": multiple, "leverage": leverage} {
			for _, p := range []string{"05", "50", "95"} {
				level := map[string]float64{"05": 0.05, "50": 0.5, "95": 0.95}[p]
				want := analytics.Quantile(analytics.Sample{X: xs}, level, 0.95)
				got := find(at, name+"_p"+p)
				if math.Abs(got.Value-want.Value) > 1e-9*math.Abs(want.Value)+1e-12 || got.N != len(xs) ||
					got.Lo > want.Lo+1e-9*math.Abs(want.Lo)+1e-12 || got.Hi < want.Hi-1e-9*math.Abs(want.Hi)-1e-12 {
					t.Errorf("%s_p%s at %v: %+v, want %+v", name, p, at, got.Value, want)
				}
			}
		}
	}
	// Each path's series by the function for histories.
	series := map[string][]float64{}
	for p := range marks[0].NAV {
		values := []float64{1}
		for _, m := range marks {
			values = append(values, m.NAV[p])
		}
		if values[len(values)-1] == 0 {
			continue
		}
		for _, m := range analytics.SeriesMetrics(values, append([]float64{0}, times...), analytics.SeriesOptions{}) {
			if !math.IsNaN(m.Value) && !math.IsInf(m.Value, 0) {
				series[m.Name] = append(series[m.Name], m.Value)
			}
		}
	}
	for _, name := range analytics.PathSeries {
		want := analytics.Quantile(analytics.Sample{X: series[name]}, 0.5, 0.95)
		if got := find(times[len(times)-1],
			"series_"+name+"_p50"); math.Abs(got.Value-want.Value) > 1e-9*math.Abs(want.Value) ||
			got.N != len(series[name]) {
			t.Errorf("median %s = %v over %d, want %v over %d", name, got.Value, got.N, want.Value, len(series[name]))
		}
	}
	// What is seen at the last mark is what the lifetimes say.
	last := times[len(times)-1]
	if got, want := find(last, "p_lost_50").Value, share(e.Column("min_nav"),
		func(v float64) bool { return v < 0.5 }); got != want {
		t.Errorf("p_lost_50 = %v at the end, the lifetimes say %v", got, want)
	}
	// What happens by a time cannot unhappen.
	for _, r := range rows {
		if strings.HasPrefix(r.Name, "p_lost") || strings.HasPrefix(r.Name, "p_gained") || r.Name == "ruined" {
			if i := slices.Index(times, r.Years); i > 0 && find(times[i-1], r.Name).Value > r.Value {
				t.Errorf("%s falls to %v at %v", r.Name, r.Value, r.Years)
			}
		}
	}
}

func share(xs []float64, is func(float64) bool) float64 {
	k := 0
	for _, x := range xs {
		if is(x) {
			k++
		}
	}
	return float64(k) / float64(len(xs))
}

// A path that lost everything has a decay factor of zero, also where S^T is too
// small a number to divide by.
func TestDecayOfTheRuined(t *testing.T) {
	h := analytics.NewHorizons([]float64{1}, 5)
	h.Add(0, analytics.MarkSample{NAV: []float64{0, 1, 1}, Price: []float64{1e-70, 1, 1}, Ideal: []float64{0, 1, 1},
		Leverage: []float64{0, 5, 5}, Low: []float64{0, 1, 1}, High: []float64{1, 1, 1}})
	for p, want := range map[float64]float64{0: 0, 0.5: 1} {
		if got := h.Decay[0].Quantile(p, 0.95).Value; !(math.Abs(got-want) <= 0.005) {
			t.Errorf("quantile %v of the decay factor = %v; want %v", p, got, want)
		}
	}
}

// Beyond so many paths that they are not kept, a quantile is within what its row
// says of the exact one, also where it is close to 1, has no digits beyond, and an
// interval that holds the exact one. Where all paths are alike it is what they are.
func TestHorizonsResolution(t *testing.T) {
	const n = analytics.KeptAtMarks + 1
	h := analytics.NewHorizons([]float64{1}, 3)
	var m analytics.MarkSample
	drawdown := make([]float64, n)
	for i := range n {
		nav := math.Exp(0.02 * (float64(i*7919%n)/n - 0.5)) // in no order
		m.NAV, m.High, m.Low = append(m.NAV, nav), append(m.High, 1.02), append(m.Low, 0.9)
		m.Price, m.Ideal, m.Leverage = append(m.Price, 1.5), append(m.Ideal, 1.00498), append(m.Leverage, 3+nav)
		drawdown[i] = 1 - nav/1.02
	}
	h.Add(0, m)
	rows := map[string]analytics.HorizonRow{}
	for _, r := range h.Rows(0.95) {
		rows[r.Name] = r
	}
	for name, xs := range map[string][]float64{"nav": m.NAV, "drawdown": drawdown} {
		for level, p := range map[string]float64{"05": 0.05, "50": 0.5, "95": 0.95} {
			r, want := rows[name+"_p"+level], analytics.Quantile(analytics.Sample{X: xs}, p, 0.95)
			if !(math.Abs(r.Value-want.Value) <= analytics.MarkResolution*math.Abs(want.Value)) ||
				r.Lo > want.Lo+1e-12 || r.Hi < want.Hi-1e-12 {
				t.Errorf("%s = %v in [%v, %v]; want %v in [%v, %v]", r.Name, r.Value, r.Lo, r.Hi,
					want.Value, want.Lo, want.Hi)
			}
			if text := strconv.FormatFloat(r.Value, 'g', -1, 64); len(text) > len("0.001234") ||
				!strings.HasSuffix(r.Doc, "to within 0.2 %") {
				t.Errorf("%s = %s, %q; want four digits, and how many count", r.Name, text, r.Doc)
			}
		}
	}
	for name, want := range map[string]float64{"underlying_p05": 1.5, "ideal_p95": 1.00498} {
		if r := rows[name]; r.Value != want || r.Lo != want || r.Hi != want || strings.Contains(r.Doc, "within") {
			t.Errorf("%s of equal paths: %+v; want %v", name, r, want)
		}
	}
}

// Bins of leverage end at the edges of the band, and a leverage that is at an edge
// but for rounding is inside.
func TestLeverageBinsEndAtTheBand(t *testing.T) {
	h := analytics.NewHorizons([]float64{1}, 3)
	h.Band = [2]float64{2.7, 3.3}
	levers := []float64{math.Nextafter(2.7, 0), 2.7, 2.71, 3, math.Nextafter(3.3, 0), 3.3, math.Nextafter(3.3, 4),
		2.69, 3.31, 9}
	ones := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	h.Add(0, analytics.MarkSample{NAV: ones, Price: ones, Ideal: ones, Leverage: levers, Low: ones, High: ones})
	inside, total := 0, 0
	for _, r := range h.HistogramRows() {
		if r.Name != "leverage" {
			continue
		}
		total += r.Count
		if r.Low < 2.7 && r.High > 2.7 || r.Low < 3.3 && r.High > 3.3 {
			t.Errorf("a bin from %v to %v; want an end at the band's edge", r.Low, r.High)
		}
		if r.Low >= 2.7 && r.High <= 3.3 {
			inside += r.Count
		}
	}
	if inside != 7 || total != len(levers) {
		t.Errorf("%d of %d inside the band; want 7 of %d", inside, total, len(levers))
	}
}

// Near total loss and near none a drawdown is known to a fraction of what is
// left and of what is lost, and no end of an interval is beyond 1.
func TestDrawdownsAtTheEnds(t *testing.T) {
	h := analytics.NewHorizons([]float64{1}, 3)
	var m analytics.MarkSample
	var drawdowns []float64
	for i := range 1001 {
		left := math.Pow(10, -6*float64(i)/1000) // of a highest of 2
		if i > 500 {
			left = 1 - math.Pow(10, -6*float64(i-500)/500)
		}
		drawdowns = append(drawdowns, 1-left)
		m.NAV, m.High, m.Low = append(m.NAV, 2*left), append(m.High, 2), append(m.Low, 2*left)
		m.Price, m.Ideal, m.Leverage = append(m.Price, 1), append(m.Ideal, 1), append(m.Leverage, 3)
	}
	h.Add(0, m)
	for _, r := range h.Rows(0.95) {
		if level, ok := map[string]float64{"drawdown_p05": 0.05, "drawdown_p50": 0.5,
			"drawdown_p95": 0.95}[r.Name]; ok {
			want := analytics.Quantile(analytics.Sample{X: drawdowns}, level, 0.95)
			near := analytics.MarkResolution * want.Value * (1 - want.Value)
			if !(math.Abs(r.Value-want.Value) <= near && r.Lo <= want.Lo+1e-12 && r.Hi >= want.Hi-1e-12 &&
				r.Hi <= 1) {
				t.Errorf("%s = %v in [%v, %v]; want %v in [%v, %v]", r.Name, r.Value, r.Lo, r.Hi, want.Value, want.Lo,
					want.Hi)
			}
		}
	}
	ruined := analytics.NewHorizons([]float64{1}, 3)
	for range 100 {
		ruined.Add(0, analytics.MarkSample{NAV: []float64{0}, Price: []float64{0.5}, Ideal: []float64{0.1},
			Leverage: []float64{0}, Low: []float64{0}, High: []float64{1}})
	}
	for _, r := range ruined.Rows(0.95) {
		if r.Name == "drawdown_p50" && !(r.Value == 1 && r.Lo == 1 && r.Hi == 1) {
			t.Errorf("drawdown of the ruined: %+v", r.Estimate)
		}
	}
}

// A token that does the same as another holding is not ahead of it, whatever the
// last digits say.
func TestTheSameIsNotAhead(t *testing.T) {
	spec := stormy(256)
	hold := spec.Tokens[0]
	hold.Values = param.Values{"target": 2}
	hold.Policy, hold.Mechanism = part("hold", nil), part("perp", param.Values{"funding": 0})
	spec.Tokens = []study.TokenSpec{hold}
	h := &analytics.Horizons{}
	e := run(t, spec, func(c *study.Chunk) error {
		h = analytics.NewHorizons([]float64{1}, 2)
		m := c.Marks[len(c.Marks)-1]
		h.Add(0, analytics.MarkSample{NAV: m.NAV[0], Price: m.Price[0], Ideal: m.Ideal[0], Leverage: m.Leverage[0],
			Low: m.Low[0], High: m.High[0]})
		return nil
	})[0]
	liquidated := share(e.Column("liquidations"), func(v float64) bool { return v > 0 })
	for _, r := range h.Rows(0.95) {
		if r.Name == "p_beats_linear" && r.Value > liquidated {
			t.Errorf("%s = %v at the mark; want at most the %v that were liquidated", r.Name, r.Value, liquidated)
		}
	}
	c := analytics.Case{Ensemble: &e, Confidence: 0.95}
	if v := c.Estimate(analytics.MustLookup("p_beats_linear")).Value; v > liquidated {
		t.Errorf("p_beats_linear = %v; want at most the %v that were liquidated", v, liquidated)
	}
}
