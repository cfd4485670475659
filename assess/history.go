package assess

import (
	"time"

	"mcrisk/analytics"
	"mcrisk/paths"
)

// A HistoryRecord holds the statistics of the closes of a history. Nothing is estimated,
// so there are no intervals.
type HistoryRecord struct {
	Values   int           // closes
	Step     time.Duration // between them, but for gaps
	From, To time.Time     // of the first and the last close
	Gaps     int           // the return across each counts as one step
	Metrics  []analytics.SeriesMetric
}

// SeriesOptions say how a history is annualised.
type SeriesOptions = analytics.SeriesOptions

// Describe describes the closes of a history as they stand, over elapsed time.
func Describe(h *paths.History, o SeriesOptions) *HistoryRecord {
	closes, times := h.Closes()
	return &HistoryRecord{
		Values: len(closes), Step: h.Step, Gaps: len(h.Gaps),
		From:    h.Bars[0].Start.Add(h.Step),
		To:      h.Bars[len(h.Bars)-1].Start.Add(h.Step),
		Metrics: analytics.SeriesMetrics(closes, times, o),
	}
}
