package assess

import (
	"math"
	"testing"

	"mcrisk/analytics"
)

// Where no difference changes its sign one is better throughout, significantly only
// if all intervals say so. A lower cost is better.
func TestBetter(t *testing.T) {
	e := func(value, half float64) analytics.Estimate {
		return analytics.Estimate{Value: value, Lo: value - half, Hi: value + half}
	}
	for _, tt := range []struct {
		row         []analytics.Estimate
		want        Holding
		significant bool
		undecided   int
	}{
		{[]analytics.Estimate{e(1, 0.5), e(2, 0.5)}, Loan, true, 0},
		{[]analytics.Estimate{e(1, 1.5), e(2, 0.5)}, Loan, false, 1},
		{[]analytics.Estimate{e(-1, 0.5), e(-2, 0.5)}, Perpetual, true, 0},
		{[]analytics.Estimate{e(0, 0), e(-2, 0.5)}, Perpetual, false, 1},
		{[]analytics.Estimate{e(0, 0), e(math.NaN(), math.NaN())}, NoHolding, false, 2},
	} {
		for _, sense := range []analytics.Sense{analytics.Higher, analytics.Lower} {
			b := BreakEven{Objective: analytics.Metric{Sense: sense}, Difference: [][]analytics.Estimate{tt.row}}
			want := tt.want
			if sense == analytics.Lower {
				want = want.Other()
			}
			if got, significant := b.Better(0); got != want || significant != tt.significant ||
				b.Undecided() != tt.undecided {
				t.Errorf("%v, sense %d: %v, significant %v, %d undecided; want %v, %v, %d",
					tt.row, sense, got, significant, b.Undecided(), want, tt.significant, tt.undecided)
			}
		}
	}
}

// A difference that rises makes the loan the better above, and one that falls below it;
// of a cost the other way about.
func TestAbove(t *testing.T) {
	for _, tt := range []struct {
		sense  analytics.Sense
		rising bool
		want   Holding
	}{
		{analytics.Higher, true, Loan}, {analytics.Higher, false, Perpetual},
		{analytics.Lower, true, Perpetual}, {analytics.Lower, false, Loan},
	} {
		b := BreakEven{Objective: analytics.Metric{Sense: tt.sense}}
		if got := b.Above(analytics.Crossing{Rising: tt.rising}); got != tt.want {
			t.Errorf("sense %d, rising %v: %v; want %v", tt.sense, tt.rising, got, tt.want)
		}
	}
}

// Where both are ruined there is no difference, whatever infinities stand for ruin.
func TestLessByPath(t *testing.T) {
	down := math.Inf(-1)
	got := lessByPath(analytics.Sample{X: []float64{3, down, down, 1}},
		analytics.Sample{X: []float64{1, down, 2, down}}).X
	for i, want := range []float64{2, math.Inf(1), down, math.Inf(1)} {
		if got[i] != want {
			t.Errorf("path %d: %v; want %v", i, got[i], want)
		}
	}
}
