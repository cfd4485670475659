package exact

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"mcrisk/exact/levy"
	"mcrisk/fmath/cmplx"
)

// A Law is the distribution of the log of NAV or of the decay: its distribution
// function, quantiles, value at risk and expected shortfall, each with a bound.
type Law = levy.Law

// Law returns the distribution of ln NAV at the horizon.
func (p Problem) Law(years float64) (Law, error) { return p.law(years, 0, false) }

// QuickLaw is Law along contours alone, to six digits: of many steps and trades it takes a tenth of the time. It
// returns an error where steps are too few, or cycles too regular, for that.
func (p Problem) QuickLaw(years float64) (Law, error) { return p.law(years, 0, true) }

// DecayLaw returns the distribution of ln NAV − Target·ln S at the horizon, of
// tokens neither liquidated nor ruined by then.
func (p Problem) DecayLaw(years float64) (Law, error) { return p.law(years, p.Token.Target, false) }

func (p Problem) law(years, slope float64, quick bool) (Law, error) {
	v, err := p.inverter(years, slope, quick)
	if err != nil {
		return Law{}, err
	}
	return v.Law()
}

// inverter prepares the transform of ln NAV − slope·ln S at the horizon.
func (p Problem) inverter(years, slope float64, quick bool) (levy.Inverter, error) {
	// over few steps the transform is large at high frequencies, which need more nodes
	h, err := p.horizon(years, usual+4/math.Sqrt(max(1, years/p.Step)), quick)
	if err != nil {
		return levy.Inverter{}, err
	}
	if quick && h.series != nil {
		return levy.Inverter{}, errors.New("exact: steps are too few, or trades too regular, for a quick law; want Law")
	}
	m, err := h.logMoments()
	if err != nil {
		return levy.Inverter{}, err
	}
	v := levy.Inverter{Mean: m.Log, SD: m.LogSD, Tilt: slope == 0}
	if slope != 0 {
		v.Mean, v.SD = m.Decay, m.DecaySD
	}
	v.Highest = h.highestResolved(slope)
	if h.series != nil {
		v.Beat = h.beat(slope)
	}
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
	seriesCF := func(z complex128) complex128 {
		p := h.power(z, slope)
		return cmplx.Mul(h.onSeries(p, pole[tiltIndex(z)]), cmplx.Exp(cmplx.Scale(p.rate*years, z)))
	}
	contourCF := h.byContour(slope, pole, drift, slope == 0 && m.Liquidated-m.Ruined > 1e-12)
	cf := contourCF
	switch {
	case h.series == nil:
		v.Unsure = h.doubt + float64(changed*disagreement(contourCF, func(z complex128) complex128 {
			known := h.known
			h.wide, h.known = true, map[complex128][]sample{}
			x := contourCF(z)
			h.wide, h.known = false, known
			return x
		}, v))
	case h.steps <= seriesSteps:
		cf = seriesCF
	default:
		if v.Unsure = changed * disagreement(contourCF, seriesCF, v); v.Unsure < agreement {
			break
		}
		h.reach, _ = h.regularity(h.cycle, years)
		if high := 40 + float64(4*v.Beat*years*max(math.Abs(drift[0]), math.Abs(drift[1]))); high < tallest {
			h.reach = max(h.reach, high) // holds the poles of two beats
		}
		h.known = map[complex128][]sample{}
		if v.Unsure = changed * disagreement(contourCF, seriesCF, v); !(v.Unsure < agreement) &&
			h.series.quick(h.steps) {
			cf, v.Unsure = seriesCF, 0
		}
	}
	if !(v.Unsure < tolerated) {
		return levy.Inverter{}, h.tooRegular(v.Unsure)
	}
	v.CF = func(z complex128) (complex128, error) {
		x := cf(z)
		if cmplx.IsNaN(x) {
			return x, fmt.Errorf("exact: the characteristic function at %v is out of the arithmetic's range; "+
				"want less extreme inputs", z)
		}
		return x, nil
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
			return cmplx.Over(x, real(alive)), err
		}
		v.Alive = 1
	}
	return v, nil
}

