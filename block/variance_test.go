package block

import (
	"math"
	"testing"
	"time"
)

// A long time of returns of normal size is at 1, whatever the step is; after one k times as large it is
// 1 + (k² − 1)·(1 − e^(−step/window)), and a window later it is that much nearer to 1 by e.
func TestVariance(t *testing.T) {
	for _, step := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
		const window, volatility = 4 * time.Hour, 0.6
		v := NewVariance(window, step, volatility)
		r := volatility * math.Sqrt(step.Hours()/8760)
		x := 1.0
		for range 1000 {
			x = v.Next(x, -r)
		}
		if math.Abs(x-1) > 1e-12 {
			t.Errorf("step %v: %v; want 1", step, x)
		}
		x = v.Next(x, 5*r)
		want := 1 + 24*(1-math.Exp(-step.Hours()/4))
		if math.Abs(x-want) > 1e-12*want {
			t.Errorf("step %v: %v after a return five times as large; want %v", step, x, want)
		}
		for range int(window / step) {
			x = v.Next(x, r)
		}
		if want := 1 + (want-1)/math.E; step < window && math.Abs(x-want) > 1e-9 {
			t.Errorf("step %v: %v a window later; want %v", step, x, want)
		}
	}
}

func TestPower(t *testing.T) {
	for _, x := range []float64{0, 0.3, 1, 7} {
		for _, a := range []float64{0, 0.5, 0.7, 1, 2, 3} {
			if got, want := Power(x, a), math.Pow(x, a); math.Abs(got-want) > 1e-14*want {
				t.Errorf("%v^%v = %v; want %v", x, a, got, want)
			}
		}
	}
}
