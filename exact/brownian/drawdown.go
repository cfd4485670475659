package brownian

import (
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/quad"
)

// drawdownTail is P(MDD_T > h): the first time T_h that X is h below its maximum
// has, with θ = Drift/Sigma² and g = √(θ² + 2q/Sigma²),
//
//	E e^{−q·T_h} = g·e^{−θh}/(g·cosh gh − θ·sinh gh).
//
// Source: Taylor, "A stopped Brownian motion formula", Annals of Probability 3
// (1975), 234–246; Lehoczky, ibid. 5 (1977), 601–607.
func (b Motion) drawdownTail(h, years float64) float64 {
	if h <= 0 {
		return 1
	}
	v := b.Sigma * b.Sigma
	theta := complex(b.Drift/v, 0)
	p := levy.Laplace(years, func(q complex128) complex128 {
		g := cmplx.Sqrt(cmplx.Square(theta) + cmplx.Over(cmplx.Scale(2, q), v))
		above := cmplx.Mul(cmplx.Scale(2, g), cmplx.Exp(cmplx.Scale(-h, theta+g)))
		below := (g - theta) + cmplx.Mul(g+theta, cmplx.Exp(cmplx.Scale(-2*h, g)))
		return cmplx.Div(above, cmplx.Mul(below, q))
	})
	return min(1, max(0, p))
}

// MaxDrawdown returns the expectation of the largest fall below the running
// maximum within the horizon, ∫ P(MDD > h) dh. With x = Drift²·T/(2·Sigma²) it is
// 2Sigma²/|Drift| times Q_p(x) or Q_n(x); at no drift √(π/2)·Sigma·√T.
//
// Source: Magdon-Ismail, Atiya, Pratap and Abu-Mostafa, "On the maximum drawdown
// of a Brownian motion", J. Applied Probability 41 (2004), 147–161. Their printed
// tables of Q are good to three digits only.
func (b Motion) MaxDrawdown(years float64) (float64, error) {
	return b.drawdown(years, func(float64) float64 { return 1 })
}

// RelativeDrawdown returns E[1 − e^{−MDD}], the expected largest relative fall of
// e^X. With X the log of an [Ideal] token, it is that token's maximum drawdown.
func (b Motion) RelativeDrawdown(years float64) (float64, error) {
	return b.drawdown(years, func(h float64) float64 { return fmath.Exp(-h) })
}

// drawdown integrates weight(h)·P(MDD > h).
func (b Motion) drawdown(years float64, weight func(h float64) float64) (float64, error) {
	if err := b.check(years); err != nil {
		return 0, err
	}
	sd := b.Sigma * math.Sqrt(years)
	tail := func(h float64) float64 { return weight(h) * b.drawdownTail(h, years) }
	total, last := 0.0, 1.0
	width := sd / 4
	if b.Drift > 0 { // drawdowns are exponential of this scale
		width = min(width, b.Sigma*b.Sigma/(2*b.Drift))
	}
	for at := 0.0; last > 1e-15; at += width {
		total += quad.Adaptive(tail, at, at+width, 1e-11*width)
		last = tail(at + width)
		if at > sd*1e4 {
			return 0, fmt.Errorf("brownian: drawdown over %v years is beyond reach at drift %v", years, b.Drift)
		}
	}
	return total, levy.Finite("drawdown", total)
}

// DrawdownQuantile returns h with P(MDD ≤ h) = p; for e^X the relative drawdown's
// is 1 − e^{−h}.
func (b Motion) DrawdownQuantile(p, years float64) (float64, error) {
	if err := b.check(years); err != nil {
		return 0, err
	}
	if !(p > 1e-9 && p < 1-1e-9) {
		return 0, fmt.Errorf("brownian: drawdown quantile of %v; want strictly between 0 and 1", p)
	}
	high := b.Sigma * math.Sqrt(years)
	for b.drawdownTail(high, years) > 1-p {
		high *= 2
	}
	return levy.Root(func(h float64) float64 { return 1 - p - b.drawdownTail(h, years) }, 0, high), nil
}

// Drawdown returns the Brownian motion that the log of the ideal token is, for
// GBM, to ask for its drawdown.
func (d Ideal) Drawdown() (Motion, error) {
	if _, _, err := d.lognormal(1); err != nil {
		return Motion{}, err
	}
	m, v2 := d.rates()
	return Motion{m, math.Sqrt(v2)}, nil
}

// erf is the error function, to 1e-15 for x of at least 0.
func erf(x float64) float64 { return 1 - float64(2*fmath.NormCDF(-x*math.Sqrt2)) }

// LongestUnderwater is the expected length of the longest time below the running
// maximum, the running one included, as a fraction of the horizon, for Brownian
// motion without drift: ∫₀^∞ e^{−t}/(e^{−t} + √(πt)·erf √t) dt.
//
// Source: Pitman and Yor, "The two-parameter Poisson–Dirichlet distribution",
// Annals of Probability 25 (1997), 855–900.
func LongestUnderwater() float64 {
	return quad.Adaptive(func(x float64) float64 { // t = x²
		e := fmath.Exp(-x * x)
		return 2 * x * e / (e + float64(math.Sqrt(math.Pi)*x*erf(x)))
	}, 0, 7, 1e-14)
}
