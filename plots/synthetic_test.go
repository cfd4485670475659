package plots

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"mcrisk/analytics"
)

// A world is a small made-up study: a 3x token on a driftless underlying with
// 80 % volatility, followed by the day.
type world struct {
	times                    []float64   // years
	token, underlying, ideal [][]float64 // by time, then path
	decay                    []float64   // by path; NaN if ruined
	tokenFall, plainFall     []float64   // maximum drawdown by path
}

// newWorld simulates paths of days with a seed, with jumps that ruin the token
// now and then.
func newWorld(seed uint64, paths, days int, sigma float64) world {
	rng := rand.New(rand.NewPCG(seed, 1))
	w := world{}
	for t := range days + 1 {
		w.times = append(w.times, float64(t)/365)
		w.token = append(w.token, make([]float64, paths))
		w.underlying = append(w.underlying, make([]float64, paths))
		w.ideal = append(w.ideal, make([]float64, paths))
	}
	for i := range paths {
		s, variance := 0.0, 0.0
		nav, leverage := 1.0, 3.0
		peakS, peakN, fallS, fallN := 0.0, 1.0, 0.0, 0.0
		for t := range days + 1 {
			if t > 0 {
				dt := 1.0 / 365
				r := -sigma*sigma/2*dt + sigma*math.Sqrt(dt)*rng.NormFloat64()
				if rng.Float64() < 0.3*dt {
					r -= 0.45 * rng.Float64()
				}
				s += r
				variance += r * r
				gain := 1 + leverage*math.Expm1(r)
				if gain <= 0 {
					nav = 0
				} else {
					nav *= gain
					leverage *= math.Exp(r) / gain
				}
				if leverage < 2.8 || leverage > 3.2 {
					nav *= max(0, 1-0.001*math.Abs(leverage-3))
					leverage = 3
				}
				nav *= 1 - 0.04*2*dt
			}
			w.token[t][i], w.underlying[t][i] = nav, math.Exp(s)
			w.ideal[t][i] = math.Exp(3*s - 3*variance)
			peakS, peakN = max(peakS, s), max(peakN, nav)
			fallS, fallN = max(fallS, -math.Expm1(s-peakS)), max(fallN, 1-nav/peakN)
		}
		if nav > 0 {
			w.decay = append(w.decay, math.Log(nav)-3*s)
		} else {
			w.decay = append(w.decay, math.NaN())
		}
		w.tokenFall, w.plainFall = append(w.tokenFall, fallN), append(w.plainFall, fallS)
	}
	return w
}

func at(values []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(p*float64(len(sorted)-1))]
}

func over(times [][]float64, p float64) (out []float64) {
	for _, vs := range times {
		out = append(out, at(vs, p))
	}
	return out
}

func around(v, half float64) analytics.Estimate {
	return analytics.Estimate{Value: v, SE: half / 1.96, Lo: v - half, Hi: v + half, Confidence: 0.95, N: 1000,
		Method: analytics.Normal}
}

const caption = "Lifetimes: 1,000 of 365 daily steps. " +
	"Model: geometric Brownian motion, μ = 0, σ = 80 % a year, with jumps. " +
	"Token: 3x, band 2.8 to 3.2, to target. Seed 1. Intervals: 95 %."

func (w world) fan() FanData {
	ruined := 0.0
	for _, v := range w.token[len(w.token)-1] {
		if v == 0 {
			ruined += 1 / float64(len(w.decay))
		}
	}
	return FanData{
		Title: "Value of ETHBULL3X over a year", Caption: caption, Times: w.times, Name: "ETHBULL3X",
		P05: over(w.token, 0.05), P25: over(w.token, 0.25), P50: over(w.token, 0.5), P75: over(w.token, 0.75),
		P95:     over(w.token, 0.95),
		Medians: []Line{{Name: "ETH", Y: over(w.underlying, 0.5)}, {Name: "Ideal 3x", Y: over(w.ideal, 0.5)}},
		Ruined:  ruined,
	}
}

