package analytics

import (
	"math"
	"testing"

	"mcrisk/tokens"
)

// Rows that can be checked on paper. Up 10 % and back at 2x, reset after each
// step, makes 1.2·(1 - 2/11) = 54/55.
func TestDecay(t *testing.T) {
	up := math.Log(1.1)
	for _, tt := range []struct {
		name                              string
		nav, target, s, qv                float64
		power, linear, efficiency, versus float64
	}{
		{"compounded +50 %", 3.375, 3, 1.5, 0, 0, 0.875, 2.375 / 1.5, 0},
		{"linear +50 %", 2.5, 3, 1.5, 0, math.Log(2.5 / 3.375), 0, 1, math.Log(2.5 / 3.375)},
		{"round trip", 54.0 / 55, 2, 1, 2 * up * up, math.Log(54.0 / 55), -1.0 / 55, -inf, math.Log(54.0/55) + 2*up*up},
		{"round trip, short", 1.1 * 0.9, -1, 0.9 * 1.1, 0.02, math.Log(0.99 * 0.99), -0.02, 1 - 0.02/0.01,
			math.Log(0.99*0.99) + 0.02},
		{"unlevered", 0.7, 1, 0.7, 0.3, 0, 0, 1, 0},
		{"unmoved", 1, 3, 1, 0, 0, 0, nan, 0},
		{"ruined", 0, 3, 0.5, 0.3, -inf, 0.5, 1 / 1.5, -inf},
	} {
		t.Run(tt.name, func(t *testing.T) {
			logNAV, logS := math.Log(tt.nav), math.Log(tt.s)
			for _, d := range []struct {
				name      string
				got, want float64
			}{
				{"vs power", DecayVsPower(logNAV, tt.target, logS), tt.power},
				{"vs linear", DecayVsLinear(tt.nav, tt.target, tt.s), tt.linear},
				{"efficiency", Efficiency(tt.nav, tt.target, tt.s), tt.efficiency},
				{"tracking", TrackingVsIdeal(logNAV, tt.target, logS, tt.qv), tt.versus},
			} {
				if !same(d.got, d.want, 0) && math.Abs(d.got-d.want) > 1e-15 {
					t.Errorf("%s = %v, want %v", d.name, d.got, d.want)
				}
			}
		})
	}
}

// 80 % volatility for a year.
func TestVolatilityDecay(t *testing.T) {
	for _, tt := range []struct{ target, want float64 }{
		{0, 0}, {1, 0}, {2, -0.64}, {3, -1.92}, {-1, -0.64}, {-2, -1.92}, {0.5, 0.08},
	} {
		if got := tokens.VolatilityDecay(tt.target, 0.64); !same(got, tt.want, 1e-15) {
			t.Errorf("target %v: %v, want %v", tt.target, got, tt.want)
		}
	}
}
