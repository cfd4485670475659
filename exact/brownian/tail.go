package brownian

import (
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
)

// Carried is the part of E[NAV(T)^k] that lies on the share p of all paths where NAV^k is
// largest: the part of the mean that a sample of 1/p paths does not determine, because it
// contains about one such path. For GBM it is
//
//	Φ(|k|·v + Φ⁻¹(p)),  v the standard deviation of ln NAV(T).
//
// k is within ±1000 and p strictly between 0 and 1. With k = 0 it is p. It returns an
// error if the mean is infinite, or if p is below the error bound of the law of a price
// with jumps.
//
// Source: Esscher, "On the probability function in the collective theory of risk",
// Skandinavisk Aktuarietidskrift 15 (1932): the law weighted by NAV^k has the
// transform φ(k + z)/φ(k).
func (d Ideal) Carried(k, p, years float64) (float64, error) {
	if !(math.Abs(k) <= 1000 && p > 0 && p < 1) {
		return 0, fmt.Errorf("brownian: share of the power %v on a share %v of paths; "+
			"want a power within ±1000 and a share between 0 and 1", k, p)
	}
	if err := d.check(years); err != nil {
		return 0, err
	}
	if k == 0 {
		return p, nil
	}
	if _, v, err := d.lognormal(years); err == nil {
		return fmath.NormCDF(float64(math.Abs(k)*v) + fmath.NormQuantile(p)), nil
	}
	if err := d.hasMoment(k); err != nil {
		return 0, err
	}
	law, err := d.Law(years)
	if err != nil {
		return 0, err
	}
	tilted, err := d.weighted(k, years)
	if err != nil {
		return 0, err
	}
	if k < 0 {
		x, err := law.Quantile(p)
		return tilted.CDF(x), err
	}
	x, err := law.Quantile(1 - p)
	return 1 - tilted.CDF(x), err
}

// hasMoment returns an error if the mean of a power of NAV is infinite.
func (d Ideal) hasMoment(k float64) error {
	rate, _ := levy.Jumps(d.Model, math.NaN(), math.Inf(1))
	if rate > 0 && k < 0 && d.Leverage != 1 {
		return fmt.Errorf("brownian: power %v of a token of leverage %v that jumps may ruin; want a power above 0",
			k, d.Leverage)
	}
	m, ok := d.Model.(models.Kou)
	if !ok || rate == 0 {
		return nil
	}
	if m.Up > 0 && m.EtaUp <= k {
		return fmt.Errorf("brownian: jumps up with EtaUp = %v have no moment of order %v; want EtaUp above it",
			m.EtaUp, k)
	}
	if m.Up < 1 && m.EtaDown <= -k {
		return fmt.Errorf("brownian: jumps down with EtaDown = %v have no moment of order %v; want EtaDown above %v",
			m.EtaDown, k, -k)
	}
	return nil
}

// weighted is the law of ln NAV(T) where each path counts by NAV^k.
func (d Ideal) weighted(k, years float64) (levy.Law, error) {
	cf := d.cf(years)
	at := real(cf(complex(k, 0)))
	if err := levy.Finite("moment of the ideal token", at); err != nil {
		return levy.Law{}, err
	}
	return d.inverted(years, func(z complex128) complex128 { return cmplx.Over(cf(complex(k, 0)+z), at) }, false)
}
