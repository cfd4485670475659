//go:build !purego

package tokens

import (
	"math"
	"time"

	"golang.org/x/sys/cpu"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512CD && cpu.X86.HasAVX512VL
)

// batch is how many lanes the vector code takes at a time.
func (c *fastPath) batch() int {
	if wide && (c.carry != 0 || c.sizeCost != nil || c.dated != nil) && !c.drawn() {
		return 16
	}
	return 8
}

const marketBatch = 8

// fastConstants are the constants of the vector code, in the order that it
// expects.
type fastConstants [fastRows][8]float64

const fastRows = 45

func newFastConstants(c *fastPath) *fastConstants {
	s := c.sizeCost
	if s == nil {
		s = new(sizeCost)
	}
	// A trade's unit of dollars is (equity AND own) OR fixed.
	own, fixed := math.Float64frombits(math.MaxUint64), 0.0
	if s.steady {
		own, fixed = 0, 1
	}
	onEquity := 0.0 // all bits set if the second of the dated rates is paid on equity
	if c.dated != nil && c.dated.onEquity {
		onEquity = math.Float64frombits(math.MaxUint64)
	}
	all := []float64{c.ratio, c.grow, c.carry, c.up.at, c.down.at, c.up.a, c.up.c, c.down.a, c.down.c,
		c.up.p, c.down.p, c.up.turn, c.down.turn, c.rate, c.v0, c.lo, c.hi,
		c.up.v, c.down.v, c.up.w, c.down.w, float64(c.up.w * c.up.turn), float64(c.down.w * c.down.turn),
		s.gas, s.aum, own, fixed, s.exponent, s.impact, s.reach, onEquity}
	all = append(all, s.power[:]...)
	var v fastConstants
	for i := range v {
		for j := range v[i] {
			v[i][j] = all[i]
		}
	}
	return &v
}

// The functions for dated rates, by the kind of their rows, without and with cost that depends on size.
var (
	datedSteps = [...][2]datedStep{
		anyRates:  {fastPathDatedAVX2, fastPathDatedSizeCostAVX2},
		loanRates: {fastPathDatedLoanAVX2, fastPathDatedLoanSizeCostAVX2},
		perpRates: {fastPathDatedPerpAVX2, fastPathDatedPerpSizeCostAVX2},
	}
	wideDatedSteps = [...][2]datedStep{
		anyRates:  {fastPathDatedAVX512, fastPathDatedSizeCostAVX512},
		loanRates: {fastPathDatedLoanAVX512, fastPathDatedLoanSizeCostAVX512},
		perpRates: {fastPathDatedPerpAVX512, fastPathDatedPerpSizeCostAVX512},
	}
)

// The same for rates drawn with the paths.
var drawnSteps = [...][2]drawnStep{
	anyRates:  {fastPathDrawnAVX2, fastPathDrawnSizeCostAVX2},
	loanRates: {fastPathDrawnLoanAVX2, fastPathDrawnLoanSizeCostAVX2},
	perpRates: {fastPathDrawnPerpAVX2, fastPathDrawnPerpSizeCostAVX2},
}

type drawnStep = func(lanes *float64, constants *[fastRows][8]float64, gross *float64, steps int, now, step int64,
	rates *float64) uint16

type datedStep = func(lanes *float64, constants *[fastRows][8]float64, gross *float64, steps int, now, step int64,
	bars, ofBar *int32, rates *float64) uint16

// stepBatch takes lanes in columns, from the first on, over steps of the fast
// path, the first of which ends at now. It returns a bit for each that leaves it
// on the way, whose column it leaves as it was. Dated is nil if rates are constants, and times, of a
// [stressTimes] from the batch's first lane and step on, if gas and impact are.
func stepBatch(cols *columns, first int, c *fastPath, gross *float64, steps int, now, step time.Duration,
	dated *datedBatch, times *float64) uint16 {
	lanes, constants, at, length := &cols.p[first], (*[fastRows][8]float64)(c.vector), int64(now), int64(step)
	if dated != nil {
		cost := 0
		if c.sizeCost != nil {
			cost = 1
		}
		if c.drawn() {
			return drawnSteps[c.dated.rows][cost](lanes, constants, gross, steps, at, length, dated.rates)
		}
		step := datedSteps[c.dated.rows][cost]
		if wide {
			step = wideDatedSteps[c.dated.rows][cost]
		}
		return step(lanes, constants, gross, steps, at, length, dated.bars, dated.ofBar, dated.rates)
	}
	switch carry, sizeCost := c.carry != 0, c.sizeCost != nil; {
	case times != nil && wide && carry:
		return fastPathCarrySizeCostStressedAVX512(lanes, constants, gross, steps, at, length, times)
	case times != nil && wide:
		return fastPathSizeCostStressedAVX512(lanes, constants, gross, steps, at, length, times)
	case times != nil && carry:
		return fastPathCarrySizeCostStressedAVX2(lanes, constants, gross, steps, at, length, times)
	case times != nil:
		return fastPathSizeCostStressedAVX2(lanes, constants, gross, steps, at, length, times)
	case wide && carry && sizeCost:
		return fastPathCarrySizeCostAVX512(lanes, constants, gross, steps, at, length)
	case wide && carry:
		return fastPathCarryAVX512(lanes, constants, gross, steps, at, length)
	case wide && sizeCost:
		return fastPathSizeCostAVX512(lanes, constants, gross, steps, at, length)
	case carry && sizeCost:
		return fastPathCarrySizeCostAVX2(lanes, constants, gross, steps, at, length)
	case carry:
		return fastPathCarryAVX2(lanes, constants, gross, steps, at, length)
	case sizeCost:
		return fastPathSizeCostAVX2(lanes, constants, gross, steps, at, length)
	}
	return fastPathAVX2(lanes, constants, gross, steps, at, length)
}

// growVector sets dst to growth(a + b·x), of 16 numbers at a time, and returns how many it did, at most to where one
// is beyond the series.
func growVector(dst, x []float64, a, b float64) int {
	if !vector || len(x) == 0 {
		return 0
	}
	return growAVX2(&dst[0], &x[0], len(x), a, b)
}

// stepMarketBatch takes markets in columns over steps.
func stepMarketBatch(cols *marketColumns, first int, move, gross *float64, steps int, now, step time.Duration) {
	marketAVX2(&cols.x[first], move, gross, steps, int64(now), int64(step))
}

// callRun is callRunAVX2.
func callRun(rows, gross, rates *float64, steps, stride int, lanes uint32) (done int, event, noted uint8) {
	return callRunAVX2(rows, gross, rates, steps, stride, lanes)
}
