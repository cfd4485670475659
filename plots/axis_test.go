package plots

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
	"mcrisk/analytics"
)

func labels(a axis) (ls []string) {
	for _, t := range a.ticks {
		ls = append(ls, t.label)
	}
	return ls
}

func TestTicks(t *testing.T) {
	hours, _ := timeAxis(0, 2.0/365, 8)
	month, _ := timeAxis(0, 30.0/365, 8)
	year, _ := timeAxis(0, 1, 8)
	years, _ := timeAxis(0, 5, 8)
	later, _ := timeAxis(0.5, 0.5+1e-5, 8)
	for _, tt := range []struct {
		name string
		axis axis
		want []string
	}{
		{"plain", linearAxis(0, 1, 1, 6), []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{"percent of fractions", linearAxis(0, 1, 100, 6), []string{"0", "20", "40", "60", "80", "100"}},
		{"true minus", linearAxis(-0.02, 0.011, 1, 5), []string{"−0.02", "−0.01", "0.00", "0.01"}},
		{"negative only", linearAxis(-31, -9, 1, 4), []string{"−30", "−20", "−10"}},
		{"thousands", linearAxis(0, 2500, 1, 4), []string{"0", "1,000", "2,000"}},
		{"one value", linearAxis(4, 4, 1, 6), []string{"2", "3", "4", "5", "6"}},
		{"one zero", linearAxis(0, 0, 1, 4), []string{"0"}},
		{"tiny", linearAxis(0, 3e-8, 1, 5), []string{"0", "10⁻⁸", "2×10⁻⁸", "3×10⁻⁸"}},
		{"a decade", logAxis(1, 10, 1, 9), []string{"1", "2", "5", "10"}},
		{"decades", logAxis(0.001, 10, 1, 9), []string{"0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"}},
		{"huge range", logAxis(1e-6, 50, 1, 5), []string{"10⁻⁶", "0.0001", "0.01", "1"}},
		{"log percent", logAxis(0.01, 1, 100, 4), []string{"1", "10", "100"}},
		{"inside a decade", logAxis(1.2, 1.6, 1, 6), []string{"1.2", "1.3", "1.4", "1.5", "1.6"}},
		{"hours", hours, []string{"0", "12", "24", "36", "48"}},
		{"a month", month, []string{"0", "5", "10", "15", "20", "25", "30"}},
		{"a year in days", year, []string{"0", "60", "120", "180", "240", "300", "360"}},
		{"years", years, []string{"0", "1", "2", "3", "4", "5"}},
		{"seconds far from zero", later, []string{"4,380.00", "4,380.02", "4,380.04", "4,380.06", "4,380.08"}},
	} {
		if got := labels(tt.axis); !slices.Equal(got, tt.want) {
			t.Errorf("%s: ticks %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever the range, ticks are at least two, no more than asked for, inside
// the axis and in order, and each label reads as the value it stands at.
func TestTicksOfAnyRange(t *testing.T) {
	for _, span := range []float64{1e-9, 3e-4, 0.7, 1, 9.99, 123, 5e6} {
		for _, start := range []float64{0, -1, 0.1, -0.3, 17} {
			for most := 3; most <= 12; most++ {
				lo, hi := start*span, (start+1)*span
				a := linearAxis(lo, hi, 1, most)
				if n := len(a.ticks); n < 1 || n > most {
					t.Errorf("[%v, %v]: %d ticks, want 1 to %d", lo, hi, n, most)
				}
				for i, tick := range a.ticks {
					if p := a.place(tick.at); p < -1e-9 || p > 1+1e-9 || (i > 0 && tick.at <= a.ticks[i-1].at) {
						t.Errorf("[%v, %v]: tick %q at %v of the axis", lo, hi, tick.label, p)
					}
				}
			}
		}
	}
}

func TestTimeUnits(t *testing.T) {
	for _, tt := range []struct {
		years float64
		want  string
	}{
		{1.0 / 365, "hours"}, {3.0 / 365, "hours"}, {4.0 / 365, "days"}, {0.5, "days"}, {1, "days"}, {2, "years"},
		{10, "years"},
	} {
		if _, got := timeAxis(0, tt.years, 8); got != tt.want {
			t.Errorf("%v years: axis in %s, want %s", tt.years, got, tt.want)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{formatFixed(-0.04, 1), "0.0"},
		{formatFixed(-1234567.5, 1), "−1,234,567.5"},
		{formatFixed(999, 0), "999"},
		{formatFixed(2e7, 0), "2×10⁷"},
		{formatShort(0), "0"},
		{formatShort(0.0003), "0.0003"},
		{formatShort(-2.5e-6), "−2.5×10⁻⁶"},
		{formatShort(1e-10), "10⁻¹⁰"},
		{formatDigits(0.0338412, 3), "0.0338"},
		{formatDigits(9.996, 3), "10.0"},
		{formatDigits(1234.5, 3), "1,230"},
		{formatDigits(0, 3), "0"},
		{formatDigits(1.5e-9, 3), "1.5×10⁻⁹"},
		{formatEstimate(around(0.1102, 0.0031), 100), "11.02 (10.71 to 11.33)"},
		{formatEstimate(around(-2.117, 0.02), 1), "−2.117 (−2.137 to −2.097)"},
		{formatEstimate(around(140, 60), 1), "140 (80 to 200)"},
		{formatEstimate(around(12345, 1500), 1), "12,300 (10,800 to 13,800)"},
		{formatEstimate(around(0.99985, 0.00002), 100), "99.9850 (99.9830 to 99.9870)"},
		{formatEstimate(around(2e-6, 1e-7), 1), "2×10⁻⁶ (1.9×10⁻⁶ to 2.1×10⁻⁶)"},
		{formatUpTo(around(0.0499036, 1e-7), 1, 4), "0.0499 (0.0499 to 0.0499)"},
		{formatUpTo(around(-1.035, 0), 1, 4), "−1.0350"},
		{formatUpTo(around(4e-5, 3.2e-6), 1, 4), "4×10⁻⁵ (3.68×10⁻⁵ to 4.32×10⁻⁵)"},
		{formatUpTo(around(-0.00012, 0.000012), 100, 1), "−0.0120 (−0.0132 to −0.0108)"},
		{formatUpTo(around(4e-5, 0), 1, 4), "4×10⁻⁵"},
		{formatUpTo(around(4e-5, 3e-4), 1, 3), "0.00004 (−0.00026 to 0.00034)"},
		{formatUpTo(around(1e-6, 0.02), 1, 2), "0.00 (−0.02 to 0.02)"},
		{formatEstimate(analytics.Estimate{Value: 0.5, Lo: math.NaN(), Hi: math.NaN()}, 1), "0.5"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

// Labels too wide for their ticks are thinned evenly.
func TestLabelStride(t *testing.T) {
	p := plane{x: linearAxis(0, 1, 1, 11)}
	for _, tt := range []struct {
		width vg.Length
		want  int
	}{{400, 1}, {150, 2}, {60, 3}, {1, 11}} {
		p.Max.X = tt.width
		if got := p.labelStride(); got != tt.want {
			t.Errorf("%v wide: every label number %d, want %d", tt.width, got, tt.want)
		}
	}
}
