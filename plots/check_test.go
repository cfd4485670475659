package plots

import (
	"math"
	"slices"
	"strings"
	"testing"

	"mcrisk/analytics"
)

// What is wrong with the input is said with the figure, the field, the value
// and what was wanted.
func TestErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	small := func() world { return newWorld(2, 40, 20, 0.8) } // anew for each row, which spoils it
	undefined := analytics.Estimate{Value: nan, Lo: nan, Hi: nan}
	fan := func(change func(*FanData)) func() (*Figure, error) {
		return func() (*Figure, error) { d := small().fan(); change(&d); return Fan(d) }
	}
	decay := func(change func(*DecayData)) func() (*Figure, error) {
		return func() (*Figure, error) { d := small().decayData(); change(&d); return DecayDistribution(d) }
	}
	fall := func(change func(*DrawdownData)) func() (*Figure, error) {
		return func() (*Figure, error) { d := small().drawdown(); change(&d); return Drawdown(d) }
	}
	cost := func(change func(*CostDragData)) func() (*Figure, error) {
		return func() (*Figure, error) { d := costs(); change(&d); return CostDrag(d) }
	}
	sense := func(change func(*SensitivityData)) func() (*Figure, error) {
		return func() (*Figure, error) { d := sensitivity(4); change(&d); return Sensitivity(d) }
	}
	for _, tt := range []struct {
		name  string
		build func() (*Figure, error)
		want  string
	}{
		{"empty fan", func() (*Figure, error) { return Fan(FanData{}) }, "Fan: 0 Times; want at least 2"},
		{"times go back", fan(func(d *FanData) { d.Times[3] = d.Times[2] }),
			"Fan: Times are not finite and increasing"},
		{"short quantile", fan(func(d *FanData) { d.P05 = d.P05[1:] }), "Fan: P05 has 20 values for 21 Times"},
		{"NaN quantile", fan(func(d *FanData) { d.P50[4] = nan }), "Fan: P50[4] = NaN; want a finite NAV ≥ 0"},
		{"infinite quantile", fan(func(d *FanData) { d.P95[4] = inf }), "Fan: P95[4] = +Inf"},
		{"quantiles cross", fan(func(d *FanData) { d.P05, d.P95 = d.P95, d.P05 }), "lies below"},
		{"short median", fan(func(d *FanData) { d.Medians[1].Y = nil }),
			`Fan: median "Ideal 3x" has 0 values for 21 Times`},
		{"ruined in percent", fan(func(d *FanData) { d.Ruined = 3 }), "Fan: Ruined = 3; want a share in [0, 1]"},
		{"ruined NaN", fan(func(d *FanData) { d.Ruined = nan }), "Fan: Ruined = NaN"},
		{"median with X", fan(func(d *FanData) { d.Medians[0].X = d.Times }), `median "ETH" has its own X; want nil`},
		{"too many medians", fan(func(d *FanData) { d.Medians = make([]Line, 5) }), "Fan: 5 Medians; want at most 4"},

		{"empty decay", func() (*Figure, error) { return DecayDistribution(DecayData{}) },
			"DecayDistribution: no Decay"},
		{"all ruined", decay(func(d *DecayData) { d.Decay = []float64{nan, -inf} }),
			"DecayDistribution: none of 2 paths has a finite Decay"},
		{"weights missing", decay(func(d *DecayData) { d.Weight = []float64{1} }), "1 Weight for 40 Decay"},
		{"weights zero", decay(func(d *DecayData) { d.Weight = make([]float64, 40) }), "Weight are all zero"},
		{"only the ruined weigh", decay(func(d *DecayData) { d.Decay, d.Weight = []float64{nan, -1}, []float64{1, 0} }),
			"DecayDistribution: Weight of the paths with a finite Decay are all zero"},
		{"weight negative", decay(func(d *DecayData) { d.Weight = slices.Repeat([]float64{-1}, 40) }),
			"Weight[0] = -1; want a finite weight ≥ 0"},
		{"one edge", decay(func(d *DecayData) { d.Edges = []float64{1} }), "1 Edges; want at least 2"},
		{"edges NaN", decay(func(d *DecayData) { d.Edges = []float64{0, nan} }), "Edges are not finite and increasing"},
		{"quantile of 50", decay(func(d *DecayData) { d.Quantiles[0].P = 50 }),
			"Quantiles[0].P = 50; want a share in (0, 1)"},
		{"value outside its interval", decay(func(d *DecayData) { d.Quantiles[0].Estimate.Value = 9 }),
			"want a value within its interval"},
		{"reference NaN", decay(func(d *DecayData) { d.References[0].At = nan }), "is at NaN; want a finite value"},

		{"empty drawdown", func() (*Figure, error) { return Drawdown(DrawdownData{}) },
			"Drawdown: 0 Series; want 1 to 5"},
		{"no depths", fall(func(d *DrawdownData) { d.Series[1].Depth = nil }), `Drawdown: series "ETH" has no Depth`},
		{"depth in percent", fall(func(d *DrawdownData) { d.Series[1].Depth[2] = 35 }),
			`series "ETH": Depth[2] = 35; want a fraction in [0, 1]`},
		{"depth negative", fall(func(d *DrawdownData) { d.Series[0].Depth[0] = -0.5 }), `Depth[0] = -0.5`},
		{"depth NaN", fall(func(d *DrawdownData) { d.Series[0].Depth[0] = nan }), `Depth[0] = NaN`},
		{"mark outside", fall(func(d *DrawdownData) { d.Series[0].Marks[0].Depth = 25 }), "Marks[0].Depth = 25"},

		{"empty costs", func() (*Figure, error) { return CostDrag(CostDragData{}) }, "CostDrag: no Items"},
		{"nameless cost", cost(func(d *CostDragData) { d.Items[0].Name = "" }), "CostDrag: Items[0] has no Name"},
		{"NaN cost", cost(func(d *CostDragData) { d.Items[1].Drag = undefined }), `CostDrag: item "Impact": Drag = `},
		{"NaN total", cost(func(d *CostDragData) { d.Total = &undefined }), "CostDrag: Total = "},

		{"empty sensitivity", func() (*Figure, error) { return Sensitivity(SensitivityData{}) },
			"Sensitivity: no Metrics"},
		{"no unit", sense(func(d *SensitivityData) { d.XLabel = "" }),
			"Sensitivity: XLabel is empty; want the parameter and its unit"},
		{"no series", sense(func(d *SensitivityData) { d.Metrics[1].Series = nil }), "has no Series and no Exact line"},
		{"fewer Y", sense(func(d *SensitivityData) { d.Metrics[0].Series[0].Y = d.Metrics[0].Series[0].Y[1:] }),
			`metric "Cost drag (% a year)", series "to the edge": 4 X and 3 Y`},
		{"X repeats", sense(func(d *SensitivityData) { d.Metrics[0].Series[0].X[1] = 0.05 }),
			"X are not finite and increasing"},
		{"NaN only", sense(func(d *SensitivityData) {
			d.Metrics[0].Series[0].Y = slices.Repeat([]analytics.Estimate{undefined}, 4)
		}), "every value is NaN"},
		{"infinite", sense(func(d *SensitivityData) { d.Metrics[0].Series[0].Y[0].Value = inf }), "Y[0] = {Value:+Inf"},
		{"one-ended interval", sense(func(d *SensitivityData) { d.Metrics[0].Series[0].Y[0].Hi = nan }),
			"want a finite value within its interval, or NaN"},
		{"exact line NaN", sense(func(d *SensitivityData) {
			d.Metrics[0].Exact[0].Y = slices.Repeat([]float64{nan},
				56)
		}), `line "exact, to the edge" has no finite Y`},
		{"exact line infinite", sense(func(d *SensitivityData) { d.Metrics[0].Exact[0].Y[3] = inf }),
			`line "exact, to the edge": Y[3] = +Inf`},
		{"log of nothing", sense(func(d *SensitivityData) { d.XLog, d.Marked[0].At = true, 0 }),
			"XLog with X from 0; want positive values"},
		{"marked NaN", sense(func(d *SensitivityData) { d.Marked[0].At = nan }), "is at NaN; want a finite value"},
	} {
		f, err := tt.build()
		if err == nil || f != nil {
			t.Errorf("%s: figure %v, error %v; want an error", tt.name, f != nil, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "plots: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %q, want it to say %q", tt.name, err, tt.want)
		}
	}
}

// All faults are reported at once.
func TestErrorsTogether(t *testing.T) {
	_, err := Sensitivity(SensitivityData{Marked: []Reference{{"own", math.Inf(1)}}})
	for _, want := range []string{"no Metrics", "XLabel is empty", "is at +Inf"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}
