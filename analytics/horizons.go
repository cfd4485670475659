package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// A MarkSample is the state of some paths at one time, each slice by path.
type MarkSample struct {
	NAV, Price, Ideal []float64 // of the token, its underlying and the ideal token, relative to their starts
	Leverage          []float64 // magnitude; zero once the token has ended
	Low, High         []float64 // least and greatest NAV visited so far
}

// Horizons counts the values of a token at a series of times, in one pass over the
// paths. Probabilities are exact. Quantiles are exact up to [KeptAtMarks] paths and have
// the error [MarkResolution] beyond, so that memory does not grow. The order of counting
// does not matter.
type Horizons struct {
	Times  []float64  // years
	Target float64    // the token's, signed
	Band   [2]float64 // leverages at its edges, magnitudes, where bins of leverage end; zero: none. Set before Add

	NAV, Price, Ideal []LogHistogram

	drawdown []drawdowns       // NAV below its greatest so far, a fraction
	Decay    []LogHistogram    // NAV/S^T; zero where ruined
	Multiple []SignedHistogram // ln NAV/ln S, over the paths that survive and whose price moved
	Leverage []LogHistogram    // over the tokens that have not ended
	inBand   []bandBins        // the same, in bins that end at the edges of Band
	Series   []SignedHistogram // the metrics of PathSeries, over the paths that survive

	n      []int
	events [][]int // by time and event
}

const (
	// KeptAtMarks is the largest number of paths whose values at each time are kept.
	KeptAtMarks = 1 << 14
	// MarkResolution is the largest relative error of a quantile over more paths; for a
	// drawdown d, of d and of 1 − d.
	MarkResolution = 0.002

	markAlpha  = 0.001 // error of the counts, as in [LogHistogram]
	markDigits = 4     // written of a number that is known to MarkResolution
)

// An event may have occurred on a path at a time or by then.
type event struct {
	name, doc string
	is        func(target, nav, price, low, high float64) bool
}

var events = func() []event {
	var es []event
	add := func(name, doc string, is func(target, nav, price, low, high float64) bool) {
		es = append(es, event{name, doc, is})
	}
	for _, x := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
		add(fmt.Sprintf("p_loss_%.0f", 100*x),
			fmt.Sprintf("probability of a loss of more than %.0f %% at that time", 100*x),
			func(_, nav, _, _, _ float64) bool { return nav < 1-x })
		add(fmt.Sprintf("p_lost_%.0f", 100*x),
			fmt.Sprintf("probability of a loss of more than %.0f %% at any time up to then",
				100*x), func(_, _, _, low, _ float64) bool { return low < 1-x })
	}
	for _, x := range []float64{0.1, 0.25, 0.5, 1, 2} {
		add(fmt.Sprintf("p_gain_%.0f", 100*x), fmt.Sprintf("probability of a gain of %.0f %% or more at that time",
			100*x),
			func(_, nav, _, _, _ float64) bool { return nav >= 1+x })
		add(fmt.Sprintf("p_gained_%.0f", 100*x),
			fmt.Sprintf("probability of a gain of %.0f %% or more at any time up to then",
				100*x), func(_, _, _, _, high float64) bool { return high >= 1+x })
	}
	add("p_profit", "probability of being worth more than at the start at that time", func(_, nav, _, _,
		_ float64) bool {
		return nav > 1
	})
	add("p_beats_underlying", "probability of being worth more than the underlying at that time",
		func(_, nav, price, _, _ float64) bool { return above(nav, price) })
	add("p_beats_linear", "probability of a return above T times the underlying's at that time",
		func(target, nav, price, _, _ float64) bool { return above(nav, 1+float64(target*(price-1))) })
	add("ruined", "probability of having lost everything by then", func(_, nav, _, _,
		_ float64) bool {
		return nav == 0
	})
	return es
}()

// NewHorizons returns empty counts at the given times, in years, of a token of
// the given signed target leverage.
func NewHorizons(times []float64, target float64) *Horizons {
	h := &Horizons{Times: times, Target: target, n: make([]int, len(times))}
	one := func() LogHistogram { return LogHistogram{Alpha: markAlpha, Keep: KeptAtMarks} }
	signed := func() SignedHistogram { return SignedHistogram{one(), one()} }
	for range times {
		h.NAV, h.Price, h.Ideal = append(h.NAV, one()), append(h.Price, one()), append(h.Ideal, one())
		h.drawdown, h.Decay = append(h.drawdown, drawdowns{one()}), append(h.Decay, one())
		h.Multiple, h.Leverage = append(h.Multiple, signed()), append(h.Leverage, one())
		h.inBand = append(h.inBand, bandBins{})
		h.events = append(h.events, make([]int, len(events)))
	}
	for range PathSeries {
		h.Series = append(h.Series, signed())
	}
	return h
}

