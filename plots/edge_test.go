package plots

import (
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
)

// edges are figures from input at the ends of what may come.
func edges() map[string]func() (*Figure, error) {
	ramp := func(n int, f func(i int) float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = f(i)
		}
		return out
	}
	flat := func(n int, v float64) []float64 { return ramp(n, func(int) float64 { return v }) }
	years := func(n int, horizon float64) []float64 {
		return ramp(n, func(i int) float64 { return horizon * float64(i) / float64(n-1) })
	}
	fan := func(horizon float64, f func(p, t float64) float64) FanData {
		d := FanData{Title: "Edge", Caption: "Made up.", Times: years(50, horizon), Name: "TOKEN"}
		for i, q := range []*[]float64{&d.P05, &d.P25, &d.P50, &d.P75, &d.P95} {
			p := []float64{0.05, 0.25, 0.5, 0.75, 0.95}[i]
			for _, t := range d.Times {
				*q = append(*q, f(p, t/horizon))
			}
		}
		return d
	}
	one := Series{Name: "only", X: []float64{0.1, 0.2, 0.4},
		Y: []analytics.Estimate{around(-3, 1), {Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}, around(-2, 0.2)}}
	long := strings.Repeat(caption+" ", 6)
	metric := func(label string, scale Scale, log bool, s ...Series) SensitivityPanel {
		return SensitivityPanel{Label: label, Scale: scale, Log: log, Series: s}
	}
	powers := func(name string, f func(x float64) float64) Series {
		s := Series{Name: name}
		for x := 1; x <= 12; x++ {
			s.X = append(s.X, 0.05*float64(x))
			s.Y = append(s.Y, around(f(0.05*float64(x)), 0.1*f(0.05*float64(x))))
		}
		return s
	}
	total := around(0, 0)
	return map[string]func() (*Figure, error){
		"fan-constant": func() (*Figure, error) { return Fan(fan(2.0/365, func(p, t float64) float64 { return 1 })) },
		"fan-wide": func() (*Figure, error) {
			return Fan(fan(5, func(p, t float64) float64 {
				return math.Pow(50, math.Max(0, p-0.5)*2*t) * math.Pow(1e-6, math.Max(0, 0.5-p)*2*t)
			}))
		},
		"fan-ruined": func() (*Figure, error) {
			d := fan(30.0/365, func(p, t float64) float64 {
				if t > 0 {
					return 0
				}
				return 1
			})
			d.Ruined = 1
			d.Medians = []Line{{Name: "Underlying", Y: flat(50, 1.2)}, {Name: "Ideal", Y: flat(50, 1.19)},
				{Name: "Other", Y: flat(50, 1.21)}}
			return Fan(d)
		},
		"fan-long": func() (*Figure, error) {
			d := fan(0.5, func(p, t float64) float64 { return 1 + (p-0.5)*0.01*t })
			d.Title = strings.Repeat("A title that does not end where it should ", 4)
			d.Caption = long
			return Fan(d)
		},
		"decay-equal": func() (*Figure, error) { return DecayDistribution(DecayData{Decay: flat(100, -0.4)}) },
		"decay-zero":  func() (*Figure, error) { return DecayDistribution(DecayData{Decay: flat(100, 0)}) },
		"decay-ten": func() (*Figure, error) {
			return DecayDistribution(DecayData{Title: "Ten paths", Decay: ramp(10, func(i int) float64 {
				return -0.1 * math.Sqrt(float64(i))
			}),
				Quantiles: []Quantile{{0.5, around(-0.2, 0.1)}}, References: []Reference{{"Far away", -3}}})
		},
		"decay-huge": func() (*Figure, error) {
			return DecayDistribution(DecayData{Title: "Huge range", Decay: ramp(5000, func(i int) float64 {
				return math.Pow(10, -6+7.7*float64(i)/4999)
			})})
		},
		"decay-narrow": func() (*Figure, error) {
			return DecayDistribution(DecayData{Title: "Narrow", Decay: ramp(5000, func(i int) float64 {
				return -12345 - 1e-3*math.Sin(float64(i))
			})})
		},
		"decay-rounding": func() (*Figure, error) {
			return DecayDistribution(DecayData{Title: "Rounding", Decay: ramp(50, func(i int) float64 {
				return 0.3 + 1e-16*float64(i)
			})})
		},
		"decay-spike": func() (*Figure, error) {
			return DecayDistribution(DecayData{Title: "Spike", Decay: ramp(9999, func(i int) float64 {
				if i == 0 {
					return 1e9
				}
				return 0.3 + 1e-15*float64(i)
			})})
		},
		"drawdown-one": func() (*Figure, error) {
			return Drawdown(DrawdownData{Title: "One series of ten",
				Series: []DrawdownSeries{{Name: "TOKEN", Depth: ramp(10, func(i int) float64 {
					return float64(i) / 9
				})}}})
		},
		"drawdown-ruined": func() (*Figure, error) {
			return Drawdown(DrawdownData{Title: "All ruined",
				Series: []DrawdownSeries{{Name: "TOKEN", Depth: flat(500, 1)}, {Name: "COIN", Depth: flat(500, 0.3)},
					{Name: "SAFE", Depth: flat(5, 0)}}})
		},
		"costdrag-zero": func() (*Figure, error) {
			return CostDrag(CostDragData{Title: "Free", Label: "Cost drag (% a year)", Scale: Percent,
				Items: []CostItem{{"Fee", around(0, 0)}, {"Gas", around(0, 0)}}})
		},
		"costdrag-negative": func() (*Figure, error) {
			return CostDrag(CostDragData{Title: "Paid to hold", Label: "Cost drag (log units)",
				Items: []CostItem{{"Funding", around(-0.3, 0.02)}, {"Supply interest", around(-0.001, 0.0002)}},
				Total: &total})
		},
		"costdrag-wide": func() (*Figure, error) {
			return CostDrag(CostDragData{Title: "From a millionth to fifty", Label: "Cost drag (log units)",
				Items: []CostItem{{"Gas", around(1e-6, 1e-7)}, {"Borrow interest at a very long name", around(50, 3)}}})
		},
		"replay-ended": func() (*Figure, error) { // with debt from the second hour on, and no event that is usual
			d := PathTimelineData{Title: "Ended", Start: time.Date(2020, 3, 12, 0, 0, 0, 0, time.UTC),
				HealthLabel: "Health factor", Liquidated: 1, Target: 3, Low: math.NaN(), High: math.NaN(),
				Events: []PathTimelineEvent{{20.0 / 8760, "liquidation"}, {21.0 / 8760, "wipe-out"}}}
			for i := range 48 {
				lever, health, nav := 3.0, 1.2, 1.0
				if i == 0 {
					health = math.Inf(1)
				}
				if i > 20 {
					lever, health, nav = math.NaN(), math.NaN(), 0
				}
				d.Times, d.Price = append(d.Times, float64(i)/8760), append(d.Price, 1)
				d.Leverage, d.Health, d.NAV = append(d.Leverage, lever), append(d.Health, health), append(d.NAV, nav)
			}
			return PathTimeline(d)
		},
		"against-ended": func() (*Figure, error) { // and nothing traded
			d := AgainstData{Title: "Ended", Start: time.Date(2020, 3, 12, 0, 0, 0, 0, time.UTC),
				Times: years(25, 1.0/365), Token: AgainstLine{"token", flat(25, 0)},
				Underlying: AgainstLine{"coin", flat(25, 8000)}}
			d.Token.Values[0] = 1
			return Against(d)
		},
		"sensitivity-one": func() (*Figure, error) {
			return Sensitivity(SensitivityData{Title: "One series, a gap", XLabel: "Delay (minutes)",
				Metrics: []SensitivityPanel{metric("Log NAV (log units)", Number, false, one)}})
		},
		"sensitivity-log": func() (*Figure, error) {
			return Sensitivity(SensitivityData{Title: "Twelve by two, log axes",
				XLabel: "Half-width (%)", XScale: Percent,
				XLog: true, Marked: []Reference{{"A", 0.1}, {"B", 0.6}}, Metrics: []SensitivityPanel{
					metric("Rebalances (per year)", Number, true, powers("edge", func(x float64) float64 {
						return 3 / x / x
					}), powers("target", func(x float64) float64 { return 1e-6 / x })),
					metric("Drag (% a year)",
						Percent, true, powers("edge", func(x float64) float64 { return 0.03 + 0.001*x })),
					metric("Equal (%)", Percent, false,
						Series{Name: "edge", X: []float64{0.3}, Y: []analytics.Estimate{around(0.2, 0)}}),
					metric("Below zero, log asked (x)", Number, true, one),
				}})
		},
	}
}

func TestEdges(t *testing.T) {
	for name, build := range edges() {
		t.Run(name, func(t *testing.T) {
			f, err := build()
			if err != nil {
				t.Fatal(err)
			}
			var svg strings.Builder
			if err := f.WriteSVG(&svg); err != nil {
				t.Fatal(err)
			}
			if s := svg.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				t.Error("the SVG has a coordinate that is not a number")
			}
			keep(t, "edge-"+name, f)
		})
	}
}
