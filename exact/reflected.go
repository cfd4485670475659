package exact

import (
	"errors"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/quad"
)

// reflected returns the long-run rates of the token that trades continuously
// at its edges, so that y is Brownian motion reflected at both. With
// θ = 2·nu/sigma², D the band's width in y, and L₊, L₋ the leverage at its upper
// and lower end, the local times grow at the rates
//
//	λ₊ = nu/(1 − e^{−θD}),  λ₋ = nu/(e^{θD} − 1);  both sigma²/(2D) at nu = 0,
//
// trades at the upper end multiply equity by (1+Buy)·L₊/(1+Buy·L₊) per unit of
// local time, in logs, and at the lower end divide it by the like with −Sell.
// Growth needs no quadrature; variances integrate the square of the slope ψ′
// of the solution of Poisson's equation, ψ″ + θψ′ = constant, against the
// stationary density θ·e^{θ(y−y₋)}/(e^{θD}−1).
//
// Without drift of S, carry and cost, Growth is −½·sigma²·L₊·L₋ exactly, for
// any width. A band of zero width trades infinitely often, which is an error.
//
// Source: local times as in Gerhold, Guasoni, Muhle-Karbe and Schachermayer,
// Finance and Stochastics 18 (2014); Harrison, Brownian Motion and Stochastic
// Flow Systems, 1985, chapter 5; derived here.
func (f frame) reflected() (Rates, error) {
	d := f.high - f.low
	v := f.sigma * f.sigma
	theta := 2 * f.nu / v
	t := f.token
	if t.Fixed > 0 || t.Impact > 0 {
		return Rates{}, errors.New("exact: " +
			"a cost that is not proportional, with continuous trading at an edge, has no limit; " +
			"want Fixed 0 and Impact 0, To Target or a grid (Step > 0)")
	}
	if err := levy.Positive("the band's width in y", d); err != nil {
		return Rates{}, err
	}
	up, down := v/(2*d), v/(2*d)
	if x := theta * d; math.Abs(x) > 1e-12 {
		up, down = -f.nu/fmath.Expm1(-x), f.nu/fmath.Expm1(x)
	}
	lUp, lDown := leverage(f.high), leverage(f.low)
	slopeUp := (1 + t.Buy) * lUp / (1 + float64(t.Buy*lUp))
	slopeDown := (1 - t.Sell) * lDown / (1 - float64(t.Sell*lDown))
	buy := up * lUp * (lUp - 1) / (1 + float64(t.Buy*lUp))
	sell := down * lDown * (lDown - 1) / (1 - float64(t.Sell*lDown))

	// stationary law in u = y − y₋, and the slope of ψ
	density := func(u float64) float64 {
		if math.Abs(theta*d) < 1e-12 {
			return 1 / d
		}
		if theta > 0 { // without overflow
			return theta * fmath.Exp(theta*(u-d)) / -fmath.Expm1(-theta*d)
		}
		return theta * fmath.Exp(theta*u) / fmath.Expm1(theta*d)
	}
	slope := func(u float64) float64 {
		x := theta * d
		var part float64 // from 0 at the lower end to 1 at the upper
		switch {
		case math.Abs(x) < 1e-12:
			part = u / d
		case x > 0:
			part = fmath.Expm1(-theta*u) / fmath.Expm1(-x)
		default:
			part = fmath.Exp(theta*(d-u)) * fmath.Expm1(theta*u) / fmath.Expm1(x)
		}
		return slopeDown + float64((slopeUp-slopeDown)*part)
	}
	mean := func(g func(u float64) float64) float64 {
		var r quad.Rule
		first := d
		if theta != 0 {
			first = min(d, 1/math.Abs(theta))
		}
		if theta > 0 {
			r.Grade(d, 0, first, d)
		} else {
			r.Grade(0, d, first, d)
		}
		return r.Sum(func(u float64) float64 { return density(u) * g(u) })
	}
	square := func(x float64) float64 { return x * x }

	r := Rates{
		Rebalances: math.Inf(1),
		UpShare:    up / (up + down),
		Turnover:   buy + sell,
		CostDrag:   float64(t.Buy*buy) + float64(t.Sell*sell),
		Growth:     f.base + float64(up*slopeUp) - float64(down*slopeDown),
	}
	r.LogVariance = v * mean(func(u float64) float64 { return square(slope(u)) })
	r.DecayVariance = v * mean(func(u float64) float64 { return square(slope(u) - t.Target) })
	r.Leverage = mean(func(u float64) float64 { return leverage(f.low + u) })
	r.Leverage2 = mean(func(u float64) float64 { return square(leverage(f.low + u)) })
	r.Decay = r.Growth - float64(t.Target*(f.nu-f.carry))
	return r, levy.Finite("long-run rates", r.Growth, r.Turnover, r.LogVariance, r.DecayVariance, r.Leverage2)
}
