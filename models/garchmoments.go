package models

import (
	"math"
	"sort"
	"sync"

	"mcrisk/fmath"
)

// Moments integrates over the shocks on a grid of variances: the matrices
// M_j[h, h'] = E[X^j; h → h'] of one step give those of two, four, … steps by
// the binomial theorem. Time is rounded to whole steps of length Step. The four
// numbers are good to about 0.1 %, over the law of the first variance; skewness and kurtosis are those of a law
// whose variance cannot exceed 10,000 times its long-run value, without which
// the kurtosis may not exist.
func (m GJR) Moments(t float64) Moments {
	m = m.settled()
	dt := Years(m.Step)
	n := int(math.Round(t / dt))
	if n == 0 || m.Sigma == 0 {
		return Moments{Mean: m.Mu * t}
	}
	g := newVarianceGrid(m)
	step := g.oneStep(m)
	// f[j] is E[X^j] of the steps so far, by the variance before them
	var f [5]matrix
	for j := range f {
		f[j] = newMatrix(g.n, 1)
	}
	for i := range f[0] {
		f[0][i][0] = 1
	}
	for {
		if n&1 == 1 {
			f = compounded(step, f)
		}
		if n >>= 1; n == 0 {
			break
		}
		step = compounded(step, step)
	}
	first := make([]float64, g.n) // law of the first variance
	if m.Start == 0 {
		copy(first, m.stationary().mass)
	} else {
		for _, w := range g.weights(float64(m.Start*m.Start) / float64(m.Sigma*m.Sigma)) {
			first[w.i] = w.w
		}
	}
	var raw [5]float64
	for j := range raw {
		for i, p := range first {
			raw[j] += float64(p * f[j][i][0])
		}
	}
	m1, m2, m3, m4 := raw[1], raw[2], raw[3], raw[4]
	k2 := m2 - float64(m1*m1)
	k3 := m3 - float64(3*m1*m2) + float64(2*m1*m1*m1)
	k4 := m4 - float64(4*m1*m3) - float64(3*m2*m2) + float64(12*m1*m1*m2) - float64(6*m1*m1*m1*m1)
	return moments(float64(m.Mu*dt*math.Round(t/dt))+m1, k2, k3, k4)
}

var binomial = [5][5]float64{{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}}

// A matrix is a list of rows.
type matrix [][]float64

func newMatrix(rows, columns int) matrix {
	m, all := make(matrix, rows), make([]float64, rows*columns)
	for i := range m {
		m[i] = all[i*columns : (i+1)*columns]
	}
	return m
}

// compounded are the matrices Σ_i binomial(j, i)·a_i·b_{j−i} of the steps of a and then
// those of b.
func compounded(a, b [5]matrix) (out [5]matrix) {
	for j := range out {
		out[j] = newMatrix(len(b[0]), len(b[0][0]))
		for i := 0; i <= j; i++ {
			for r, row := range a[i] {
				sum := out[j][r]
				for k, v := range row {
					v = float64(v * binomial[j][i])
					for c, w := range b[j-i][k][:len(sum)] {
						sum[c] += float64(v * w)
					}
				}
			}
		}
	}
	return out
}

// A varianceGrid has nodes evenly spaced in the logarithm of the variance over
// its long-run value.
type varianceGrid struct {
	n           int
	first, step float64
}

func newVarianceGrid(m GJR) varianceGrid {
	least := (1 - m.Persistence()) / (1 - m.Beta) // a variance never falls below
	top := min(1e4, 1/(m.Sigma*m.Sigma*Years(m.Step)))
	const n = 112
	first := fmath.Log(least) - 0.05
	return varianceGrid{n: n, first: first, step: (max(fmath.Log(top), first+0.1) - first) / (n - 1)}
}

type nodeWeight struct {
	i int
	w float64
}

// weights interpolate at a variance, by a cubic through four nodes.
func (g varianceGrid) weights(h float64) [4]nodeWeight {
	x := min(max((fmath.Log(h)-g.first)/g.step, 0), float64(g.n-1))
	i := min(max(int(x)-1, 0), g.n-4)
	t := x - float64(i)
	return [4]nodeWeight{
		{i, -(t - 1) * (t - 2) * (t - 3) / 6},
		{i + 1, t * (t - 2) * (t - 3) / 2},
		{i + 2, -t * (t - 1) * (t - 3) / 2},
		{i + 3, t * (t - 1) * (t - 2) / 6},
	}
}