func (w world) drawdown() DrawdownData {
	marks := func(depths []float64) (ms []DepthReached) {
		for _, d := range []float64{0.25, 0.5, 0.75, 0.9} {
			k := 0.0
			for _, v := range depths {
				if v >= d {
					k++
				}
			}
			n := float64(len(depths))
			half := 1.96 * math.Sqrt(k/n*(1-k/n)/n)
			ms = append(ms, DepthReached{d, around(k/n, half)})
		}
		return ms
	}
	return DrawdownData{
		Title: "Deepest fall within a year", Caption: caption,
		Series: []DrawdownSeries{
			{Name: "ETHBULL3X", Depth: w.tokenFall, Marks: marks(w.tokenFall)},
			{Name: "ETH", Depth: w.plainFall, Marks: marks(w.plainFall)},
		},
	}
}

func (w world) decayData() DecayData {
	var alive []float64
	for _, v := range w.decay {
		if finite(v) {
			alive = append(alive, v)
		}
	}
	q := func(p, half float64) Quantile { return Quantile{p, around(at(alive, p), half)} }
	return DecayData{
		Title: "Decay of ETHBULL3X over a year", Caption: caption, Decay: w.decay,
		Quantiles:  []Quantile{q(0.05, 0.09), q(0.5, 0.03), q(0.95, 0.02)},
		References: []Reference{{"Ideal token −½T(T−1)σ²t", -3 * 0.64}},
	}
}

func costs() CostDragData {
	total := around(0.2039, 0.004)
	return CostDragData{
		Title: "What ETHBULL3X costs its holder", Caption: caption, Label: "Cost drag (log units per year)",
		Items: []CostItem{
			{"Trade fee", around(0.0312, 0.0011)}, {"Impact", around(0.0121, 0.0008)},
			{"Gas", around(0.00004, 0.000002)},
			{"Borrow interest", around(0.1102, 0.0031)}, {"Supply interest", around(-0.0150, 0.0007)},
			{"Funding", around(0, 0)}, {"Streaming fee", around(0.0195, 0)},
			{"Liquidation penalty", around(0.0459, 0.0121)}, {"Entry fee", around(0, 0)},
		},
		Total: &total,
	}
}

func sensitivity(n int) SensitivityData {
	rng := rand.New(rand.NewPCG(7, 7))
	metric := func(label string, scale Scale, half float64, f, g func(h float64) float64) SensitivityPanel {
		m := SensitivityPanel{Label: label, Scale: scale}
		for k, f := range []func(float64) float64{f, g} {
			s := Series{Name: []string{"to the edge", "to the target"}[k]}
			for i := range n {
				h := 0.05 + 0.55*float64(i)/float64(n-1)
				s.X = append(s.X, h)
				s.Y = append(s.Y, around(f(h)+0.4*half*rng.NormFloat64(), half))
			}
			m.Series = append(m.Series, s)
		}
		return m
	}
	drag := func(h float64) float64 { return 0.08 + 0.004/h }
	d := SensitivityData{
		Title: "How the band's half-width changes ETHBULL3X", Caption: caption,
		XLabel: "Half-width of the band (leverage)",
		Marked: []Reference{{"ETHBULL3X: 0.2", 0.2}},
		Metrics: []SensitivityPanel{
			metric("Cost drag (% a year)", Percent, 0.004, drag, func(h float64) float64 { return 0.08 + 0.006/h }),
			metric("Tracking error against the ideal (% a year)", Percent, 0.003, func(h float64) float64 {
				return 0.3 * h
			}, func(h float64) float64 { return 0.22 * h }),
			metric("Maximum drawdown, mean (%)", Percent, 0.006, func(h float64) float64 {
				return 0.86 + 0.01*h
			}, func(h float64) float64 { return 0.86 + 0.03*h }),
			metric("Rebalances (per year)", Number, 1.5, func(h float64) float64 {
				return 18 / h
			}, func(h float64) float64 { return 5 / h / h * 0.2 }),
			metric("Log NAV, mean (log units)", Number, 0.05, func(h float64) float64 {
				return -1.92 - 0.1*h
			}, func(h float64) float64 { return -1.95 - 0.2*h }),
		},
	}
	exact := Line{Name: "exact, to the edge"}
	for h := 0.05; h < 0.605; h += 0.01 {
		exact.X = append(exact.X, h)
		exact.Y = append(exact.Y, drag(h))
	}
	d.Metrics[0].Exact = []Line{exact}
	return d
}

