package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/fmath"
)

// A Series is a price history as log-returns, on an even grid of time: what [Bootstrap]
// and [FHS] draw from, and what a model's state is filtered from. It is never changed.
type Series struct {
	Name     string        // of the history, for messages
	Start    time.Time     // of the first bar
	Step     time.Duration // length of a bar, above zero
	Bars     []Bar         // at least two
	Extremes bool          // the bars' opens, lows and highs are known
}

// A Bar is one step of a series, in log-returns. Over a missing bar the price stands still.
type Bar struct {
	Gap     float64 // from the last close to the open
	Move    float64 // from the open to the close
	Close   float64 // from the last close to the close
	Lo      float64 // least reached from the open, ≤ 0
	Hi      float64 // largest reached from the open, ≥ 0
	Missing bool
}

// Time is when a bar of the series begins.
func (s *Series) Time(bar int) time.Time { return s.Start.Add(time.Duration(bar) * s.Step) }

// Returns are the log-returns from close to close over one step: of bars that are there,
// and so is the one before. They number the bars that they end.
func (s *Series) Returns() (returns []float64, bars []int) {
	for i := 1; i < len(s.Bars); i++ {
		if !s.Bars[i].Missing && !s.Bars[i-1].Missing {
			returns, bars = append(returns, s.Bars[i].Close), append(bars, i)
		}
	}
	return returns, bars
}

// Before is the series of the bars that begin before a time.
func (s *Series) Before(t time.Time) *Series {
	n := int(max(0, (t.Sub(s.Start)+s.Step-1)/s.Step))
	part := *s
	part.Bars = s.Bars[:min(n, len(s.Bars)):min(n, len(s.Bars))]
	return &part
}

// checkStep reports a step of a grid that is no whole number of bars.
func (s *Series) checkStep(step time.Duration) error {
	if step < s.Step || step%s.Step != 0 {
		return fmt.Errorf("models: step %v with the history %s, whose bars take %v; want a whole number of bars",
			step, s.Name, s.Step)
	}
	return nil
}

// BlockLength is the mean length of the stationary bootstrap's blocks, in steps and at
// least one, that estimates the variance of the mean of xs with the least squared error.
//
// Sources: Politis and White, "Automatic block-length selection for the dependent
// bootstrap", Econometric Reviews 23 (2004), with the constant corrected in Patton,
// Politis and White, Econometric Reviews 28 (2009).
func BlockLength(xs []float64) float64 {
	n := len(xs)
	if n < 10 {
		return 1
	}
	mean := 0.0
	for _, x := range xs {
		mean += x / float64(n)
	}
	covariance := func(lag int) float64 {
		sum := 0.0
		for i := lag; i < n; i++ {
			sum += float64((xs[i] - mean) * (xs[i-lag] - mean))
		}
		return sum / float64(n)
	}
	digits := fmath.Log(float64(n)) / math.Ln10
	most := min(int(math.Ceil(math.Sqrt(float64(n))))+max(5, int(digits)), n-1)
	r := make([]float64, most+1)
	for lag := range r {
		r[lag] = covariance(lag)
	}
	if !(r[0] > 0) {
		return 1
	}
	// 1. the lag after which a run of correlations is that of noise
	run := max(5, int(math.Ceil(math.Sqrt(digits))))
	noise := float64(2 * math.Sqrt(digits/float64(n)) * r[0])
	reach, quiet := 0, 0
	for lag := 1; lag <= most && quiet < run; lag++ {
		if quiet++; math.Abs(r[lag]) >= noise {
			reach, quiet = lag, 0
		}
	}
	// 2. the flat-top sums up to twice that lag
	m := min(2*max(reach, 1), most)
	spectrum, slope := r[0], 0.0
	for lag := 1; lag <= m; lag++ {
		w := min(1, 2*(1-float64(lag)/float64(m)))
		spectrum += 2 * float64(w*r[lag])
		slope += 2 * float64(w*float64(lag)*r[lag])
	}
	if !(spectrum > 0) {
		return 1
	}
	b := fmath.Pow(float64(slope*slope)/float64(spectrum*spectrum)*float64(n), 1.0/3)
	longest := math.Ceil(min(3*math.Sqrt(float64(n)), float64(n)/3))
	return min(max(b, 1), longest)
}
