package exact

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"slices"
)

// A Law is a distribution of the log of NAV (or of the decay), inverted from
// its characteristic function by the midpoint rule,
//
//	F(x) = Dead + Alive/2 − (1/π)·Σ Im(e^{−iux}·φ(u))/u·du,  u = (k+½)·du,
//
// which is exact but for the mass farther than π/du from x and for frequencies
// left out; Bound says what both can amount to. What it does not say is what the
// contour for φ may miss over more than 60 steps, which is checked at one frequency:
// 1e-10 mostly, up to 1e-4 seen where the log grows or falls by 2 a year and more.
//
// Source: Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951);
// midpoint rule: Davies, Biometrika 60 (1973).
type Law struct {
	Dead  float64 // probability of NAV = 0, the log's −Inf
	Alive float64 // the rest, or what the law is conditioned on
	Mean  float64 // E[NAV; alive]; 0 for a decay
	Bound float64 // of the absolute error of CDF

	du     float64
	plain  []complex128 // E[e^{iuX}; alive]
	tilted []complex128 // E[e^{(1+iu)X}; alive]
	bent   float64      // what Bound is for CDF, for Partial
	lo, hi float64      // hold all but a negligible part
	centre float64      // of the log, already taken out of plain and tilted
}

// An inverter says how a law is to be built: cf(z) is E[e^{zX}; alive].
type inverter struct {
	mean, sd    float64 // of X
	dead, alive float64
	tilt        bool    // also for partial expectations
	highest     float64 // frequency up to which cf can be trusted; zero: any
	cf          func(z complex128) (complex128, error)
}

const maxFrequencies = 2000

// law widens the range until what lies beyond it no longer shows: by the rule's
// periodicity the mass beyond one end is what CDF misses at the other.
func (v inverter) law() (Law, error) {
	if !(v.sd > 0) {
		return Law{}, errors.New("exact: the law has no spread that the arithmetic sees; want a longer horizon or more volatility")
	}
	for spread := 10 * v.sd; ; spread *= 2 {
		l, err := v.within(spread)
		if err != nil {
			return l, err
		}
		beyond := max(math.Abs(l.below(l.plain, l.Alive, l.lo)), math.Abs(l.below(l.plain, l.Alive, l.hi)-l.Alive))
		if beyond > 1e-10 && beyond > l.Bound && 2*len(l.plain) < maxFrequencies {
			continue
		}
		if l.Bound += beyond; !(l.Bound < 1e-3) {
			return l, fmt.Errorf("exact: the law is unsure by %.2g up to frequency %.4g: it has kinks or atoms; want a longer horizon", l.Bound, l.du*float64(len(l.plain)))
		}
		if v.tilt {
			mean, err := v.cf(1)
			if err != nil {
				return l, err
			}
			l.Mean = real(mean)
			var rest float64
			if l.tilted, rest, err = v.terms(1, l); err != nil {
				return l, err
			}
			l.bent = 1e-11 + rest + max(math.Abs(l.Partial(l.lo)), math.Abs(l.Partial(l.hi)-l.Mean))
		}
		return l, nil
	}
}

func (v inverter) within(spread float64) (l Law, err error) {
	l = Law{
		Dead: v.dead, Alive: v.alive, du: math.Pi / (1.05 * 2 * spread), centre: v.mean,
		lo: v.mean - spread, hi: v.mean + spread,
	}
	var rest float64
	l.plain, rest, err = v.terms(0, l)
	l.Bound = 1e-11 + rest
	return l, err
}

// terms samples cf(re + iu) until it stays negligible, and says what is left.
func (v inverter) terms(re float64, l Law) (terms []complex128, rest float64, err error) {
	most := maxFrequencies
	if v.highest > 0 {
		most = max(8, min(most, int(v.highest/l.du)))
	}
	for k, small := 0, 0; k < most && small < 8; k++ {
		u := (float64(k) + 0.5) * l.du
		x, err := v.cf(complex(re, u))
		if err != nil {
			return nil, 0, err
		}
		terms = append(terms, x*cmplx.Exp(complex(0, -u*v.mean)))
		small++
		if rest = cmplx.Abs(x); rest > 1e-13*max(1, cmplx.Abs(terms[0])) {
			small = 0
		}
	}
	return terms, rest, nil
}

