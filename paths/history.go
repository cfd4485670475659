package paths

import (
	"fmt"
	"math"
	"slices"
	"time"

	"mcrisk/fmath"
	"mcrisk/internal/prefault"
	"mcrisk/models"
)

// A History is a series of price bars on one even grid of time, checked and in
// order. Bars may be missing, and then Gaps says where; they are never filled.
type History struct {
	Name string        // what the caller called it, usually a file name
	Step time.Duration // the most common spacing of the bars, positive
	Bars []Bar         // at least two, Start strictly increasing by multiples of Step
	Gaps []Gap         // in order; empty if every bar is Step after the one before

	ClosesOnly bool   // only closes are known, and the Open, High and Low of a bar are its Close
	Notes      []Note // what the reader repaired, left out or assumed, one of a kind

	whole *History // that this is a part of; nil: of none
}

// Whole is the history that this one was cut from by [History.Between], or itself.
func (h *History) Whole() *History {
	if h.whole != nil {
		return h.whole
	}
	return h
}

// A Bar is what one stretch of trading did to the price:
// 0 < Low ≤ Open, Close ≤ High < ∞.
type Bar struct {
	Start                  time.Time // first instant of the bar, UTC; Close is the price one Step later
	Open, High, Low, Close float64   // in quote currency per coin
	Volume                 float64   // at least zero, in the file's unit; NaN if the file has none
}

// A Gap is a run of missing bars.
type Gap struct {
	Line    int       // line of the file where the bars resume, from 1
	From    time.Time // start of the first missing bar
	To      time.Time // start of the bar that resumes; not missing itself
	Missing int       // number of missing bars, at least 1
}

func (g Gap) String() string {
	bars := "bars"
	if g.Missing == 1 {
		bars = "bar"
	}
	return fmt.Sprintf("line %d: %d %s missing from %s to %s",
		g.Line, g.Missing, bars, g.From.Format(time.RFC3339), g.To.Format(time.RFC3339))
}

// StepYears is the length of a step in years of 365 days.
func (h *History) StepYears() float64 { return yearsOf(h.Step) }

// Span is the time from the start of the first bar to the end of the last one,
// gaps included.
func (h *History) Span() time.Duration {
	return h.Bars[len(h.Bars)-1].Start.Add(h.Step).Sub(h.Bars[0].Start)
}

// Years is Span in years of 365 days.
func (h *History) Years() float64 { return yearsOf(h.Span()) }

// Closes are the closes of the bars and their times, in years of 365 days since
// the start of the first bar. Weekends and missing bars pass like any other time.
func (h *History) Closes() (closes, times []float64) {
	closes, times = make([]float64, len(h.Bars)), make([]float64, len(h.Bars))
	for i, b := range h.Bars {
		closes[i] = b.Close
		times[i] = yearsOf(b.Start.Add(h.Step).Sub(h.Bars[0].Start))
	}
	return closes, times
}

func yearsOf(d time.Duration) float64 { return d.Hours() / (365 * 24) }

// LogReturns returns ln(close/previous close) for every two bars one Step
// apart, in order. No return is taken over a gap: a history of n bars with g
// gaps has n-1-g of them, each over exactly StepYears.
func (h *History) LogReturns() []float64 {
	returns, _ := h.returnsOver(0)
	return returns
}

// mostClosed is the longest that a market is taken to be closed. Longer gaps are
// missing data.
const mostClosed = 7 * 24 * time.Hour

// Returns are the log-returns to fit a model to, in order, and the years of 365
// days that each takes on average.
//
// Where the market hardly closes they are LogReturns, each over StepYears. Where it
// closes, by night or over weekends, the price moves from a close to the next open
// too: every return counts but those over gaps longer than a week, and a return
// takes the time that they all take over their number. A market closes if more than
// a tenth of its steps are missing, in gaps of at most a week each, three or more where bars are
// shorter than a day.
func (h *History) Returns() (returns []float64, years float64) {
	if !h.MarketCloses() {
		return h.LogReturns(), h.StepYears()
	}
	returns, bars := h.stepReturns()
	var elapsed time.Duration
	for _, b := range bars {
		elapsed += h.Bars[b].Start.Sub(h.Bars[b-1].Start)
	}
	return returns, yearsOf(elapsed) / float64(len(returns)) // a market that closes has gaps, and returns over them
}

// stepReturns are the log-returns from bar to bar but those over gaps longer than a
// week, and the number of the bar at which each ends.
func (h *History) stepReturns() (returns []float64, bars []int) { return h.returnsOver(mostClosed) }