// HorizonsMemory is what [Horizons] keeps of so many paths at so many times, in bytes:
// a value of each of its distributions, up to [KeptAtMarks].
func HorizonsMemory(times, paths int) float64 {
	const atEach = 7 // NAV, price, ideal, drawdown, decay, multiple and leverage
	if times == 0 {
		return 0
	}
	return 8 * float64(atEach*times+len(PathSeries)) * float64(min(paths, KeptAtMarks))
}

// Add counts some paths at the i-th time.
func (h *Horizons) Add(i int, m MarkSample) {
	h.n[i] += len(m.NAV)
	for p, nav := range m.NAV {
		logS := fmath.Log(m.Price[p])
		h.NAV[i].Add(nav)
		h.Price[i].Add(m.Price[p])
		h.Ideal[i].Add(m.Ideal[p])
		h.drawdown[i].add(nav, m.High[p])
		decay := nav
		if nav > 0 { // S^T itself may overflow
			decay = nav * fmath.Exp(-float64(h.Target*logS))
		}
		h.Decay[i].Add(decay)
		if nav > 0 && logS != 0 {
			h.Multiple[i].Add(fmath.Log(nav) / logS)
		}
		if m.Leverage[p] > 0 {
			h.Leverage[i].Add(m.Leverage[p])
			h.inBand[i].add(h.Band, m.Leverage[p])
		}
		for k, e := range events {
			if e.is(h.Target, nav, m.Price[p], m.Low[p], m.High[p]) {
				h.events[i][k]++
			}
		}
	}
}

// AddPaths counts some paths at all times, and the metrics of each one's series
// of values, which is seen at the start and at the times, taken as evenly spaced.
func (h *Horizons) AddPaths(marks []MarkSample) {
	if len(marks) == 0 {
		return
	}
	for i, m := range marks {
		h.Add(i, m)
	}
	dt := h.Times[len(h.Times)-1] / float64(len(h.Times))
	values := make([]float64, len(marks)+1)
	for p := range marks[0].NAV {
		values[0] = 1
		for i, m := range marks {
			values[i+1] = m.NAV[p]
		}
		if values[len(marks)] == 0 {
			continue // ruined: no returns from nothing
		}
		for k, v := range pathSeries(values, dt) {
			if finite(v) {
				h.Series[k].Add(v)
			}
		}
	}
}

// A HorizonRow is one estimate at one time.
type HorizonRow struct {
	Years     float64
	Name, Doc string
	Unit      Unit
	Estimate
}

