package exact

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"mcrisk/exact/levy"
)

// A Law is the distribution of the log of NAV or of the decay: its distribution
// function, quantiles, value at risk and expected shortfall, each with a bound.
type Law = levy.Law

// Law returns the distribution of ln NAV at the horizon.
func (p Problem) Law(years float64) (Law, error) { return p.law(years, 0) }

// DecayLaw returns the distribution of ln NAV − Target·ln S at the horizon, of
// tokens neither liquidated nor ruined by then.
func (p Problem) DecayLaw(years float64) (Law, error) { return p.law(years, p.Token.Target) }

func (p Problem) law(years, slope float64) (Law, error) {
	v, err := p.inverter(years, slope)
	if err != nil {
		return Law{}, err
	}
	return v.Law()
}

// inverter prepares the transform of ln NAV − slope·ln S at the horizon.
func (p Problem) inverter(years, slope float64) (levy.Inverter, error) {
	// few steps leave high frequencies alive, which need nodes to be seen
	h, err := p.horizon(years, usual+4/math.Sqrt(max(1, years/p.Step)))
	if err != nil {
		return levy.Inverter{}, err
	}
	m, err := h.logMoments(slope)
	if err != nil {
		return levy.Inverter{}, err
	}
	v := levy.Inverter{Mean: m.Log, SD: m.LogSD, Tilt: slope == 0}
	v.Highest = h.resolved(slope)
	rate := h.base + slope*h.carry
	follows := h.steps == 0 || h.steps > circleSteps // a contour that does not hold everything, as a circle does
	absorbing := slope == 0 && follows && m.Liquidated-m.Ruined > 1e-12
	at := func(z complex128, centre complex128) complex128 {
		w := h.power(z, slope)
		// Tokens absorbed by a liquidation are a pole of their own, which the
		// contour does not hold where it follows those that go on. It is taken out:
		// all that are ever liquidated, of which the contour then takes the later ones.
		still := -z * complex(rate, 0)
		var ever, total complex128
		if absorbing {
			ever = h.absorbed(w, sample{levy.Point{S: still}, h.visits(still)})
		}
		for _, s := range h.samples(centre) {
			c, over := h.chain(w, s)
			total += s.Weight * (c.solve(over)[fromStart] - ever*h.clock(s.S-still))
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
	if err := levy.Finite("growth rates", pole[0], pole[1], drift[0], drift[1]); err != nil {
		return levy.Inverter{}, err
	}
	const stride = 8
	v.CF = func(z complex128) (complex128, error) {
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
			return x, fmt.Errorf("exact: the characteristic function at %v is out of the arithmetic's range; "+
				"want less extreme inputs", z)
		}
		return x, nil
	}
	if err := h.trusted(v); err != nil {
		return levy.Inverter{}, err
	}
	alive, err := v.CF(0)
	if err != nil {
		return levy.Inverter{}, err
	}
	v.Alive, v.Ruined = real(alive), m.Ruined
	if missing := math.Abs(1 - v.Alive - v.Ruined); slope == 0 && !(missing < 1e-9) {
		return levy.Inverter{}, fmt.Errorf("exact: the inversion over %v years loses %.2g of all tokens; "+
			"want a shorter horizon or less extreme inputs", years, missing)
	}
	if slope != 0 {
		v.Ruined = 0
		whole := v.CF
		v.CF = func(z complex128) (complex128, error) {
			x, err := whole(z)
			return x / complex(real(alive), 0), err
		}
		v.Alive = 1
	}
	return v, nil
}

// trusted compares one value of the characteristic function, a standard deviation's
// frequency, with that of a larger contour.
func (h *horizon) trusted(v levy.Inverter) error {
	if h.steps > 0 && h.steps <= circleSteps {
		return nil
	}
	z := complex(0, 1/v.SD)
	usual, err := v.CF(z)
	if err != nil {
		return err
	}
	known := h.known
	h.wide, h.known = true, map[complex128][]sample{}
	wide, err := v.CF(z)
	h.wide, h.known = false, known
	if err == nil && !(cmplx.Abs(usual-wide) < 1e-7) {
		err = fmt.Errorf("exact: the inversion over %v years is unsure by %.2g: cycles are too regular for it; "+
			"want less drift for the volatility, or at most %d steps", h.years, cmplx.Abs(usual-wide), circleSteps)
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
	weights := h.visits(0)[fromStart].exits
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
