package brownian

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/quad"
)

// Reset is the token that returns to its leverage b every Interval, as
// leveraged exchange-traded funds do daily:
//
//	A' = A·(1 + b·R − (b−1)(e^{Rate·Interval} − 1) − Fee·Interval),
//
// R the simple return over the interval under GBM. Whatever the sign of b < 0 or
// b > 1, the trade at its end has the sign of R: it is (b² − b)·A·R.
//
// Source: Cheng and Madhavan, "The dynamics of leveraged and inverse
// exchange-traded funds", J. Investment Management 7 (2009).
type Reset struct {
	Leverage float64
	Price    models.GBM
	Rate     float64 // paid on the debt, 1/year
	Fee      float64 // 1/year
	Interval float64 // years
}

// ResetMoments are those after a whole number of intervals.
type ResetMoments struct {
	Mean, SD      float64 // of NAV, before limited liability
	Log, LogVar   float64 // of ln NAV, given that it was never wiped out
	WipedOut      float64 // probability
	LogPerPeriod  float64
	MeanPerPeriod float64
}

// After returns the moments after n intervals: Mean = (1 + b(e^{Mu·d} − 1) − k)^n
// with k the carry and fee of one, the second moment likewise, and the log's by
// one Gaussian quadrature each. As Interval → 0 they tend to [Ideal]'s.
func (r Reset) After(n int) (ResetMoments, error) {
	err := levy.Check(r.Price)
	if n < 1 {
		err = errors.Join(err, fmt.Errorf("brownian: %d resets; want at least 1", n))
	}
	if !(math.Abs(r.Leverage) <= 1000 && math.Abs(r.Rate) <= 10 && math.Abs(r.Fee) <= 10) {
		err = errors.Join(err, fmt.Errorf("brownian: reset token of leverage %v, rate %v, fee %v; "+
			"want within ±1000, ±10, ±10", r.Leverage, r.Rate, r.Fee))
	}
	if !(r.Interval > 0 && r.Interval <= 10) {
		err = errors.Join(err, fmt.Errorf("brownian: reset interval = %v years; want more than 0, at most 10",
			r.Interval))
	}
	if err != nil {
		return ResetMoments{}, err
	}
	b, d := r.Leverage, r.Interval
	k := float64((b-1)*fmath.Expm1(r.Rate*d)) + float64(r.Fee*d)
	mu, s2 := r.Price.Mu, r.Price.Sigma*r.Price.Sigma
	base := 1 - b - k
	mean := base + float64(b*fmath.Exp(mu*d))
	// (variance per period)/(mean per period)², free of cancellation
	spread := b * fmath.Exp(mu*d) / mean
	relative := spread * spread * fmath.Expm1(s2*d)
	N := float64(n)
	m := ResetMoments{MeanPerPeriod: mean, Mean: fmath.PowInt(mean, n)}
	m.SD = math.Abs(m.Mean) * math.Sqrt(fmath.Expm1(N*fmath.Log1p(relative)))

	nu, sd := float64((mu-float64(s2/2))*d), r.Price.Sigma*math.Sqrt(d)
	gain := func(z float64) float64 { return float64(b*fmath.Exp(nu+float64(sd*z))) + base }
	lo, hi := -levy.Tails, levy.Tails
	if b != 0 && -base/b > 0 { // the move that leaves nothing
		z := (fmath.Log(-base/b) - nu) / sd
		if b > 0 {
			lo = max(lo, z)
		} else {
			hi = min(hi, z)
		}
	}
	if !(hi > lo) {
		return ResetMoments{}, errors.New("brownian: the reset token is wiped out for certain in one interval; " +
			"want a shorter one")
	}
	var q quad.Rule
	mid := (lo + hi) / 2
	q.Grade(lo, mid, 1e-6, 0.5) // the log is singular at that move
	q.Grade(hi, mid, 1e-6, 0.5)
	var alive, first, second float64
	for i, z := range q.X {
		if x := gain(z); x > 0 {
			w := float64(q.W[i] * levy.NormalDensity(z, 0, 1))
			alive += w
			first += float64(w * fmath.Log(x))
			second += float64(w * fmath.Log(x) * fmath.Log(x))
		}
	}
	first, second = first/alive, second/alive
	m.LogPerPeriod = first
	m.Log, m.LogVar = N*first, N*(second-float64(first*first))
	m.WipedOut = -fmath.Expm1(N * fmath.Log(min(1, alive)))
	return m, levy.Finite("reset moments", m.Mean, m.SD, m.Log, m.LogVar)
}