// Rows are all estimates, time by time: quantiles named nav_p05 and the like,
// and probabilities. A quantile that is known to [MarkResolution] only says so in its
// Doc and has no digits beyond.
func (h *Horizons) Rows(confidence float64) []HorizonRow {
	var rows []HorizonRow
	add := func(t float64, name, doc string, unit Unit, of spread, levels ...float64) {
		for _, p := range levels {
			r := HorizonRow{t, fmt.Sprintf("%s_p%02.0f", name, 100*p),
				fmt.Sprintf("%.0f %% quantile of %s", 100*p, doc), unit, of.Quantile(p, confidence)}
			if !of.exact() {
				r.Doc += fmt.Sprintf(", to within %g %%", 100*MarkResolution)
				r.Estimate = coarse(r.Estimate, name == "drawdown")
			}
			rows = append(rows, r)
		}
	}
	for i, t := range h.Times {
		quantiles := func(name string, unit Unit, doc string, of spread, levels ...float64) {
			add(t, name, doc, unit, of, levels...)
		}
		quantiles("nav", Equity, "net asset value", &h.NAV[i], 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
		quantiles("underlying", InitialPrice, "price of the underlying", &h.Price[i], 0.05, 0.5, 0.95)
		quantiles("ideal", Equity, "what the ideal token is worth", &h.Ideal[i], 0.05, 0.5, 0.95)
		quantiles("drawdown", Fraction, "the fall of net asset value from its highest so far", &h.drawdown[i], 0.05,
			0.25, 0.5, 0.75, 0.95)
		quantiles("decay_factor", Ratio, "net asset value over S^T", &h.Decay[i], 0.05, 0.25, 0.5, 0.75, 0.95)
		quantiles("multiple", Ratio, "ln NAV over ln S", &h.Multiple[i], 0.05, 0.25, 0.5, 0.75, 0.95)
		quantiles("leverage", Leverage, "leverage of the tokens that have not ended", &h.Leverage[i], 0.01, 0.05, 0.25,
			0.5, 0.75, 0.95, 0.99)
		for k, e := range events {
			rows = append(rows, HorizonRow{t, e.name, e.doc, Probability, Proportion(h.events[i][k], h.n[i],
				confidence)})
		}
	}
	if n := len(h.Times); n > 0 {
		for k, name := range PathSeries {
			add(h.Times[n-1], "series_"+name, "that of each surviving path's values at the marks", Pure, &h.Series[k],
				0.05, 0.5, 0.95)
		}
	}
	return rows
}

// A spread is a counted distribution.
type spread interface {
	Quantile(p, confidence float64) Estimate
	exact() bool
}

// coarse rounds an estimate to the digits that [MarkResolution] supports, for a drawdown
// d those of d and of 1 − d. The interval is rounded outwards.
func coarse(e Estimate, drawdown bool) Estimate {
	cut := func(v float64, round func(float64) float64) float64 {
		of := math.Abs(v)
		if drawdown {
			of = min(of, 1-of)
		}
		if of == 0 || !finite(of) {
			return v
		}
		if exp := fmath.Exponent10(of) - markDigits + 1; exp > 0 {
			return round(v/math.Pow10(exp)) * math.Pow10(exp)
		} else if exp > -300 {
			return round(v*math.Pow10(-exp)) / math.Pow10(-exp)
		}
		return v // indistinguishable from zero
	}
	e.Value, e.Lo, e.Hi = cut(e.Value, math.Round), cut(e.Lo, math.Floor), cut(e.Hi, math.Ceil)
	return e
}

// drawdowns counts drawdowns d as d/(1 − d) in a [LogHistogram], so that the error of a
// quantile is at most a fraction of d and of 1 − d.
type drawdowns struct{ odds LogHistogram }

func (d *drawdowns) exact() bool { return d.odds.exact() }

func (d *drawdowns) add(nav, high float64) { d.odds.Add(max(0, high-nav) / nav) }

// Quantile works as [LogHistogram.Quantile] does.
func (d *drawdowns) Quantile(p, confidence float64) Estimate {
	n := d.odds.Count()
	if n == 0 || d.odds.nan > 0 {
		checkProbability(p)
		checkConfidence(confidence)
		return undefined(confidence, n, OrderStatistic)
	}
	lost := func(odds float64) float64 {
		if math.IsInf(odds, 1) {
			return 1
		}
		return odds / (1 + odds)
	}
	return quantile(n, p, confidence,
		func(rank int) float64 { return lost(middle(d.odds.bucket(rank))) },
		func(rank int) float64 { lo, _ := d.odds.bucket(rank); return lost(lo) },
		func(rank int) float64 { _, hi := d.odds.bucket(rank); return lost(hi) })
}

// SignedHistogram is a [LogHistogram] of numbers of either sign.
type SignedHistogram struct{ negative, positive LogHistogram }

// Add counts x.
func (h *SignedHistogram) Add(x float64) {
	if x < 0 {
		h.negative.Add(-x)
	} else {
		h.positive.Add(x)
	}
}

// Count is the number of values added.
func (h *SignedHistogram) Count() int { return h.negative.Count() + h.positive.Count() }

// Quantile works as [LogHistogram.Quantile] does.
func (h *SignedHistogram) Quantile(p, confidence float64) Estimate {
	n, below := h.Count(), h.negative.Count()
	if n == 0 || h.positive.nan > 0 {
		checkProbability(p)
		checkConfidence(confidence)
		return undefined(confidence, n, OrderStatistic)
	}
	bucket := func(rank int) (lo, hi float64) {
		if rank <= below {
			lo, hi = h.negative.bucket(below - rank + 1)
			return -hi, -lo
		}
		return h.positive.bucket(rank - below)
	}
	return quantile(n, p, confidence,
		func(rank int) float64 { return middle(bucket(rank)) },
		func(rank int) float64 { lo, _ := bucket(rank); return lo },
		func(rank int) float64 { _, hi := bucket(rank); return hi })
}

// exact works as in LogHistogram.
func (h *SignedHistogram) exact() bool { return h.negative.exact() && h.positive.exact() }
