package tokens

import (
	"fmt"
	"math"
	"slices"

	"mcrisk/block"
	"mcrisk/fmath"
)

// Drawn is what a venue charges where some of its rates are drawn with the paths.
type Drawn struct {
	Terms Terms   // at zero for each of these rates; of which the rates of the charges count
	Per   []Terms // what one of each of these rates, per year, adds to the rates of the charges
	Track []int   // which of a block's Rates each of them is
	// Sides are which of a block's Rates are the Increase, Decrease, FeeIncrease and FeeDecrease of the token's
	// cost; none: they are constants.
	Sides []int
	// Holds is how many steps of a block, from its start on, have the rates of the first of them; 0: 1. Of rates that
	// hold for a lifetime it is all of a block.
	Holds int
}

// Main is the item of the ledger that the first of the rates charges, with its rate at zero and what one of
// the rate adds to it.
func (d Drawn) Main() (item Item, zero, per float64) {
	base := d.Terms.rates()
	for kind, v := range d.Per[0].rates() {
		if v != 0 {
			return d.Terms.items()[kind], base[kind], v
		}
	}
	return 0, 0, 0
}

// drawnRates are that over one step.
type drawnRates struct {
	zero  charges                // what does not depend on the rates is right
	base  [chargeKinds]float64   // rates per year at zero
	per   [][chargeKinds]float64 // what each rate adds
	of    [chargeKinds][]int     // the rates that add to each
	track []int
	sides []int
	holds int
}

// rates are those of the charges, per year.
func (t *Terms) rates() [chargeKinds]float64 {
	return [...]float64{t.ExposureInterest.Rate, t.CashInterest.Rate, t.Funding.Rate, t.BorrowFee.Rate,
		t.MarginInterest.Rate}
}

// Draw makes some of the kernel's rates those that its blocks have, [block.Block].Rates. Its lanes live
// in blocks then.
func (k *Kernel) Draw(d Drawn) error {
	if len(d.Per) == 0 || len(d.Per) != len(d.Track) || slices.Min(d.Track) < 0 {
		return fmt.Errorf("tokens: %d rates are drawn in tracks %v; want a track for each, and at least one",
			len(d.Per), d.Track)
	}
	if n := len(d.Sides); n > 0 && (n != len(sideNumbers{}) || slices.Min(d.Sides) < 0) {
		return fmt.Errorf("tokens: costs by side are drawn in tracks %v; want %d", d.Sides, len(sideNumbers{}))
	}
	dt := years(k.step)
	r := &drawnRates{zero: d.Terms.over(dt), base: d.Terms.rates(), track: slices.Clone(d.Track),
		sides: slices.Clone(d.Sides), holds: max(1, d.Holds)}
	for j := range r.base {
		r.base[j] = float64(r.base[j] * dt)
	}
	for i := range d.Per {
		per := d.Per[i].rates()
		for j, v := range per {
			if math.IsNaN(v) || math.IsInf(v, 0) || math.IsNaN(r.base[j]) || math.IsInf(r.base[j], 0) {
				return fmt.Errorf("tokens: a drawn rate adds %v to %v; want finite numbers", v, r.base[j])
			}
			if v != 0 {
				r.of[j] = append(r.of[j], i)
			}
			per[j] = float64(v * dt)
		}
		r.per = append(r.per, per)
	}
	k.drawn = r
	k.fast = newFastPath(k)
	return nil
}

// SideNames are the parameters that Sides of a [Drawn] are.
var SideNames = [...]string{"impact-increase", "impact-decrease", "fee-increase", "fee-decrease"}

// sideNumbers are what the side of a trade adds to its cost.
type sideNumbers [len(SideNames)]float64

// in is a cost with these numbers.
func (n *sideNumbers) in(c Cost) Cost {
	c.Increase, c.Decrease, c.FeeIncrease, c.FeeDecrease = n[0], n[1], n[2], n[3]
	return c
}

// at sets what is charged in a step of a block in a lane.
func (d *drawnRates) at(b *block.Block, step, i int, own *dated) {
	to := &own.charges
	*to = d.zero
	step -= step % d.holds
	for n, track := range d.sides {
		own.sides[n] = b.Rates[track][step][i]
	}
	for kind, of := range d.of {
		if of == nil {
			continue
		}
		x := 0.0
		for _, n := range of {
			x += float64(d.per[n][kind] * b.Rates[d.track[n]][step][i])
		}
		x += d.base[kind]
		switch kind {
		case onExposure:
			to.growX = growth(x)
		case onCash:
			to.growB = growth(x)
		case ofFunding:
			to.funding = x
		case ofBorrowing:
			to.borrowFee = x
		default:
			to.onMargin = x
		}
	}
}

// moves reports whether a kind of charges depends on the rates.
func (d *drawnRates) moves(kind int) bool { return len(d.of[kind]) > 0 }

// mostGrowth is the rate over a step up to which the series of growth is enough.
const mostGrowth = 1e-3

