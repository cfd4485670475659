//go:build !purego

package models

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"mcrisk/block"
)

// Vector code makes the log-returns and states of the plain code, to the bit: of any parameters
// in range, steps of a minute to a year that begin anywhere, variances from zero to beyond the cap, any components,
// and normals of any size.
func TestVectorCodeMakesTheSameSteps(t *testing.T) {
	defer func(v, w bool) { vector, wide = v, w }(vector, wide)
	if !vector {
		t.Skip("no AVX2")
	}
	widths := []bool{false}
	if wide {
		widths = append(widths, true)
	}
	r := rand.New(rand.NewPCG(5, 6))
	between := func(lo, hi float64) float64 { return lo * math.Exp(r.Float64()*math.Log(hi/lo)) }
	pick := func(xs ...float64) float64 { return xs[r.IntN(len(xs))] }
	laws := []func(step time.Duration) (m Model, variance func() float64){
		func(step time.Duration) (Model, func() float64) {
			m := GJR{Mu: pick(0, 0.1, -10, 10), Sigma: pick(0, 0.8, between(1e-3, 10)),
				Alpha: pick(0, 0.06, 0.3*r.Float64()), Beta: pick(0, 0.92, 0.6*r.Float64()),
				DoF: pick(2.1, 4, 4.5, 200), Step: time.Hour}
			m.Gamma = pick(0, 0.03, -m.Alpha, 0.1)
			limit := 1e-2 / (max(m.Sigma*m.Sigma, 1e-6) * Years(step)) // from here on the series has all terms
			return m, func() float64 {
				near := 1 + 1e-15*r.NormFloat64()
				return pick(0, 1, between(1e-3, 1e3), between(1e-300, 1e300), limit*near, limit/100)
			}
		},
		func(step time.Duration) (Model, func() float64) {
			m := Heston{Mu: pick(0, 0.1, -10, 10), Kappa: pick(8, 460, between(1e-3, 1e4)),
				Theta: pick(0.64, 0.4, between(1e-6, 100)), Xi: pick(2.5, 60, between(1e-3, 1e3), between(50, 1e3)),
				Rho: pick(0, -0.2, 1, -1, 2*r.Float64()-1)}
			s, lo, border := m.steps(step), 0.0, 1e8 // border: between the two laws of the variance
			for range 200 {
				v := lo + (border-lo)/2
				mean := s.theta + (v-s.theta)*s.e
				if (v*s.vary+s.vary0)/(mean*mean) > psiC {
					lo = v
				} else {
					border = v
				}
			}
			return m, func() float64 {
				return pick(0, m.Theta, 1e-3*m.Theta, between(0.01, 100)*m.Theta, border*(1+1e-16*float64(r.IntN(9)-4)))
			}
		},
		func(step time.Duration) (Model, func() float64) {
			m := Component{Mu: pick(0, 0.1, -10, 10), Sigma: pick(0, 0.8, between(1e-3, 10)),
				Multiplier: pick(1, 1.4, 1+r.Float64()), Count: 1 + r.IntN(mostComponents),
				Rate: pick(3000, between(1e-3, 1e6)), Ratio: pick(1.01, 3, between(1.01, 1000)),
				DoF: pick(2.1, 4, 4.5, 200), Step: time.Hour,
				Momentum: Momentum{pick(0, -.3, .95-2.95*r.Float64()), time.Duration(between(1e9, 1e16))}}
			return m, func() float64 { return float64(r.IntN(1 << m.Count)) }
		},
	}
	steps := []time.Duration{time.Minute, time.Hour, time.Hour, 24 * time.Hour, Year}
	rounds := 1_500
	if !testing.Short() {
		rounds = 6_000
	}
	zero := map[string]int{} // lanes by whether their state ends at zero
	fresh := 0               // lanes of component whose state changes
	for n := range rounds {
		at := At{Len: 1 + r.IntN(block.Steps), Step: steps[r.IntN(len(steps))], First: r.IntN(1e6),
			Seed: r.Uint64(), Group: r.Uint64() >> 4, Underlying: r.IntN(3)}
		m, variance := laws[n%len(laws)](at.Step)
		start := make(State, m.State())
		for l := range start[0] {
			start[0][l] = variance()
			for i := 1; i < len(start); i++ { // what the price waits for
				start[i][l] = pick(0, between(1e-9, 1), -between(1e-9, 1))
			}
		}
		z := []*block.Track{new(block.Track), new(block.Track)}
		for _, track := range z {
			for k := range track {
				for l := range track[k] {
					if track[k][l] = r.NormFloat64(); r.IntN(200) == 0 {
						track[k][l] = pick(0, math.Copysign(0, -1), 3.5, -3.5, 6.66, -6.66, 7, -9, 1e-300, -1e-12, 1e9)
					}
				}
			}
		}
		run := func() (block.Track, State) {
			var move block.Track
			state := slices.Clone(start)
			m.Advance(at, z[:m.Normals()], state, &move)
			return move, state
		}
		vector = false
		want, end := run()
		for l := range end[0] {
			zero[fmt.Sprintf("%T %v", m, end[0][l] == 0)]++
			if _, ok := m.(Component); ok && end[0][l] != start[0][l] {
				fresh++
			}
		}
		vector = true
		for _, wide = range widths {
			got, state := run()
			for k := range got {
				for l, x := range got[k] {
					if y := want[k][l]; math.Float64bits(x) != math.Float64bits(y) && (x == x || y == y) {
						t.Fatalf("%+v, AVX-512 %v, step %d of %v, lane %d from %v, normals %v and %v: "+
							"moves by %v, want %v", m, wide, k, at.Step, l, start[0][l], z[0][k][l], z[1][k][l], x, y)
					}
				}
			}
			for i := range state {
				for l, x := range state[i] {
					if y := end[i][l]; math.Float64bits(x) != math.Float64bits(y) && (x == x || y == y) {
						t.Fatalf("%+v, AVX-512 %v, lane %d: state %d is %v after %d steps, want %v",
							m, wide, l, i, x, at.Len, y)
					}
				}
			}
		}
	}
	if fresh < 1000 {
		t.Errorf("components of %d lanes are drawn anew; want at least 1,000", fresh)
	}
	if zero["models.Heston true"] < 100 || zero["models.Heston false"] < 100 {
		t.Errorf("%v lanes end at a variance of zero and above; want both laws of Heston's variance", zero)
	}
}
