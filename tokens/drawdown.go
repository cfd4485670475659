package tokens

import (
	"math"
	"time"
)

// drawdown follows a value over time: the deepest fall from a running peak, its length,
// its recovery, and the longest time below a peak.
type drawdown struct {
	peak   float64       // highest so far
	peakAt time.Duration //
	floor  float64       // below this a fall is the deepest so far: peak·(1 − depth)

	depth    float64       // deepest fall, a fraction of its peak
	fell     time.Duration // from that peak to its trough
	trough   time.Duration // when
	recovery time.Duration // from the trough back to the peak, once recovered
	unhealed bool          // the deepest fall has not been recovered
	longest  time.Duration // longest time from a peak until the value passed it
}

func newDrawdown(v float64) drawdown { return drawdown{peak: v, floor: v} }

func (d *drawdown) visit(v float64, now time.Duration) {
	switch {
	case v > d.peak:
		if d.unhealed {
			d.unhealed, d.recovery = false, now-d.trough
		}
		d.longest = max(d.longest, now-d.peakAt)
		d.peak, d.peakAt = v, now
		d.floor = v * (1 - d.depth)
	case v < d.floor:
		d.depth = 1 - v/d.peak
		d.floor = v
		d.fell, d.trough = now-d.peakAt, now
		d.unhealed = true
	}
}

// Drawdown is the deepest fall of a value from its running peak.
type Drawdown struct {
	Depth      float64 // fraction of the peak
	Length     float64 // years from the peak to the trough
	Recovery   float64 // years from the trough until the peak was passed; NaN if it was not
	Underwater float64 // longest time in years from a peak until it was passed, or to the end
}

// result closes the record at the end of the horizon.
func (d *drawdown) result(end time.Duration) Drawdown {
	r := Drawdown{Depth: d.depth, Length: years(d.fell), Recovery: math.NaN(),
		Underwater: years(max(d.longest, end-d.peakAt))}
	if d.depth == 0 {
		r.Recovery = 0
	} else if !d.unhealed {
		r.Recovery = years(d.recovery)
	}
	return r
}

func years(d time.Duration) float64 { return float64(d) / float64(365*24*time.Hour) }