func (l Law) below(terms []complex128, mass, x float64) float64 {
	x -= l.centre
	sum := 0.0
	turn := cmplx.Exp(complex(0, -l.du*x))
	at := cmplx.Exp(complex(0, -l.du*x/2))
	for k, c := range terms {
		if k%128 == 127 {
			at = cmplx.Exp(complex(0, -l.du*x*(float64(k)+0.5)))
		}
		sum += (imag(c)*real(at) + real(c)*imag(at)) / (float64(k) + 0.5)
		at *= turn
	}
	return mass/2 - sum/math.Pi
}

// CDF is P(X ≤ x) of the log x of NAV, or of the decay.
func (l Law) CDF(x float64) float64 {
	switch {
	case x <= l.lo:
		return l.Dead
	case x >= l.hi:
		return l.Dead + l.Alive
	}
	return min(l.Dead+l.Alive, max(l.Dead, l.Dead+l.below(l.plain, l.Alive, x)))
}

// Quantile is the smallest x with CDF(x) ≥ p, for p strictly between 0 and 1;
// −Inf where the dead make up p. It refuses p so near an end that Bound hides it.
func (l Law) Quantile(p float64) (float64, error) {
	if !(p > 0 && p < l.Dead+l.Alive) {
		return 0, fmt.Errorf("exact: quantile of %v; want more than 0 and less than %v", p, l.Dead+l.Alive)
	}
	if p <= l.Dead {
		return math.Inf(-1), nil
	}
	if min(p-l.Dead, l.Dead+l.Alive-p) < 10*l.Bound {
		return 0, fmt.Errorf("exact: quantile of %v is hidden by the law's error bound %.2g; want a p farther from the end", p, l.Bound)
	}
	x := l.at(p)
	return x, finite("quantile", x)
}

func (l Law) at(p float64) float64 {
	return root(func(x float64) float64 { return l.below(l.plain, l.Alive, x) - (p - l.Dead) }, l.lo, l.hi)
}

// Around are the ends between which the true quantile lies if CDF is off by up to
// Bound, for a p that Quantile takes.
func (l Law) Around(p float64) (lo, hi float64) {
	if p <= l.Dead {
		return math.Inf(-1), math.Inf(-1)
	}
	return l.at(p - l.Bound), l.at(p + l.Bound)
}

// Partial is E[NAV; ln NAV ≤ x].
func (l Law) Partial(x float64) float64 { return l.below(l.tilted, l.Mean, x) }

// VaR is the loss 1 − NAV that is exceeded with probability p.
func (l Law) VaR(p float64) (float64, error) {
	x, err := l.Quantile(p)
	return -math.Expm1(x), err
}

// ES is the mean loss 1 − NAV in the worst p of all outcomes.
func (l Law) ES(p float64) (float64, error) {
	if l.tilted == nil {
		return 0, errors.New("exact: expected shortfall of a decay is not defined; want the law of NAV")
	}
	x, err := l.Quantile(p)
	if err != nil {
		return 0, err
	}
	if math.IsInf(x, -1) {
		return 1, nil
	}
	return 1 - l.Partial(x)/p, nil
}

// ESBound is of the absolute error of ES: it is −1/p times the integral of NAV's
// quantiles up to p, which Bound moves along by as much.
func (l Law) ESBound(p float64) float64 {
	if p <= l.Dead {
		return 0
	}
	_, hi := l.Around(p)
	return (l.bent + l.Bound*math.Exp(hi)) / p
}

// Law returns the distribution of ln NAV at the horizon.
func (p Problem) Law(years float64) (Law, error) { return p.law(years, 0) }

// DecayLaw returns the distribution of ln NAV − Target·ln S at the horizon, of
// tokens neither liquidated nor ruined by then.
func (p Problem) DecayLaw(years float64) (Law, error) { return p.law(years, p.Token.Target) }