// gallery is every figure from realistic numbers, by file name.
func gallery() map[string]func() (*Figure, error) {
	w := newWorld(1, 1000, 365, 0.8)
	all := second(w)
	maps.Copy(all, map[string]func() (*Figure, error){
		"fan":         func() (*Figure, error) { return Fan(w.fan()) },
		"decay":       func() (*Figure, error) { return DecayDistribution(w.decayData()) },
		"costdrag":    func() (*Figure, error) { return CostDrag(costs()) },
		"drawdown":    func() (*Figure, error) { return Drawdown(w.drawdown()) },
		"sensitivity": func() (*Figure, error) { return Sensitivity(sensitivity(12)) },
		"moves":       func() (*Figure, error) { return Sensitivity(moves()) },
		"floorcost":   func() (*Figure, error) { return Sensitivity(floorCost()) },
	})
	return all
}

// moves is the value of an ordinary and a protected token against the move of their underlying, on ranges of their own.
func moves() SensitivityData {
	d := SensitivityData{Title: "Value against the underlying's move", Caption: caption, Columns: 3, Apart: true,
		XLabel: "Move of the underlying (%)", XScale: Percent}
	for i, wide := range []float64{0.3, 0.6, 1} {
		m := SensitivityPanel{Label: []string{"NAV after 30 days", "NAV after 91 days", "NAV after a year"}[i],
			Log: true}
		ordinary, protected, spot := Series{Name: "ordinary"}, Series{Name: "protected"}, Line{Name: "spot"}
		for n := range 11 {
			s := math.Exp(wide * float64(n-5) / 4)
			x, square := s-1, s*s*(1-0.1*wide)
			ordinary.X, ordinary.Y = append(ordinary.X, x), append(ordinary.Y, around(square, 0.04*square))
			floor := max(1, 1+1.8*x) - 0.2*wide
			protected.X, protected.Y = append(protected.X, x), append(protected.Y, around(floor, 0.05*floor))
			spot.X, spot.Y = append(spot.X, x), append(spot.Y, s)
		}
		m.Series, m.Exact = []Series{ordinary, protected}, []Line{spot}
		d.Metrics = append(d.Metrics, m)
	}
	return d
}

// floorCost is the cost of a floor against volatility, with a line at zero, beside lines of funding that are exact.
func floorCost() SensitivityData {
	d := SensitivityData{Title: "What the floor costs against volatility", Caption: caption,
		XLabel: "Volatility of the underlying (% a year)", XScale: Percent}
	growth := SensitivityPanel{Label: "Growth given up (log points a year)", Zero: true}
	funding := SensitivityPanel{Label: "Funding on the size (% a year)", Scale: Percent, Zero: true}
	cost := Series{Name: "ordinary less protected"}
	venue, fair := Line{Name: "venue"}, Line{Name: "everlasting call, 30d"}
	for n := range 9 {
		v := 0.2 + 0.1*float64(n)
		cost.X, cost.Y = append(cost.X, v), append(cost.Y, around(0.7-3*v*v, 0.1*v))
		venue.X, venue.Y = append(venue.X, v), append(venue.Y, 0.4)
		fair.X, fair.Y = append(fair.X, v), append(fair.Y, 1.23*v)
	}
	growth.Series, funding.Exact = []Series{cost}, []Line{venue, fair}
	d.Metrics = []SensitivityPanel{growth, funding}
	return d
}
