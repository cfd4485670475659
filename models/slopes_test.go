package models

import (
	"math"
	"testing"
	"time"
)

// The slopes are those of the log-likelihood, by differences of it, block by block and
// in sum.
func TestVarianceSlopes(t *testing.T) {
	m := GJR{Mu: .1, Sigma: .8, Alpha: .05, Gamma: .08, Beta: .86, DoF: 5, Step: time.Hour}
	rs := history(m, 3, 7, time.Hour, 2000)
	const dt = 1.0 / 8760
	blocks, log := varianceSlopes(m, newUncut(m.DoF), dt, rs, 20)
	if want, _ := varianceFilter(m, dt, rs, false); math.Abs(log-want) > 1e-9*math.Abs(want) {
		t.Errorf("a log-likelihood of %v, want %v", log, want)
	}
	first, _ := varianceSlopes(m, newUncut(m.DoF), dt, rs[:100], 1)
	sum := total(blocks)
	p := []float64{m.Mu, m.Sigma, m.Alpha, m.Beta, m.DoF, m.Gamma}
	for i := range p {
		const d = 1e-5
		at := func(x float64, rs []float64) float64 {
			q := append([]float64(nil), p...)
			q[i] = x
			v, _ := varianceFilter(gjrOf(q), dt, rs, false)
			return v
		}
		for _, tt := range []struct {
			rs  []float64
			got float64
		}{{rs, sum[i]}, {rs[:100], first[0][i]}, {rs[:100], blocks[0][i]}} {
			if want := (at(p[i]+d, tt.rs) - at(p[i]-d, tt.rs)) / (2 * d); math.Abs(tt.got-want) >
				1e-4*(1+math.Abs(want)) {
				t.Errorf("slope %d of %d returns is %v, by differences %v", i, len(tt.rs), tt.got, want)
			}
		}
	}
}