// oneStep returns M_0 … M_4 of a step, without the growth Mu·dt.
func (g varianceGrid) oneStep(m GJR) (step [5]matrix) {
	for j := range step {
		step[j] = newMatrix(g.n, g.n)
	}
	law := studentLaw(m.DoF)
	unit := m.Sigma * m.Sigma * Years(m.Step)
	omega := 1 - m.Persistence()
	const dz = 1.0 / 16
	for i := range g.n {
		h := fmath.Exp(g.first + float64(float64(i)*g.step))
		v := min(unit*h, 1)
		h = v / unit
		drift, sd := -law.compensator(v), math.Sqrt(v)
		for k := -104; k < 104; k++ { // the trapezoid rule in z: exact to rounding for smooth functions
			z := (float64(k) + 0.5) * dz
			x := law.at(z)
			react := m.Alpha
			if x < 0 {
				react += m.Gamma
			}
			p := fmath.Exp(-z*z/2) * dz / math.Sqrt(2*math.Pi)
			r := drift + float64(sd*x)
			for _, w := range g.weights(omega + float64(h*(m.Beta+float64(react*x*x)))) {
				f := p * w.w
				for j := range step {
					step[j][i][w.i] += f
					f = float64(f * r)
				}
			}
		}
	}
	return step
}

// A longRunVariance is the long-run law of a variance over Sigma², on a grid that ends at
// 10,000 times that. Where shocks are heavy and the variance slow, its mean is below 1: what
// is missing lies beyond, on paths that hardly any study has.
type longRunVariance struct {
	grid  varianceGrid
	mass  []float64 // by node
	below []float64 // of the nodes up to each
}

// longRunLaws remembers laws by the model. A law is a pure function of it and is never
// changed: this saves time and nothing else.
var longRunLaws struct {
	sync.Mutex
	of map[GJR]*longRunVariance
}

// stationary is the long-run law of the variance.
func (m GJR) stationary() *longRunVariance {
	if m.longRun != nil {
		return m.longRun
	}
	m.Mu, m.Start = 0, 0
	longRunLaws.Lock()
	defer longRunLaws.Unlock()
	law := longRunLaws.of[m]
	if law == nil {
		if longRunLaws.of == nil || len(longRunLaws.of) >= 1024 {
			longRunLaws.of = map[GJR]*longRunVariance{}
		}
		law = newLongRunVariance(m)
		longRunLaws.of[m] = law
	}
	return law
}

// newLongRunVariance is the row that all rows of the matrices of 1, 2, 4, … steps become.
func newLongRunVariance(m GJR) *longRunVariance {
	if m.Sigma == 0 {
		return &longRunVariance{mass: []float64{1}, below: []float64{1}}
	}
	g := newVarianceGrid(m)
	step := g.oneStep(m)[0]
	const squarings, close = 26, 1e-12 // 7·10⁷ steps
	for range squarings {
		squared, apart := newMatrix(g.n, g.n), 0.0
		for r, row := range step {
			for k, v := range row {
				for c, w := range step[k] {
					squared[r][c] += float64(v * w)
				}
			}
		}
		for c, v := range squared[0] {
			apart = max(apart, math.Abs(v-squared[g.n-1][c]))
		}
		if step = squared; apart < close {
			break
		}
	}
	law := &longRunVariance{grid: g, mass: step[g.n/2]}
	total := 0.0
	for i, p := range law.mass { // interpolation leaves masses of either sign where there are hardly any
		law.mass[i] = max(p, 0)
		total += law.mass[i]
	}
	below := 0.0
	for i := range law.mass {
		law.mass[i] /= total
		below += law.mass[i]
		law.below = append(law.below, below)
	}
	return law
}

// at is the variance at a node.
func (g varianceGrid) at(i int) float64 { return fmath.Exp(g.first + float64(float64(i)*g.step)) }

// draw is the variance of which a part u of the law lies below.
func (l *longRunVariance) draw(u float64) float64 {
	i := sort.SearchFloat64s(l.below, u)
	return l.grid.at(min(i, len(l.mass)-1))
}
