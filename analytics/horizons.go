package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// A MarkSample is the state of some paths at one time, each slice by path.
type MarkSample struct {
	NAV, Price, Ideal []float64 // of the token, its underlying and the ideal token, over their starts
	Leverage          []float64 // magnitude; zero once the token has ended
	Low, High         []float64 // least and greatest NAV visited so far
}

// Horizons counts the values of a token at a series of times, in one pass over the
// paths: quantiles to half a percent and exact shares, in memory that does not depend on
// the number of paths. The order of counting does not matter.
type Horizons struct {
	Times  []float64 // years
	Target float64   // the token's, signed

	NAV, Price, Ideal []LogHistogram

	drawdown []drawdowns       // NAV below its greatest so far, a fraction
	Decay    []LogHistogram    // NAV/S^T; zero where ruined
	Multiple []SignedHistogram // ln NAV/ln S, over the paths that survive and whose price moved
	Leverage []LogHistogram    // over the tokens that have not ended
	Series   []SignedHistogram // the metrics of PathSeries, over the paths that survive

	n      []int
	events [][]int // by time and event
}

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
		add(fmt.Sprintf("p_loss_%.0f", 100*x), fmt.Sprintf("of a loss of more than %.0f %% then", 100*x),
			func(_, nav, _, _, _ float64) bool { return nav < 1-x })
		add(fmt.Sprintf("p_lost_%.0f", 100*x), fmt.Sprintf("of a loss of more than %.0f %% at some time until then",
			100*x), func(_, _, _, low, _ float64) bool { return low < 1-x })
	}
	for _, x := range []float64{0.1, 0.25, 0.5, 1, 2} {
		add(fmt.Sprintf("p_gain_%.0f", 100*x), fmt.Sprintf("of a gain of %.0f %% or more then", 100*x),
			func(_, nav, _, _, _ float64) bool { return nav >= 1+x })
		add(fmt.Sprintf("p_gained_%.0f", 100*x), fmt.Sprintf("of a gain of %.0f %% or more at some time until then",
			100*x), func(_, _, _, _, high float64) bool { return high >= 1+x })
	}
	add("p_profit", "of being worth more than at the start then", func(_, nav, _, _, _ float64) bool { return nav > 1 })
	add("p_beats_underlying", "of being worth more than the underlying then",
		func(_, nav, price, _, _ float64) bool { return above(nav, price) })
	add("p_beats_linear", "of being above T times the underlying's return then",
		func(target, nav, price, _, _ float64) bool { return above(nav, 1+float64(target*(price-1))) })
	add("ruined", "of having lost everything by then", func(_, nav, _, _, _ float64) bool { return nav == 0 })
	return es
}()

// NewHorizons returns empty counts at the given times, in years, of a token of
// the given signed target leverage.
func NewHorizons(times []float64, target float64) *Horizons {
	h := &Horizons{Times: times, Target: target, n: make([]int, len(times)),
		NAV: make([]LogHistogram, len(times)), Price: make([]LogHistogram, len(times)),
		Ideal:    make([]LogHistogram, len(times)),
		drawdown: make([]drawdowns, len(times)), Decay: make([]LogHistogram, len(times)),
		Multiple: make([]SignedHistogram, len(times)), Leverage: make([]LogHistogram, len(times)),
		Series: make([]SignedHistogram, len(PathSeries))}
	for range times {
		h.events = append(h.events, make([]int, len(events)))
	}
	return h
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
// and probabilities.
func (h *Horizons) Rows(confidence float64) []HorizonRow {
	var rows []HorizonRow
	for i, t := range h.Times {
		quantiles := func(name string, unit Unit, doc string, of interface {
			Quantile(p, confidence float64) Estimate
		}, levels ...float64) {
			for _, p := range levels {
				rows = append(rows, HorizonRow{t, fmt.Sprintf("%s_p%02.0f", name, 100*p),
					fmt.Sprintf("%.0f %% quantile of %s", 100*p, doc), unit, of.Quantile(p, confidence)})
			}
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
			for _, p := range []float64{0.05, 0.5, 0.95} {
				rows = append(rows, HorizonRow{h.Times[n-1], fmt.Sprintf("series_%s_p%02.0f", name, 100*p),
					fmt.Sprintf("%.0f %% quantile of that of each surviving path's values at the marks", 100*p), Pure,
					h.Series[k].Quantile(p, confidence)})
			}
		}
	}
	return rows
}

// drawdowns counts drawdowns d as d/(1 − d) in a [LogHistogram], so that the error of a
// quantile is at most half a percent of d and of 1 − d.
type drawdowns struct{ odds LogHistogram }

func (d *drawdowns) add(nav, high float64) { d.odds.Add(max(0, high-nav) / nav) }

// Quantile is that of LogHistogram.
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

// Quantile is that of LogHistogram.
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

// Buckets are the ends of the histogram's buckets from the first to the last
// that hold something, and what they hold; zero and infinite values are left
// out.
func (h *LogHistogram) Buckets() (edges []float64, counts []int) {
	first, end := 0, len(h.counts)
	for first < end && h.counts[first] == 0 {
		first++
	}
	for end > first && h.counts[end-1] == 0 {
		end--
	}
	for i := first; i < end; i++ {
		edges, counts = append(edges, h.edge(i)), append(counts, int(h.counts[i]))
	}
	if first < end {
		edges = append(edges, h.edge(end))
	}
	return edges, counts
}
