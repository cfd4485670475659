package assess_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/models"
	"mcrisk/paths"
)

// hourly is a history of hours of geometric Brownian motion, with closes alone.
func hourly(n int, sigma float64) *paths.History {
	h := &paths.History{Name: "hours", Step: time.Hour}
	g := paths.Generator{Model: models.GBM{Sigma: sigma}, Grid: paths.Grid{Step: time.Hour, Steps: n}, Seed: 1}
	price, start := 100.0, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, r := range g.Returns(0)[0] {
		open := price
		price *= math.Exp(r)
		h.Bars = append(h.Bars, paths.Bar{
			Start: start.Add(time.Duration(i) * time.Hour), Open: open, Close: price,
			High: max(open, price), Low: min(open, price), Volume: math.NaN(),
		})
	}
	return h
}

// Fits come in the order of the kinds, with what the sample itself says.
func TestCalibrate(t *testing.T) {
	c, err := assess.Calibrate(t.Context(), hourly(3000, 0.6), []string{"merton", "gbm"}, false)
	if err != nil || len(c.Fits) != 2 || c.Fits[0].Kind != "merton" || c.Fits[1].Kind != "gbm" || len(c.Unfitted) > 0 {
		t.Fatalf("%v: %d fits, %v", err, len(c.Fits), c.Unfitted)
	}
	if sigma := c.Fits[1].Values[1]; len(c.Returns) != 2999 ||
		math.Abs(sigma-0.6) > 4*c.Fits[1].SE[1] || c.Jumps.Z > 4 {
		t.Errorf("%d returns, sigma %v, z %v", len(c.Returns), sigma, c.Jumps.Z)
	}
	l, err := c.Likeness(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}; !slices.Equal(l.Levels, want) ||
		len(l.Laws) != 2 || l.Steps != 16*2999 {
		t.Errorf("levels %v, %d laws of %d steps; want %v, 2 and %d", l.Levels, len(l.Laws), l.Steps, want, 16*2999)
	}
	for _, law := range l.Laws {
		for i, q := range law.Quantiles {
			// The sample's interval has 95 %; three times it and what was simulated.
			if e := l.History[i]; q < e.Value-3*(e.Value-e.Lo) || q > e.Value+3*(e.Hi-e.Value) {
				t.Errorf("%s: quantile %v is %v; the history's %v to %v", law.Kind, l.Levels[i], q, e.Lo, e.Hi)
			}
			if math.Abs(law.Squares[0]) > 0.02 {
				t.Errorf("%s: squares of independent returns have the autocorrelation %v", law.Kind, law.Squares[0])
			}
		}
	}
}

// garch keeps the sample's volatility; untargeted it has its own.
func TestCalibrateTargeting(t *testing.T) {
	for _, untargeted := range []bool{false, true} {
		c, err := assess.Calibrate(t.Context(), hourly(1000, 0.6), []string{"garch"}, untargeted)
		if err != nil {
			t.Fatal(err)
		}
		if f := c.Fits[0]; (f.Volatility == f.Sample) == untargeted {
			t.Errorf("untargeted %v: volatility %v in the long run, the sample's %v",
				untargeted, f.Volatility, f.Sample)
		}
	}
}

func TestCalibrateRefuses(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx   context.Context
		bars  int
		kinds []string
		want  string
	}{
		"an unknown kind":      {t.Context(), 100, []string{"gbm", "mertn"}, `kind "mertn"; want some of`},
		"too few returns":      {t.Context(), 20, []string{"gbm"}, "19 returns"},
		"too few for any kind": {t.Context(), 20, []string{"gbm", "kou"}, "no model could be fitted\ngbm: "},
		"a context that ended": {done, 100, []string{"gbm"}, context.Canceled.Error()},
	} {
		if _, err := assess.Calibrate(tt.ctx, hourly(tt.bars, 0.6), tt.kinds, false); err == nil ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
	c, err := assess.Calibrate(t.Context(), hourly(100, 0.6), []string{"gbm"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Likeness(done); !errors.Is(err, context.Canceled) {
		t.Errorf("likeness when it is done: %v", err)
	}
}
