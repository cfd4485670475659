package paths

import (
	"mcrisk/fmath"
	"mcrisk/models"
)

// Series is the history as log-returns, missing bars included: the price stands still over
// them and then jumps to the next open. They are logarithms of price ratios, so that they
// do not depend on the unit of the prices.
func (h *History) Series() *models.Series {
	s := &models.Series{Name: h.Name, Start: h.Bars[0].Start, Step: h.Step, Extremes: !h.ClosesOnly}
	last, next := h.Bars[0].Open, h.Bars[0].Start
	for _, b := range h.Bars {
		for ; next.Before(b.Start); next = next.Add(h.Step) {
			s.Bars = append(s.Bars, models.Bar{Missing: true})
		}
		next = next.Add(h.Step)
		s.Bars = append(s.Bars, models.Bar{Gap: fmath.Log(b.Open / last), Move: fmath.Log(b.Close / b.Open),
			Close: fmath.Log(b.Close / last), Lo: fmath.Log(b.Low / b.Open), Hi: fmath.Log(b.High / b.Open)})
		last = b.Close
	}
	return s
}
