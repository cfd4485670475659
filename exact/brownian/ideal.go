package brownian

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
	"mcrisk/quad"
)

// Ideal is the token that holds its target continuously at no cost: the limit of a band
// of zero width, and the reference for decay. With Leverage 1 and no rates it is the price
// itself. For GBM
//
//	ln NAV(T) ~ Normal(m, v²),  v = |b|·sigma·√T,
//	m = [safe + b(Mu + risky − safe) − Fee − b²sigma²/2]·T,
//
// with b the leverage (any number here, also 1 or 0) and safe, risky the rates
// of its two legs. A jump of S to S·J multiplies NAV by (1 + b(J−1))⁺.
//
// Source: Avellaneda and Zhang, "Path-dependence of leveraged ETF returns",
// SIAM J. Financial Mathematics 1 (2010), 586–603; jumps as in Merton's model.
type Ideal struct {
	Leverage float64      // b, signed
	Model    models.Model // models.GBM, models.Merton or models.Kou
	Risky    float64      // accrual of the risky leg, 1/year
	Safe     float64      // accrual of the safe leg, 1/year
	Fee      float64      // 1/year
}

func (d Ideal) check(years float64) error {
	err := levy.Check(d.Model)
	for _, x := range []float64{d.Leverage, d.Risky, d.Safe, d.Fee} {
		if !(math.Abs(x) <= 1000) {
			err = errors.Join(err,
				fmt.Errorf("brownian: ideal token with leverage or rate %v; want finite numbers within ±1000", x))
		}
	}
	if !(years > 0 && years <= 100) {
		err = errors.Join(err, fmt.Errorf("brownian: horizon = %v years; want more than 0, at most 100", years))
	}
	return err
}

// rates returns the growth rate of ln NAV between jumps and its variance rate.
func (d Ideal) rates() (m, v2 float64) {
	nu, sigma := levy.Diffusion(d.Model)
	b := d.Leverage
	mu, v2 := nu+float64(sigma*sigma/2), float64(b*b*sigma*sigma)
	return d.Safe + float64(b*(mu+d.Risky-d.Safe)) - d.Fee - float64(v2/2), v2
}

// jump is E[((1 + b(e^J − 1))⁺)^z; > 0] over one jump of ln S. For the price itself there
// is a closed form, which is also right for powers whose mean depends on jumps far beyond
// the nodes of the law.
func (d Ideal) jump(z complex128, law quad.Rule) complex128 {
	if d.Leverage == 1 {
		switch m := d.Model.(type) {
		case models.Merton:
			return cmplx.Exp(cmplx.Scale(m.JumpMean, z) + cmplx.Scale(m.JumpSD*m.JumpSD/2, cmplx.Square(z)))
		case models.Kou:
			up, down := complex(m.EtaUp, 0), complex(m.EtaDown, 0)
			return cmplx.Div(cmplx.Scale(m.Up, up), up-z) + cmplx.Div(cmplx.Scale(1-m.Up, down), down+z)
		}
	}
	var total complex128
	for i, x := range law.X {
		if kept := 1 + float64(d.Leverage*fmath.Expm1(x)); kept > 0 {
			total += cmplx.Scale(law.W[i], cmplx.Exp(cmplx.Scale(fmath.Log(kept), z)))
		}
	}
	return total
}

// jumps returns the model's rate and law of jumps, cut where a jump ruins the token, in
// panels of a width that resolves every frequency that the diffusion over the horizon does
// not damp, but in at most some thousand.
func (d Ideal) jumps(years float64) (rate float64, size quad.Rule, width float64) {
	_, sigma := levy.Diffusion(d.Model)
	width = sigma * math.Sqrt(years)
	switch m := d.Model.(type) {
	case models.Merton:
		width = max(width, m.JumpSD/50)
	case models.Kou:
		width = max(width, 1/min(m.EtaUp-1, m.EtaDown)/25)
	}
	rate, size = levy.Jumps(d.Model, fmath.Log(1-1/d.Leverage), width) // NaN, no cut, if no jump ruins it
	return rate, size, width
}

// Moment is E[NAV(T)^k], for a power k other than 0; with Leverage 1 and no rates it is
// that of the price. Paths ruined by a jump count as zero. It returns an error if the
// mean is infinite.
func (d Ideal) Moment(k, years float64) (float64, error) {
	if err := d.check(years); err != nil {
		return 0, err
	}
	if err := d.hasMoment(k); err != nil {
		return 0, err
	}
	return d.moment(k, years)
}

// Mean is E[NAV(T)] = exp{[.. + Rate·(E[(1+b(J−1))⁺] − 1)]·T}.
func (d Ideal) Mean(years float64) (float64, error) { return d.moment(1, years) }

// SD is the standard deviation of NAV(T).
func (d Ideal) SD(years float64) (float64, error) {
	one, err := d.moment(1, years)
	if err != nil {
		return 0, err
	}
	if k, ok := d.Model.(models.Kou); ok && k.Rate > 0 && k.Up > 0 && k.EtaUp <= 2 {
		return 0, errors.New("brownian: jumps up with EtaUp ≤ 2 have no second moment; want more")
	}
	two, err := d.moment(2, years)
	return math.Sqrt(max(0, two-float64(one*one))), err
}

func (d Ideal) moment(z, years float64) (float64, error) {
	if err := d.check(years); err != nil {
		return 0, err
	}
	x := real(d.cf(years)(complex(z, 0)))
	return x, levy.Finite("moment of the ideal token", x)
}

// Alive is the probability that no jump has ruined the token by then,
// exp(−Rate·T·P(1 + b(J−1) ≤ 0)).
func (d Ideal) Alive(years float64) (float64, error) { return d.moment(0, years) }