func (p Problem) law(years, slope float64) (Law, error) {
	// few steps leave high frequencies alive, which need nodes to be seen
	h, err := p.horizon(years, usual+4/math.Sqrt(max(1, years/p.Step)))
	if err != nil {
		return Law{}, err
	}
	m, err := h.logMoments(slope)
	if err != nil {
		return Law{}, err
	}
	v := inverter{mean: m.Log, sd: m.LogSD, tilt: slope == 0}
	v.highest = h.resolved(slope)
	rate := h.base + slope*h.carry
	follows := h.steps == 0 || h.steps > circleSteps // a contour that does not hold everything, as a circle does
	rests := slope == 0 && follows && m.Liquidated-m.Ruined > 1e-12
	at := func(z complex128, centre complex128) complex128 {
		w := h.power(z, slope)
		// Those who rest after a liquidation are a pole of their own, which the
		// contour does not hold where it follows those who go on. It is taken out:
		// all who are ever liquidated, of whom the contour then takes the later ones.
		still := -z * complex(rate, 0)
		var ever, total complex128
		if rests {
			ever = h.rested(w, sample{point{s: still}, h.visits(still)})
		}
		for _, s := range h.samples(centre) {
			c, over := h.chain(w, s)
			total += s.weight * (c.solve(over)[birth] - ever*h.clock(s.s-still))
		}
		return total*cmplx.Exp(z*complex(rate*years, 0)) + ever
	}
	// The dominant pole moves with Im z at the rate of its slope in Re z: the
	// contour follows it, in steps so that few contours are needed.
	var pole, drift [2]float64
	for k := range 2 {
		re := float64(k)
		if k == 1 && slope != 0 {
			break
		}
		const step = 1e-4
		pole[k] = h.rightmost(re, slope)
		drift[k] = (h.pole(h.cycle, re+step, slope) - h.pole(h.cycle, re-step, slope)) / (2 * step)
	}
	if err := finite("growth rates", pole[0], pole[1], drift[0], drift[1]); err != nil {
		return Law{}, err
	}
	const stride = 8
	v.cf = func(z complex128) (complex128, error) {
		k := 0
		if real(z) > 0.5 {
			k = 1
		}
		centre := complex(pole[k], 0)
		if follows {
			centre += complex(0, math.Round(imag(z)*drift[k]*years/stride)*stride/years)
		}
		x := at(z, centre)
		if cmplx.IsNaN(x) {
			return x, fmt.Errorf("exact: the characteristic function at %v is out of the arithmetic's range; want less extreme inputs", z)
		}
		return x, nil
	}
	if err := h.trusted(v); err != nil {
		return Law{}, err
	}
	alive, err := v.cf(0)
	if err != nil {
		return Law{}, err
	}
	v.alive, v.dead = real(alive), m.Ruined
	if missing := math.Abs(1 - v.alive - v.dead); slope == 0 && !(missing < 1e-9) {
		return Law{}, fmt.Errorf("exact: the inversion over %v years loses %.2g of all tokens; want a shorter horizon or less extreme inputs", years, missing)
	}
	if slope != 0 {
		v.dead = 0
		whole := v.cf
		v.cf = func(z complex128) (complex128, error) {
			x, err := whole(z)
			return x / complex(real(alive), 0), err
		}
		v.alive = 1
	}
	return v.law()
}

// trusted compares one value of the characteristic function, a standard deviation's
// frequency, with that of a larger contour.
func (h *horizon) trusted(v inverter) error {
	if h.steps > 0 && h.steps <= circleSteps {
		return nil
	}
	z := complex(0, 1/v.sd)
	usual, err := v.cf(z)
	if err != nil {
		return err
	}
	known := h.known
	h.wide, h.known = true, map[complex128][]sample{}
	wide, err := v.cf(z)
	h.wide, h.known = false, known
	if err == nil && !(cmplx.Abs(usual-wide) < 1e-7) {
		err = fmt.Errorf("exact: the inversion over %v years is unsure by %.2g: cycles are too regular for it; want less drift for the volatility, or at most %d steps", h.years, cmplx.Abs(usual-wide), circleSteps)
	}
	return err
}

// resolved is the highest frequency of ln NAV − slope·ln S that neighbouring nodes
// inside the band, and exits that trade, can tell from lower ones.
func (h *horizon) resolved(slope float64) float64 {
	y := slices.Sorted(slices.Values(h.inside))
	fastest := 0.0
	for i := 1; i < len(y); i++ {
		fastest = max(fastest, (y[i]-y[i-1])*math.Abs(leverage((y[i]+y[i-1])/2)-slope))
	}
	weights := h.visits(0)[birth].exits
	order := make([]int, len(h.exits))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(i, k int) int { return cmp.Compare(h.exits[i].y, h.exits[k].y) })
	reached := func(k int) bool { return h.exits[k].next != ended && real(weights[k]) > 1e-10 }
	for i := 1; i < len(order); i++ {
		j, k := order[i-1], order[i]
		if a, b := h.exits[j], h.exits[k]; a.next == b.next && reached(j) && reached(k) {
			fastest = max(fastest, math.Abs(b.log-a.log-slope*(b.y-a.y)))
		}
	}
	if fastest == 0 {
		return 0
	}
	return 3 / fastest
}
