package brownian

import (
	"errors"
	"fmt"
	"math"
	"sort"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
	"mcrisk/quad"
)

// HitBelow is the probability that X has been at or below −x, x ≥ 0, by then,
//
//	Φ((−x − nT)/(s√T)) + e^{−2nx/s²}·Φ((−x + nT)/(s√T)),  n = Drift, s = Sigma.
//
// Liquidation of a leveraged loan that never rebalances is such a hit.
//
// Source: Harrison, Brownian Motion and Stochastic Flow Systems, 1985, section 1.8.
func (b Motion) HitBelow(x, years float64) (float64, error) {
	if err := b.check(years); err != nil {
		return 0, err
	}
	if !(x >= 0) {
		return 0, fmt.Errorf("brownian: barrier at −%v; want a distance of at least 0", x)
	}
	sd := b.Sigma * math.Sqrt(years)
	first := phi((-x - float64(b.Drift*years)) / sd)
	z := (-x + float64(b.Drift*years)) / sd
	second := 0.0
	if q := phi(z); q > 0 {
		second = fmath.Exp(-2*b.Drift*x/(b.Sigma*b.Sigma) + fmath.Log(q))
	}
	return min(1, first+second), nil
}

// phi is the normal distribution function, relatively exact far left.
func phi(z float64) float64 { return fmath.NormCDF(z) }

// HitBelowOnGrid is HitBelow monitored on n equally spaced dates only: the density of the
// surviving paths is propagated from date to date by Nyström's method.
func (b Motion) HitBelowOnGrid(x, years float64, n int) (float64, error) {
	if err := b.check(years); err != nil {
		return 0, err
	}
	if !(x > 0) {
		return 0, fmt.Errorf("brownian: barrier at −%v; want a distance above 0", x)
	}
	if n < 1 {
		return 0, fmt.Errorf("brownian: %d dates; want at least 1", n)
	}
	dt := years / float64(n)
	sd, drift := b.Sigma*math.Sqrt(dt), float64(b.Drift*dt)
	top := float64(levy.Tails*b.Sigma*math.Sqrt(years)) + max(0, b.Drift*years)
	nodes := int(40 + 2.2*(top+x)/sd)
	if float64(nodes)*float64(nodes)*float64(n) > 3e9 {
		return 0, fmt.Errorf("brownian: %d dates need %d nodes; "+
			"want fewer dates, or HitBelow at a barrier lower by 0.5826·Sigma·√step", n, nodes)
	}
	var r quad.Rule
	r.Add(-x, top, nodes)
	density := make([]float64, nodes)
	for j, y := range r.X {
		density[j] = levy.NormalDensity(y, drift, sd)
	}
	next := make([]float64, nodes)
	kernel := make([]float64, nodes*nodes)
	near := make([][2]int, nodes) // nodes that one step can come from
	for i, to := range r.X {
		from := func(sds float64) int { return sort.SearchFloat64s(r.X, to-drift+float64(sds*sd)) }
		near[i] = [2]int{from(-levy.Tails), from(levy.Tails)}
		for j := near[i][0]; j < near[i][1]; j++ {
			kernel[i*nodes+j] = r.W[j] * levy.NormalDensity(to, r.X[j]+drift, sd)
		}
	}
	for range n - 1 {
		for i := range next {
			sum := 0.0
			for j := near[i][0]; j < near[i][1]; j++ {
				sum += float64(kernel[i*nodes+j] * density[j])
			}
			next[i] = sum
		}
		density, next = next, density
	}
	alive := 0.0
	for j, f := range density {
		alive += float64(r.W[j] * f)
	}
	return min(1, max(0, 1-alive)), nil
}

// FirstPassage is the probability that ln S reaches level b > 0 by then, under
// Kou's model, from the transform
//
//	E e^{−q·τ} = (η₁−b₁)/η₁·b₂/(b₂−b₁)·e^{−b₁b} + (b₂−η₁)/η₁·b₁/(b₂−b₁)·e^{−b₂b},
//
// b₁ < η₁ < b₂ the positive roots of ψ = q. For a level below, mirror the model.
//
// Source: Kou and Wang, "First passage times of a jump diffusion process",
// Advances in Applied Probability 35 (2003), 504–531.
func FirstPassage(m models.Kou, b, years float64) (float64, error) {
	if err := errors.Join(levy.Check(m), levy.Positive("level", b), levy.Positive("horizon", years)); err != nil {
		return 0, err
	}
	nu, sigma := levy.Diffusion(m)
	if m.Rate == 0 {
		return Motion{Drift: -nu, Sigma: sigma}.HitBelow(b, years)
	}
	e := complex(m.EtaUp, 0)
	p := levy.Laplace(years, func(q complex128) complex128 {
		roots, _ := levy.Roots(m, nu, q)
		b1, b2 := roots[2], roots[3]
		first := cmplx.Mul(cmplx.Mul(e-b1, b2), cmplx.Exp(cmplx.Scale(-b, b1)))
		second := cmplx.Mul(cmplx.Mul(b2-e, b1), cmplx.Exp(cmplx.Scale(-b, b2)))
		return cmplx.Div(first+second, cmplx.Mul(cmplx.Mul(e, b2-b1), q))
	})
	return min(1, max(0, p)), levy.Finite("first passage", p)
}

// LeavesBy is the probability that X has left (−below, above) by then.
func (b Motion) LeavesBy(below, above, years float64) (float64, error) {
	err := errors.Join(b.check(years), levy.Positive("lower distance", below), levy.Positive("upper distance", above))
	if err != nil {
		return 0, err
	}
	e := levy.Exit{Nu: b.Drift, Sigma: b.Sigma, Below: below, Above: above}
	p := levy.Laplace(years, func(s complex128) complex128 {
		up, down := e.Transform(s)
		return cmplx.Div(up+down, s)
	})
	return min(1, max(0, p)), levy.Finite("exit probability", p)
}

// ExitQuantile is the time by which X has left (−below, above) with probability p.
func (b Motion) ExitQuantile(p, below, above float64) (float64, error) {
	if !(p > 1e-9 && p < 1-1e-9) {
		return 0, fmt.Errorf("brownian: exit time's quantile of %v; want strictly between 0 and 1", p)
	}
	high := max(below, above) * max(below, above) / (b.Sigma * b.Sigma)
	f, err := b.LeavesBy(below, above, high)
	for ; err == nil && f < p; f, err = b.LeavesBy(below, above, high) {
		high *= 2
	}
	if err != nil {
		return 0, err
	}
	return levy.Root(func(t float64) float64 {
		f, _ := b.LeavesBy(below, above, t)
		return f - p
	}, high*1e-6, high), nil
}
