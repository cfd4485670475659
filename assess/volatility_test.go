package assess_test

import (
	"math"
	"testing"

	"mcrisk/assess"
	"mcrisk/models"
)

// Of Brownian motion it is sigma over any time; jumps of variance m² + s², ten a year,
// add ten times that.
func TestVolatility(t *testing.T) {
	for _, years := range []float64{0.01, 1, 3} {
		if v := assess.Volatility(models.GBM{Sigma: 0.6}, years); math.Abs(v-0.6) > 1e-12 {
			t.Errorf("over %v years %v; want 0.6", years, v)
		}
		m := models.Merton{Sigma: 0.6, Rate: 10, JumpMean: -0.03, JumpSD: 0.04}
		if v := assess.Volatility(m, years); math.Abs(v-math.Sqrt(0.36+10*(0.0009+0.0016))) > 1e-12 {
			t.Errorf("with jumps over %v years %v; want √0.385", years, v)
		}
	}
}
