package cli

import (
	"errors"
	"math"
	"strings"
	"testing"

	"mcrisk/analytics"
)

func TestRequire(t *testing.T) {
	e := func(v, lo, hi float64) analytics.Estimate { return analytics.Estimate{Value: v, Lo: lo, Hi: hi} }
	s := []analytics.Summary{{Token: "T", Metrics: []analytics.MetricEstimate{
		{Metric: analytics.Metric{Name: "p_liquidation"}, Estimate: e(0.008, 0.006, 0.011)},
		{Metric: analytics.Metric{Name: "log_nav"}, Estimate: e(-1, -1.1, -0.9)},
		{Metric: analytics.Metric{Name: "efficiency"}, Estimate: e(math.NaN(), math.NaN(), math.NaN())},
		{
			Metric:   analytics.Metric{Name: "nav"},
			Estimate: analytics.Estimate{Value: 1, Lo: 0.9, Hi: 1.1, Warning: analytics.HeavyTail},
		},
	}, Quantiles: []analytics.NAVQuantile{{P: 0.05, Estimate: e(0.2, 0.1, 0.3)}}}}
	for _, tt := range []struct {
		text  string
		met   bool
		notes int
	}{
		{"p_liquidation<0.01", true, 1}, // the interval reaches beyond
		{"p_liquidation < 1 %", true, 1},
		{"p_liquidation.hi<0.01", false, 0},
		{"p_liquidation.lo>=0.006", true, 0},
		{"p_liquidation.lo>0.006", false, 0},
		{"p_liquidation<=0.005", false, 0},
		{"log_nav>-1.2", true, 0},
		{"log_nav>-0.5", false, 0},
		{"efficiency>0", false, 0}, // NaN meets nothing
		{"efficiency<=0", false, 0},
		{"nav_quantile_0.05>0.15", true, 1},
		{"nav<2", true, 1}, // the warning
	} {
		rs, err := ParseRequirements([]string{tt.text})
		if err != nil {
			t.Fatal(err)
		}
		notes, err := Require(rs, s)
		if errors.As(err, new(UnmetError)) == tt.met || tt.met && err != nil {
			t.Errorf("%s: %v, want met = %v", tt.text, err, tt.met)
		}
		if len(notes) != tt.notes {
			t.Errorf("%s: notes %q, want %d", tt.text, notes, tt.notes)
		}
	}
	rs, err := ParseRequirements([]string{"p_liquidatoin<1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Require(rs, s); !errors.As(err, new(InputError)) ||
		!strings.Contains(err.Error(), "did you mean p_liquidation?") {
		t.Errorf("unknown metric: %v", err)
	}
	for _, text := range []string{"nav", "nav<", "nav<x", "nav<NaN", "nav=1"} {
		if _, err := ParseRequirements([]string{text}); !errors.As(err, new(InputError)) {
			t.Errorf("%q: %v, want an input error", text, err)
		}
	}
}
