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
		{Metric: analytics.Metric{Name: "total_return"}, Estimate: analytics.Estimate{
			Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), Warning: analytics.NotEstimable}},
		{Metric: analytics.Metric{Name: "efficiency"}, Estimate: e(math.NaN(), math.NaN(), math.NaN())},
		{
			Metric:   analytics.Metric{Name: "nav"},
			Estimate: analytics.Estimate{Value: 1, Lo: 0.9, Hi: 1.1, Warning: analytics.HeavyTail},
		},
	}, Quantiles: []analytics.NAVQuantile{{P: 0.05, Estimate: e(0.2, 0.1, 0.3)}}}}
	const undecided = "; undecided: the interval contains the bound, and more paths would decide"
	for _, tt := range []struct {
		text string
		met  bool
		said string // in the note if it is met, else in the error
	}{
		{"p_liquidation<0.01", true, // the interval reaches beyond
			"holds: p_liquidation<0.01: T: p_liquidation = 0.0080 (95 % interval 0.0060 to 0.0110)" + undecided},
		{"p_liquidation < 1 %", true, undecided},
		{"p_liquidation<0.02", true,
			"holds: p_liquidation<0.02: T: p_liquidation = 0.0080 (95 % interval 0.0060 to 0.0110)"},
		{"p_liquidation.hi<0.01", false, "does not hold: p_liquidation.hi<0.01: T: p_liquidation.hi = 0.011 ("},
		{"p_liquidation.lo>=0.006", true, "holds: p_liquidation.lo>=0.006: T: p_liquidation.lo = 0.006 ("},
		{"p_liquidation.lo>0.006", false, "does not hold"},
		{"p_liquidation<=0.005", false, "does not hold"},
		{"p_liquidation<=0.007", false, undecided},
		{"log_nav>-1.2", true, "log_nav = −1.00 (95 % interval −1.10 to −0.90)"},
		{"log_nav>-0.5", false, "does not hold"},
		{"efficiency>0", false, "efficiency = –"}, // NaN meets nothing
		{"efficiency<=0", false, "efficiency = –"},
		{"total_return>-2", false, "total_return is not estimable from these paths; want total_return>-2"},
		{"nav_quantile_0.05>0.15", true, undecided},
		{"nav<2", true, "the interval of nav may be too short (heavy-tail)"},
	} {
		rs, err := ParseRequirements([]string{tt.text})
		if err != nil {
			t.Fatal(err)
		}
		notes, err := Require(rs, s)
		if errors.As(err, new(UnmetError)) == tt.met || tt.met && err != nil {
			t.Errorf("%s: %v, want met = %v", tt.text, err, tt.met)
		}
		said := strings.Join(notes, "\n")
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, tt.said) || tt.met && !strings.HasPrefix(said, "holds: "+tt.text) {
			t.Errorf("%s: said %q; want %q in it", tt.text, said, tt.said)
		}
	}
	if _, err := ParseRequirements([]string{"p_liquidatoin<1"}); !errors.As(err, new(InputError)) ||
		!strings.Contains(err.Error(), "did you mean p_liquidation?") {
		t.Errorf("unknown metric: %v", err)
	}
	rs, err := ParseRequirements([]string{"utility>0"}) // a metric that simulate leaves out
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Require(rs, s); !errors.As(err, new(InputError)) ||
		!strings.Contains(err.Error(), `no metric "utility"`) {
		t.Errorf("metric that is not reported: %v", err)
	}
	for _, text := range []string{"nav", "nav<", "nav<x", "nav<NaN", "nav=1"} {
		if _, err := ParseRequirements([]string{text}); !errors.As(err, new(InputError)) {
			t.Errorf("%q: %v, want an input error", text, err)
		}
	}
}
