package models

import (
	"math"

	"gonum.org/v1/gonum/mat"

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
	var f [5]*mat.VecDense
	for j := range f {
		f[j] = mat.NewVecDense(g.n, nil)
	}
	for i := range g.n {
		f[0].SetVec(i, 1)
	}
	for {
		if n&1 == 1 {
			var next [5]*mat.VecDense
			for j := range next {
				next[j] = mat.NewVecDense(g.n, nil)
				for i := 0; i <= j; i++ {
					var v mat.VecDense
					v.MulVec(step[i], f[j-i])
					next[j].AddScaledVec(next[j], binomial[j][i], &v)
				}
			}
			f = next
		}
		if n >>= 1; n == 0 {
			break
		}
		var twice [5]*mat.Dense
		for j := range twice {
			twice[j] = mat.NewDense(g.n, g.n, nil)
			for i := 0; i <= j; i++ {
				var p mat.Dense
				p.Mul(step[i], step[j-i])
				p.Scale(binomial[j][i], &p)
				twice[j].Add(twice[j], &p)
			}
		}
		step = twice
	}
	var raw [5]float64
	for j := range raw {
		for _, w := range g.weights(1) {
			raw[j] += w.w * f[j].AtVec(w.i)
		}
	}
	m1, m2, m3, m4 := raw[1], raw[2], raw[3], raw[4]
	k2 := m2 - m1*m1
	k3 := m3 - 3*m1*m2 + 2*m1*m1*m1
	k4 := m4 - 4*m1*m3 - 3*m2*m2 + 12*m1*m1*m2 - 6*m1*m1*m1*m1
	return moments(m.Mu*dt*math.Round(t/dt)+m1, k2, k3, k4)
}

var binomial = [5][5]float64{{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}}

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
	first := math.Log(least) - 0.05
	return varianceGrid{n: n, first: first, step: (max(math.Log(top), first+0.1) - first) / (n - 1)}
}

type nodeWeight struct {
	i int
	w float64
}

// weights interpolate at a variance, by a cubic through four nodes.
func (g varianceGrid) weights(h float64) [4]nodeWeight {
	x := min(max((math.Log(h)-g.first)/g.step, 0), float64(g.n-1))
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
func (g varianceGrid) oneStep(m GJR) (step [5]*mat.Dense) {
	for j := range step {
		step[j] = mat.NewDense(g.n, g.n, nil)
	}
	law := studentLaw(m.DoF)
	unit := m.Sigma * m.Sigma * Years(m.Step)
	omega := 1 - m.Persistence()
	const dz = 1.0 / 16
	for i := range g.n {
		h := fmath.Exp(g.first + float64(i)*g.step)
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
			r := drift + sd*x
			for _, w := range g.weights(omega + h*(m.Beta+react*x*x)) {
				f := p * w.w
				for j := range step {
					step[j].Set(i, w.i, step[j].At(i, w.i)+f)
					f *= r
				}
			}
		}
	}
	return step
}