// growth is e^x − 1, quicker than fmath.Expm1 for small x, with an error below 1e-16 of it: the first
// term left out is x⁵/720.
func growth(x float64) float64 {
	if !(math.Abs(x) < mostGrowth) {
		return fmath.Expm1(x)
	}
	p := float64(x * (1.0 / 120))
	p = float64((p + 1.0/24) * x)
	p = float64((p + 1.0/6) * x)
	p = float64((p + 1.0/2) * x)
	return x + float64(p*x)
}

// shapeDrawn says which rates vector code is given where they are drawn with the paths, a track of each.
func (c *datedPath) shapeDrawn(k *Kernel) {
	d := k.drawn
	zero := d.zero.rates(k.sign)
	moves := [4]bool{d.moves(onExposure), d.moves(onCash) || d.moves(onMargin), d.moves(ofFunding),
		d.moves(ofBorrowing)}
	for j := range moves {
		moves[j] = moves[j] || zero[j] != 0
	}
	c.shape(moves, false)
	c.drawn = true
}

// fillRates writes what is charged in the steps from … to−1 of a block, for vector code.
func (k *Kernel) fillRates(b *block.Block, ls *Lanes, from, to int) {
	c, d := k.fast.dated, k.drawn
	if ls.rates == nil {
		ls.rates = k.newRates()
	}
	from -= from % d.holds
	for j := c.from; j < c.till; j++ {
		kind := [...]int{onExposure, onCash, ofFunding, ofBorrowing}[j]
		if kind == onCash && d.moves(onMargin) {
			kind = onMargin
		}
		if d.moves(kind) {
			d.fill(&ls.rates[j-c.from], b, kind, k.sign, from, to)
		}
	}
}

// fill writes what a kind of charges takes in the steps from … to−1 of all lanes.
func (d *drawnRates) fill(dst *block.Track, b *block.Block, kind int, sign float64, from, to int) {
	base := d.base[kind]
	if kind == ofBorrowing {
		base = float64(sign * base)
	} else {
		sign = 1
	}
	of := d.of[kind]
	source, per := b.Rates[d.track[of[0]]], float64(sign*d.per[of[0]][kind])
	if len(of) > 1 {
		for s := from; s < to; s += d.holds {
			row := &dst[s]
			*row = [block.Lanes]float64{}
			for _, n := range of {
				for l, r := range b.Rates[d.track[n]][s] {
					row[l] += float64(d.per[n][kind] * r)
				}
			}
		}
		source, per = dst, sign
	}
	put := fmath.Affine
	if kind == onExposure || kind == onCash {
		put = growths
	}
	if d.holds == 1 {
		put(dst.Flat(to)[from*block.Lanes:], source.Flat(to)[from*block.Lanes:], base, per)
		return
	}
	for s := from; s < to; s += d.holds {
		put(dst[s][:], source[s][:], base, per)
		for next := s + 1; next < min(s+d.holds, to); next++ {
			dst[next] = dst[s]
		}
	}
}

// growths sets dst to growth(a + b·x).
func growths(dst, x []float64, a, b float64) {
	for done := 0; done < len(x); done += block.Lanes {
		if done += growVector(dst[done:], x[done:], a, b); done == len(x) {
			return
		}
		for l := done; l < done+block.Lanes; l++ {
			dst[l] = growth(a + float64(b*x[l]))
		}
	}
}

// newRates are tracks of what does not depend on drawn rates.
func (k *Kernel) newRates() []block.Track {
	c := k.fast.dated
	zero := k.drawn.zero.rates(k.sign)
	tracks := make([]block.Track, c.till-c.from)
	for j, v := range zero[c.from:c.till] {
		for s := range tracks[j] {
			for l := range tracks[j][s] {
				tracks[j][s][l] = v
			}
		}
	}
	return tracks
}

// Slope is what one of a rate adds to the charges of terms at which it is zero, given those at which it is one
// and a half. It is an error if the charges are not linear in it.
func (t *Terms) Slope(one, half Terms) (per Terms, err error) {
	at := [3][chargeKinds]float64{t.rates(), half.rates(), one.rates()}
	add := func(j int) float64 {
		d, h := at[2][j]-at[0][j], at[1][j]-at[0][j]
		if math.Abs(d-float64(2*h)) > 1e-9*(1+math.Abs(at[0][j])+math.Abs(d)) && err == nil {
			err = fmt.Errorf("charges %v, %v and %v at 0, 0.5 and 1; want them linear in the rate",
				at[0][j], at[1][j], at[2][j])
		}
		if r := math.Round(d); math.Abs(d-r) < 1e-12*(1+math.Abs(at[0][j])) {
			return r // a difference of rounded numbers
		}
		return d
	}
	per = one
	per.ExposureInterest.Rate, per.CashInterest.Rate, per.Funding.Rate, per.BorrowFee.Rate,
		per.MarginInterest.Rate = add(onExposure), add(onCash), add(ofFunding), add(ofBorrowing), add(onMargin)
	return per, err
}