// cf returns z ↦ E[NAV^z; NAV > 0].
func (d Ideal) cf(years float64) func(z complex128) complex128 {
	m, v2 := d.rates()
	rate, law, _ := d.jumps(years)
	return func(z complex128) complex128 {
		e := cmplx.Scale(m, z) + cmplx.Scale(v2/2, cmplx.Square(z))
		if rate > 0 {
			e += cmplx.Scale(rate, d.jump(z, law)-1)
		}
		return cmplx.Exp(cmplx.Scale(years, e))
	}
}

// Law is the distribution of ln NAV(T).
func (d Ideal) Law(years float64) (levy.Law, error) {
	if err := d.check(years); err != nil {
		return levy.Law{}, err
	}
	if d.Leverage == 0 {
		return levy.Law{}, errors.New("brownian: the ideal token of leverage 0 has no variance; want another leverage")
	}
	return d.inverted(years, d.cf(years), true)
}

// inverted is the law of ln NAV(T), from its transform.
func (d Ideal) inverted(years float64, cf func(complex128) complex128, tilt bool) (levy.Law, error) {
	const h = 1e-3
	alive := real(cf(0))
	up, down := fmath.Log(real(cf(h))/alive), fmath.Log(real(cf(-h))/alive)
	v := levy.Inverter{
		Mean: (up - down) / (2 * h), SD: math.Sqrt(max(0, up+down)) / h,
		Alive: alive, Ruined: 1 - alive, Tilt: tilt,
		CF: func(z complex128) (complex128, error) { return cf(z), nil },
	}
	if rate, _, width := d.jumps(years); rate > 0 {
		v.Highest = 30 / (width * max(1, math.Abs(d.Leverage)))
	}
	return v.Law()
}

// lognormal returns m and v of the law above, for GBM only.
func (d Ideal) lognormal(years float64) (m, v float64, err error) {
	if err := d.check(years); err != nil {
		return 0, 0, err
	}
	if rate, _ := levy.Jumps(d.Model, math.NaN(), math.Inf(1)); rate > 0 {
		return 0, 0, errors.New("brownian: with jumps the ideal token is not lognormal; want GBM, or use Law")
	}
	m, v2 := d.rates()
	return m * years, math.Sqrt(v2 * years), nil
}

// Quantile is exp(m + v·z_p), for GBM; Median is its value at ½.
func (d Ideal) Quantile(p, years float64) (float64, error) {
	m, v, err := d.lognormal(years)
	if err != nil {
		return 0, err
	}
	if !(p > 0 && p < 1) {
		return 0, fmt.Errorf("brownian: quantile of %v; want strictly between 0 and 1", p)
	}
	return fmath.Exp(m + float64(v*fmath.NormQuantile(p))), nil
}

// Median of NAV(T), for GBM.
func (d Ideal) Median(years float64) (float64, error) { return d.Quantile(0.5, years) }

// Partial is E[NAV^k; NAV ≤ x], for GBM: e^{km + k²v²/2}·Φ((ln x − m)/v − kv).
// With k = 0 it is the distribution function; Partial(1, q_p)/p is the mean of
// the worst p of all outcomes.
func (d Ideal) Partial(k, x, years float64) (float64, error) {
	m, v, err := d.lognormal(years)
	if err != nil {
		return 0, err
	}
	if !(x >= 0) || math.IsNaN(k) {
		return 0, fmt.Errorf("brownian: partial moment %v below %v; want a number and a NAV of at least 0", k, x)
	}
	value := fmath.Exp(float64(k*m)+float64(k*k*v*v/2)) * fmath.NormCDF((fmath.Log(x)-m)/v-float64(k*v))
	return value, levy.Finite("partial moment", value)
}

// BreakEven returns the price ratios outside of which the token beats 1 + b·R,
// b times the underlying's simple return, at T: for b > 1 or b < 0 the two
// solutions of e^{c}·S^b = 1 + b(S − 1). It also returns P(NAV > 1 + b·R), which
// counts prices where 1 + b·R is negative. For GBM.
func (d Ideal) BreakEven(years float64) (low, high, probability float64, err error) {
	m, _, err := d.lognormal(years)
	if err != nil {
		return 0, 0, 0, err
	}
	b := d.Leverage
	if !(b > 1 || b < 0) {
		return 0, 0, 0, fmt.Errorf("brownian: break-evens at leverage %v; want more than 1 or less than 0", b)
	}
	nu, sigma := levy.Diffusion(d.Model)
	c := m - float64(b*nu*years) // ln NAV = c + b·ln S
	gap := func(x float64) float64 { return fmath.Exp(c+float64(b*x)) - 1 - float64(b*fmath.Expm1(x)) }
	// gap is convex in S and least where its slope is 0
	least := c / (1 - b)
	if !(gap(least) < 0) {
		return 0, 0, 1, nil // it wins everywhere
	}
	spread := 1.0
	for gap(least-spread) < 0 || gap(least+spread) < 0 {
		if spread *= 2; spread > 600 {
			return 0, 0, 0, fmt.Errorf("brownian: break-evens lie beyond e^±600; want a shorter horizon than %v years",
				years)
		}
	}
	a, z := levy.Root(gap, least-spread, least), levy.Root(gap, least, least+spread)
	sd := sigma * math.Sqrt(years)
	inside := fmath.NormCDF((z-float64(nu*years))/sd) - fmath.NormCDF((a-float64(nu*years))/sd)
	return fmath.Exp(a), fmath.Exp(z), 1 - inside, nil
}
