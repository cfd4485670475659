package models

import (
	"math"

	"mcrisk/fmath"
)

// Moments integrates over the shocks on a grid of variances: the matrices
// M_j[h, h'] = E[X^j; h → h'] of one step give those of two, four, … steps by
// the binomial theorem. Time is rounded to whole steps of length Step. The four
// numbers are good to about 0.1 %; skewness and kurtosis are those of a law
// whose variance cannot exceed 10,000 times its long-run value, without which
// the kurtosis may not exist.
func (m GJR) Moments(t float64) Moments {
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
	var raw [5]float64
	for j := range raw {
		for _, w := range g.weights(1) {
			raw[j] += float64(w.w * f[j][w.i][0])
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
