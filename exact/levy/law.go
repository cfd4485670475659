package levy

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

// A Law is a distribution of the log of NAV (or of the decay), inverted from
// its characteristic function by the midpoint rule,
//
//	F(x) = Ruined + Alive/2 − (1/π)·Σ Im(e^{−iux}·φ(u))/u·du,  u = (k+½)·du,
//
// whose errors are the mass farther than π/du from x and the frequencies left out. Bound
// covers both, and the error of φ.
//
// Source: Gil-Pelaez, "Note on the inversion theorem", Biometrika 38 (1951);
// midpoint rule: Davies, Biometrika 60 (1973).
type Law struct {
	Ruined float64 // probability of NAV = 0, the log's −Inf
	Alive  float64 // the rest, or what the law is conditioned on
	Mean   float64 // E[NAV; alive]; 0 for a decay
	Bound  float64 // of the absolute error of CDF

	du          float64
	plain       []complex128 // E[e^{iuX}; alive]
	tilted      []complex128 // E[e^{(1+iu)X}; alive], the transform tilted by NAV (Esscher)
	tiltedBound float64      // what Bound is for CDF, for Partial
	lo, hi      float64      // range of all but a negligible part
	centre      float64      // of the log; plain and tilted are about it
}

// An Inverter has the data for the inversion of a Law of X, the log of NAV.
type Inverter struct {
	Mean, SD float64 // of X, SD above 0; they set the range of the inversion
	Ruined   float64 // probability of NAV = 0
	Alive    float64 // the rest, or what the law is conditioned on
	Tilt     bool    // also invert partial expectations of NAV
	Highest  float64 // frequency up to which CF is accurate; zero: no limit
	Beat     float64 // frequency by which CF may have risen again after it was negligible; zero: it stays so
	Unsure   float64 // bound of the error of CF, relative to its value at 0 or 1

	// CF is E[e^{zX}; alive], for z = iu and, with Tilt, for 1 + iu and 1.
	CF func(z complex128) (complex128, error)
}

const maxFrequencies = 2000

// Law inverts the transform. It widens the range until the mass beyond it is negligible:
// as the rule is periodic, the mass beyond one end is the error of CDF at the other. It
// returns an error if Bound remains at 1e-3 or more.
func (v Inverter) Law() (Law, error) {
	if !(v.SD > 0) {
		return Law{}, errors.New("exact: the law has no spread that the arithmetic sees; " +
			"want a longer horizon or more volatility")
	}
	for spread := 10 * v.SD; ; spread *= 2 {
		l, err := v.within(spread)
		if err != nil {
			return l, err
		}
		beyond := max(math.Abs(l.below(l.plain, l.Alive, l.lo)), math.Abs(l.below(l.plain, l.Alive, l.hi)-l.Alive))
		if beyond > 1e-10 && beyond > l.Bound && 2*len(l.plain) < maxFrequencies {
			continue
		}
		if l.Bound += beyond; !(l.Bound < 1e-3) {
			return l, fmt.Errorf("exact: the law is unsure by %.2g up to frequency %.4g: it has kinks or atoms; "+
				"want a longer horizon", l.Bound, l.du*float64(len(l.plain)))
		}
		if v.Tilt {
			mean, err := v.CF(1)
			if err != nil {
				return l, err
			}
			l.Mean = real(mean)
			var rest float64
			if l.tilted, rest, err = v.terms(1, l); err != nil {
				return l, err
			}
			l.tiltedBound = 1e-11 + rest + float64(l.Mean*v.doubt(l.tilted)) +
				max(math.Abs(l.Partial(l.lo)), math.Abs(l.Partial(l.hi)-l.Mean))
		}
		return l, nil
	}
}

func (v Inverter) within(spread float64) (l Law, err error) {
	l = Law{
		Ruined: v.Ruined, Alive: v.Alive, du: math.Pi / (1.05 * 2 * spread), centre: v.Mean,
		lo: v.Mean - spread, hi: v.Mean + spread,
	}
	var rest float64
	l.plain, rest, err = v.terms(0, l)
	l.Bound = 1e-11 + rest + v.doubt(l.plain)
	return l, err
}

// doubt is the error of the rule's sum from an error of Unsure at each frequency, with
// the weights 1/(π·(k+½)).
func (v Inverter) doubt(terms []complex128) float64 {
	return v.Unsure * (2 + fmath.Log(float64(max(1, len(terms))))) / math.Pi
}

// terms samples CF(re + iu) until it is negligible; rest is its last size.
func (v Inverter) terms(re float64, l Law) (terms []complex128, rest float64, err error) {
	most := maxFrequencies
	if v.Highest > 0 {
		most = max(8, min(most, int(v.Highest/l.du)))
	}
	for k, small := 0, 0; k < most && small < max(8, int(1.2*v.Beat/l.du)); k++ {
		u := (float64(k) + 0.5) * l.du
		x, err := v.CF(complex(re, u))
		if err != nil {
			return nil, 0, err
		}
		terms = append(terms, cmplx.Mul(x, cmplx.Exp(complex(0, -u*v.Mean))))
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
		sum += (float64(imag(c)*real(at)) + float64(real(c)*imag(at))) / (float64(k) + 0.5)
		at = cmplx.Mul(at, turn)
	}
	return float64(mass/2) - sum/math.Pi
}

// CDF is P(X ≤ x) of the log x of NAV, or of the decay.
func (l Law) CDF(x float64) float64 {
	switch {
	case x <= l.lo:
		return l.Ruined
	case x >= l.hi:
		return l.Ruined + l.Alive
	}
	return min(l.Ruined+l.Alive, max(l.Ruined, l.Ruined+l.below(l.plain, l.Alive, x)))
}

// Quantile is the smallest x with CDF(x) ≥ p, for p strictly between 0 and 1; −Inf if p
// is at most the probability of ruin. It returns an error if p is so near an end that
// Bound exceeds a tenth of the distance.
func (l Law) Quantile(p float64) (float64, error) {
	if !(p > 0 && p < l.Ruined+l.Alive) {
		return 0, fmt.Errorf("exact: quantile of %v; want more than 0 and less than %v", p, l.Ruined+l.Alive)
	}
	if p <= l.Ruined {
		return math.Inf(-1), nil
	}
	if min(p-l.Ruined, l.Ruined+l.Alive-p) < 10*l.Bound {
		return 0, fmt.Errorf("exact: quantile of %v is hidden by the law's error bound %.2g; "+
			"want a p farther from the end", p, l.Bound)
	}
	x := l.at(p)
	return x, Finite("quantile", x)
}

func (l Law) at(p float64) float64 {
	return Root(func(x float64) float64 { return l.below(l.plain, l.Alive, x) - (p - l.Ruined) }, l.lo, l.hi)
}

// Around are bounds of the true quantile if the error of CDF is up to Bound, for a p that
// Quantile accepts.
func (l Law) Around(p float64) (lo, hi float64) {
	if p <= l.Ruined {
		return math.Inf(-1), math.Inf(-1)
	}
	return l.at(p - l.Bound), l.at(p + l.Bound)
}

// Partial is E[NAV; ln NAV ≤ x].
func (l Law) Partial(x float64) float64 { return l.below(l.tilted, l.Mean, x) }

// VaR is the loss 1 − NAV that is exceeded with probability p.
func (l Law) VaR(p float64) (float64, error) {
	x, err := l.Quantile(p)
	return -fmath.Expm1(x), err
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
	if p <= l.Ruined {
		return 0
	}
	_, hi := l.Around(p)
	return (l.tiltedBound + float64(l.Bound*fmath.Exp(hi))) / p
}
