package models

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// A likelihood is a function of coordinates without bounds, each of order 1,
// and what they stand for.
type likelihood struct {
	names   []string
	natural func(x []float64) []float64        // the parameters
	log     func(p, returns []float64) float64 // log-likelihood of the parameters; −Inf where they make no sense
}

// without is the likelihood with parameter i, which coordinate i alone moves,
// held where that is x.
func (l likelihood) without(i int, x float64) likelihood {
	whole := func(y []float64) []float64 { return slices.Insert(slices.Clone(y), i, x) }
	v := l.natural(whole(make([]float64, len(l.names)-1)))[i]
	return likelihood{
		names:   slices.Delete(slices.Clone(l.names), i, i+1),
		natural: func(y []float64) []float64 { return slices.Delete(l.natural(whole(y)), i, i+1) },
		log: func(p, returns []float64) float64 {
			return l.log(slices.Insert(slices.Clone(p), i, v), returns)
		},
	}
}

// at is the log-likelihood at coordinates, −Inf where there is none: an
// optimiser asks anywhere.
func (l likelihood) at(x, returns []float64) float64 {
	p := l.natural(x)
	for _, v := range p {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return math.Inf(-1)
		}
	}
	if v := l.log(p, returns); !math.IsNaN(v) {
		return v
	}
	return math.Inf(-1)
}

// maximise climbs from each start and fills estimates, covariance and
// log-likelihood of f from the highest point found. It returns the tops it
// found that the data hardly tell from the highest, which comes first.
func (l likelihood) maximise(f *Fit, returns []float64, starts ...[]float64) ([]peak, error) {
	n := float64(len(returns))
	fall := func(x []float64) float64 { return -l.at(x, returns) }
	mean := func(x []float64) float64 { return fall(x) / n }
	var peaks []peak
	for _, x := range starts {
		if r := climb(mean, x); r != nil {
			peaks = append(peaks, peak{r.X, -r.F * n, l.curvature(fall, r.X)})
		}
	}
	if len(peaks) == 0 {
		return nil, errors.New("models: the likelihood has no maximum near any start")
	}
	slices.SortStableFunc(peaks, func(a, b peak) int { return cmp.Compare(b.log, a.log) })
	best := peaks[0]
	peaks = slices.DeleteFunc(peaks, func(p peak) bool { return p.log < best.log-3*drop })
	peaks = slices.CompactFunc(peaks, func(a, b peak) bool { return a.log-b.log < 1e-3 })
	f.Names = l.names
	f.Values = l.natural(best.x)
	f.LogLikelihood = best.log
	f.SE = make([]float64, len(f.Names))
	for i := range f.SE {
		f.SE[i] = math.NaN()
	}
	if best.inv != nil {
		f.Cov = l.carry(best.inv, best.x)
		for i := range f.SE {
			f.SE[i] = math.Sqrt(f.Cov[i][i])
		}
	}
	return peaks, nil
}

// climb goes down a cost by BFGS with central differences, and by the simplex
// of Nelder and Mead where that gets stuck.
func climb(cost func([]float64) float64, start []float64) *optimize.Result {
	const h = 1e-5
	y := make([]float64, len(start))
	problem := optimize.Problem{Func: cost, Grad: func(grad, x []float64) {
		copy(y, x)
		for i := range x {
			y[i] = x[i] + h
			up := cost(y)
			y[i] = x[i] - h
			grad[i] = (up - cost(y)) / (2 * h)
			y[i] = x[i]
		}
	}}
	if math.IsInf(cost(start), 0) {
		return nil
	}
	var best *optimize.Result
	x := start
	for range 3 {
		r, err := optimize.Minimize(problem, x, &optimize.Settings{GradientThreshold: 1e-7, MajorIterations: 200,
			Converger: &optimize.FunctionConverge{Absolute: 1e-10, Iterations: 4}}, &optimize.BFGS{})
		stuck := err != nil || r.Status == optimize.Failure
		if r != nil && (best == nil || r.F < best.F) {
			best, x = r, r.X
		}
		if !stuck {
			break
		}
		r, _ = optimize.Minimize(optimize.Problem{Func: cost}, x, &optimize.Settings{FuncEvaluations: 120 * len(x),
			Converger: &optimize.FunctionConverge{Absolute: 1e-9, Iterations: 40}},
			&optimize.NelderMead{SimplexSize: 0.1})
		if r != nil && (best == nil || r.F <= best.F) {
			gained := best == nil || best.F-r.F > 1e-9
			best, x = r, r.X
			if !gained {
				break
			}
		}
	}
	return best
}

// curvature is the inverse of the Hessian of the negative log-likelihood by
// central differences; nil if the Hessian is not positive definite. Steps are
// about a tenth of a standard error.
func (l likelihood) curvature(cost func([]float64) float64, at []float64) *mat.SymDense {
	n := len(at)
	f0 := cost(at)
	x := append([]float64(nil), at...)
	value := func(i int, di float64, j int, dj float64) float64 {
		x[i] += di
		x[j] += dj
		v := cost(x)
		copy(x, at)
		return v
	}
	h := make([]float64, n)
	for i := range h {
		h[i] = 1e-3
		for range 6 {
			rise := value(i, h[i], i, 0) + value(i, -h[i], i, 0) - 2*f0
			if rise > 2e-3 && rise < 0.05 {
				break
			}
			h[i] = min(h[i]*math.Sqrt(0.01/max(rise, 1e-6)), 0.3)
		}
	}
	hess := mat.NewSymDense(n, nil)
	for i := range n {
		hess.SetSym(i, i, (value(i, h[i], i, 0)+value(i, -h[i], i, 0)-2*f0)/(h[i]*h[i]))
		for j := range i {
			d := value(i, h[i], j, h[j]) - value(i, h[i], j, -h[j]) -
				value(i, -h[i], j, h[j]) + value(i, -h[i], j, -h[j])
			hess.SetSym(i, j, d/(4*h[i]*h[j]))
		}
	}
	for i := range n {
		for j := range n {
			if v := hess.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return nil
			}
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(hess) {
		return nil
	}
	var inv mat.SymDense
	if err := chol.InverseTo(&inv); err != nil {
		return nil
	}
	return &inv
}

// jacobian holds the derivatives of the parameters, by row, by the coordinates.
func (l likelihood) jacobian(at []float64) *mat.Dense {
	n := len(at)
	x := slices.Clone(at)
	jac := mat.NewDense(n, n, nil)
	for j := range n {
		const d = 1e-5
		x[j] += d
		up := l.natural(x)
		x[j] -= 2 * d
		down := l.natural(x)
		x[j] = at[j]
		for i := range n {
			jac.Set(i, j, (up[i]-down[i])/(2*d))
		}
	}
	return jac
}

// carry takes a covariance of coordinates over to the parameters, to first
// order.
func (l likelihood) carry(inv *mat.SymDense, at []float64) [][]float64 {
	n := len(at)
	jac := l.jacobian(at)
	var jc, cov mat.Dense
	jc.Mul(jac, inv)
	cov.Mul(&jc, jac.T())
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		for j := range out[i] {
			out[i][j] = (cov.At(i, j) + cov.At(j, i)) / 2
		}
	}
	return out
}
