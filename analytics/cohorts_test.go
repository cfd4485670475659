package analytics

import (
	"slices"
	"testing"
)

// Cohorts by hand: a token that loses everything in the last step but one, and a market
// that is closed after step 3.
func TestHoldCohorts(t *testing.T) {
	navs := []float64{1, 2, 4, 4, 1, 3, 0, 0}
	prices := []float64{10, 12, 15, 15, 12, 18, 9, 6}
	traded := []bool{true, true, true, false, true, true, true, true}
	for _, tt := range []struct {
		name                 string
		every, period, apart int
		want                 Cohorts
	}{
		{"each step", 1, 1, 4, Cohorts{Starts: []int{0, 1, 4, 5}, NAV: []float64{2, 2, 3, 0},
			Price: []float64{1.2, 1.25, 1.5, 0.5}, Ended: 1}},
		{"two steps, at 0, 2 and 4 apart", 1, 2, 3, Cohorts{Starts: []int{0, 2, 4, 5}, NAV: []float64{4, 0.25, 0, 0},
			Price: []float64{1.5, 0.8, 0.75, 6.0 / 18}}},
		{"every other", 2, 2, 3, Cohorts{Starts: []int{0, 2, 4},
			NAV: []float64{4, 0.25, 0}, Price: []float64{1.5, 0.8, 0.75}}},
		{"all of it", 3, 7, 1, Cohorts{Starts: []int{0}, NAV: []float64{0}, Price: []float64{0.6}}},
		{"longer than it", 1, 8, 0, Cohorts{}},
	} {
		got := HoldCohorts(navs, prices, traded, tt.every, tt.period)
		if !slices.Equal(got.Starts, tt.want.Starts) || !slices.Equal(got.NAV, tt.want.NAV) ||
			!slices.Equal(got.Price, tt.want.Price) || got.Ended != tt.want.Ended {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		if n := got.Apart(tt.period); n != tt.apart {
			t.Errorf("%s: %d apart, want %d", tt.name, n, tt.apart)
		}
	}
	for _, steps := range [][2]int{{0, 1}, {1, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("every %d for %d steps is taken", steps[0], steps[1])
				}
			}()
			HoldCohorts(navs, prices, traded, steps[0], steps[1])
		}()
	}
}