// seriesSteps is the number of steps of a grid up to which a law is inverted from its
// series; above, a contour is as good if it agrees with the series to agreed.
const (
	seriesSteps = 500
	agreement   = 1e-9
)

// tiltIndex is 0 for a frequency of the law and 1 for one of the tilted law (Esscher).
func tiltIndex(z complex128) int {
	if real(z) > 0.5 {
		return 1
	}
	return 0
}

// byContour is E[(NAV/S^slope)^z] by contours, given its growth rates at z = 0 and 1 and
// their derivatives in z. The dominant pole moves with Im z at these derivatives; the
// contour follows it in strides, so that few contours are needed.
//
// Tokens absorbed by liquidation have another pole, which that contour does not enclose.
// Its residue is added: all tokens that are ever liquidated, from which the contour
// subtracts those that are liquidated after the horizon.
func (h *horizon) byContour(slope float64, pole, drift [2]float64, absorbing bool) func(z complex128) complex128 {
	return func(z complex128) complex128 {
		p, k, stride := h.power(z, slope), tiltIndex(z), max(3, h.reach/8)
		centre := complex(pole[k], math.Round(imag(z)*drift[k]*h.years/stride)*stride/h.years)
		still := cmplx.Scale(p.rate, -z)
		var ever, total complex128
		if absorbing {
			ever = h.absorbed(p, still)
		}
		for _, s := range h.samples(centre) {
			c, over := h.chain(p, s.S, h.tallies(p, s.visits))
			total += cmplx.Mul(s.Weight, c.solve(over)[fromStart]-cmplx.Mul(ever, h.clock(s.S-still)))
		}
		return cmplx.Mul(total, cmplx.Exp(cmplx.Scale(p.rate*h.years, z))) + ever
	}
}

// disagreement is the largest difference of two characteristic functions over relevant
// frequencies, those near a beat among them, as a fraction of their values at 0 and, if
// the law is tilted, at 1.
func disagreement(one, other func(z complex128) complex128, v levy.Inverter) float64 {
	worst := 0.0
	frequencies := []complex128{0.25i, 0.7i, 1.5i, 2.2i, 3i, 4i, 5.5i, 1 + 0.7i, 1 + 2i, 1 + 4i}
	for _, k := range []float64{0.8, 0.9, 1, 1.1, 1.2, 1.9, 2, 2.1} {
		frequencies = append(frequencies, complex(0, float64(k*v.Beat)*v.SD), complex(1, float64(k*v.Beat)*v.SD))
	}
	for _, f := range frequencies {
		if real(f) > 0 && !v.Tilt {
			continue
		}
		z := complex(real(f), imag(f)/v.SD)
		d := cmplx.Abs(one(z) - other(z))
		if real(z) > 0 {
			d /= cmplx.Abs(other(1))
		}
		if !(d <= worst) {
			worst = d
		}
	}
	return worst
}

// beat is the frequency of ln NAV − slope·ln S at which cycles are in phase: 2π over the
// mean size of what one adds; zero: it adds nothing. There the characteristic function
// has a second peak, as that of a sum of equal steps has, and its dominant pole is back
// near the real axis, far from where it moves to with the frequency.
func (h *horizon) beat(slope float64) float64 {
	weights := h.visits(0)[fromStart].exits
	size, all := 0.0, 0.0
	for k, e := range h.exits {
		if e.next != ended {
			w := real(weights[k])
			size += float64(w * math.Abs(e.log-growth(h.start[fromStart])-float64(slope*(e.y-h.start[fromStart]))))
			all += w
		}
	}
	if size == 0 {
		return 0
	}
	return 2 * math.Pi * all / size
}

// highestResolved is the highest frequency of ln NAV − slope·ln S that the spacing of
// nodes inside the band, and of exits that trade, resolves.
func (h *horizon) highestResolved(slope float64) float64 {
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
			fastest = max(fastest, math.Abs(b.log-a.log-float64(slope*(b.y-a.y))))
		}
	}
	if fastest == 0 {
		return 0
	}
	return 3 / fastest
}
