package paths

import (
	"fmt"
	"iter"
	"slices"

	"mcrisk/fmath"
	"mcrisk/models"
)

// MaxSeries is how many steps a history may have to be held as a series, missing bars
// included: 19 years of minutes, 56 bytes each.
const MaxSeries = 10_000_000

// Series is the history as log-returns, missing bars included: the price stands still over
// them and then jumps to the next open. They are logarithms of price ratios, so that they
// do not depend on the unit of the prices. More than [MaxSeries] steps are an error.
func (h *History) Series() (*models.Series, error) {
	steps, err := h.Steps()
	if err != nil {
		return nil, err
	}
	s := &models.Series{Name: h.Name, Start: h.Bars[0].Start, Step: h.Step, Extremes: !h.ClosesOnly}
	s.Bars = slices.AppendSeq(make([]models.Bar, 0, h.Span()/h.Step), steps)
	return s, nil
}

// Steps are the bars of [History.Series], one after the other.
func (h *History) Steps() (iter.Seq[models.Bar], error) {
	if n := h.Span() / h.Step; n > MaxSeries {
		return nil, fmt.Errorf("paths: %s has %d steps of %v, missing bars among them; want at most %d",
			h.Name, n, h.Step, MaxSeries)
	}
	return func(yield func(models.Bar) bool) {
		last, next := h.Bars[0].Open, h.Bars[0].Start
		for _, b := range h.Bars {
			for ; next.Before(b.Start); next = next.Add(h.Step) {
				if !yield(models.Bar{Missing: true}) {
					return
				}
			}
			next = next.Add(h.Step)
			if !yield(models.Bar{Gap: fmath.Log(b.Open / last), Move: fmath.Log(b.Close / b.Open),
				Close: fmath.Log(b.Close / last), Lo: fmath.Log(b.Low / b.Open), Hi: fmath.Log(b.High / b.Open)}) {
				return
			}
			last = b.Close
		}
	}, nil
}