// returnsOver are the log-returns from bar to bar but those over longer gaps.
func (h *History) returnsOver(gap time.Duration) (returns []float64, bars []int) {
	returns, bars = prefault.Slice(make([]float64, 0, len(h.Bars))), prefault.Slice(make([]int, 0, len(h.Bars)))
	before := fmath.Log(h.Bars[0].Close)
	for i := 1; i < len(h.Bars); i++ {
		now := fmath.Log(h.Bars[i].Close) // finite for all prices; their ratio is not
		if h.Bars[i].Start.Sub(h.Bars[i-1].Start)-h.Step <= gap {
			returns, bars = append(returns, now-before), append(bars, i)
		}
		before = now
	}
	return returns, bars
}

// WrongPrices names the bars whose prices look wrong, and asks about them: moves from
// close to close that [models.Outliers] doubts, as a split or a bad print makes them,
// where those over gaps of at most a week count as moves over one step, divided by the
// root of their steps; and extremes more than four times away from the open and close
// of their bar. It is nil where there is nothing to ask.
func (h *History) WrongPrices() []string {
	var asks []string
	returns, bars := h.stepReturns()
	for i, b := range bars { // as if over one step
		if d := h.Bars[b].Start.Sub(h.Bars[b-1].Start); d != h.Step {
			returns[i] /= math.Sqrt(float64(d) / float64(h.Step))
		}
	}
	if at, share, doubtful := models.Outliers(returns); doubtful {
		if math.Abs(returns[at[1]]) > math.Abs(returns[at[0]]) { // of two that are as far from their mean
			at[0], at[1] = at[1], at[0]
		}
		b := bars[at[0]]
		asks = append(asks, fmt.Sprintf("%s: wrong prices? The close goes from %.6g to %.6g on %s (times %.4g); "+
			"this move and the next largest, on %s, "+
			"make %.0f %% of the sum of squared returns: a split, or a bad price",
			h.Name, h.Bars[b-1].Close, h.Bars[b].Close, h.day(b), h.Bars[b].Close/h.Bars[b-1].Close,
			h.day(bars[at[1]]), 100*share))
	}
	wild, first := 0, 0
	for i, b := range h.Bars {
		if b.High > 4*max(b.Open, b.Close) || 4*b.Low < min(b.Open, b.Close) {
			if wild++; wild == 1 {
				first = i
			}
		}
	}
	if wild > 0 {
		b := h.Bars[first]
		asks = append(asks,
			fmt.Sprintf("%s: wrong prices? %s an extreme more than four times away from open and close; "+
				"the first, on %s: open %.6g, high %.6g, low %.6g, close %.6g",
				h.Name, quantity(wild, "bar has", "bars have"), h.day(first), b.Open, b.High, b.Low, b.Close))
	}
	return asks
}

// day names a bar: its day, and the time where bars are shorter.
func (h *History) day(bar int) string {
	at := h.Bars[bar].Start
	if h.Step%(24*time.Hour) == 0 {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.RFC3339)
}

// MarketCloses says whether so many steps are missing, so often, that the market
// must have hours, as [History.Returns] says. Of bars shorter than a day one or two gaps are outages.
func (h *History) MarketCloses() bool {
	leastGaps, missing, gaps := 1, 0, 0
	if h.Step < 24*time.Hour {
		leastGaps = 3
	}
	for _, g := range h.Gaps {
		if g.To.Sub(g.From) <= mostClosed {
			missing, gaps = missing+g.Missing, gaps+1
		}
	}
	return gaps >= leastGaps && 10*missing > len(h.Bars)+missing
}

// Between is the history of the bars that start at since or later and before until,
// with the gaps between them and the notes on the whole. A zero time bounds nothing. It shares its bars with h.
// Fewer than two bars are an error.
func (h *History) Between(since, until time.Time) (*History, error) {
	at := func(t time.Time) int {
		n, _ := slices.BinarySearchFunc(h.Bars, t, func(b Bar, t time.Time) int { return b.Start.Compare(t) })
		return n
	}
	first, end := 0, len(h.Bars)
	from, to := "its start", "its end"
	if !since.IsZero() {
		first, from = at(since), since.Format(time.RFC3339)
	}
	if !until.IsZero() {
		end, to = at(until), until.Format(time.RFC3339)
	}
	if end-first < 2 {
		return nil, fmt.Errorf("paths: %s, from %s to %s: %d of its bars; want two or more of those from %s to %s",
			h.Name, from, to, max(0, end-first),
			h.Bars[0].Start.Format(time.RFC3339), h.Bars[len(h.Bars)-1].Start.Format(time.RFC3339))
	}
	part := *h
	part.whole = h.Whole()
	part.Bars, part.Gaps = h.Bars[first:end:end], nil
	for _, g := range h.Gaps {
		if g.To.After(h.Bars[first].Start) && !g.To.After(h.Bars[end-1].Start) {
			part.Gaps = append(part.Gaps, g)
		}
	}
	return &part, nil
}
