package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Dated are the values of something at times, such as the closes of a price.
type Dated struct {
	Times  []time.Time // rising
	Values []float64   // positive and finite, as many as Times
}

// check is an error at values that are not positive, or zero where the end may be, and at times that
// do not rise.
func (d Dated) check(what string, mayEnd bool) error {
	if len(d.Times) != len(d.Values) {
		return fmt.Errorf("analytics: %s has %d values at %d times; want as many", what, len(d.Values), len(d.Times))
	}
	for i, v := range d.Values {
		at := func(i int) string { return d.Times[i].UTC().Format(time.RFC3339) }
		if i > 0 && !d.Times[i].After(d.Times[i-1]) {
			return fmt.Errorf("analytics: %s has a value at %s after the one at %s; want times that rise",
				what, at(i), at(i-1))
		}
		if !(v > 0 || v == 0 && mayEnd) || math.IsInf(v, 0) {
			return fmt.Errorf("analytics: %s is %v at %s; want positive numbers", what, v, at(i))
		}
	}
	return nil
}

// A Drawdown is a fall below an earlier value, from its peak until the peak was reached again.
// Its times are values by number.
type Drawdown struct {
	Depth        float64 // 1 − trough/peak
	Peak, Trough int     // the last value at the peak, and the first of the lowest
	Recovered    int     // the first value that is no longer below the peak; −1: there is none
}

// Drawdowns are the deepest falls of values, which are positive, the deepest first and of equal ones
// the earlier: at most n of them. They do not overlap, as each lasts until its peak was reached again,
// so the first is that of max_drawdown of [SeriesMetrics].
func Drawdowns(values []float64, n int) []Drawdown {
	var all []Drawdown
	peak, under := 0, false
	for i, v := range values {
		switch {
		case v >= values[peak]:
			if under {
				all[len(all)-1].Recovered = i
			}
			peak, under = i, false
		case !under:
			all, under = append(all, Drawdown{1 - v/values[peak], peak, i, -1}), true
		default:
			if d, depth := &all[len(all)-1], 1-v/values[peak]; depth > d.Depth {
				d.Depth, d.Trough = depth, i
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Drawdown) int { return cmp.Compare(b.Depth, a.Depth) })
	return all[:min(max(n, 0), len(all))]
}

// A Period is a length of the calendar, in UTC. A value at midnight is of the day that ends then.
type Period int

const (
	Day Period = iota
	Week
	Month
	Year
)

// of is the number of the period that a time is in, which rises with time.
func (p Period) of(t time.Time) int64 {
	t = t.UTC().Add(-time.Nanosecond)
	day := floorDiv(t.Unix(), 86400)
	switch p {
	case Day:
		return day
	case Week: // from Monday on; 1 January 1970 was a Thursday
		return floorDiv(day+3, 7)
	case Month:
		return int64(t.Year())*12 + int64(t.Month()) - 1
	default:
		return int64(t.Year())
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// start is when the period begins that a time is in.
func (p Period) start(t time.Time) time.Time {
	t = t.UTC().Add(-time.Nanosecond)
	year, month, day := t.Date()
	switch p {
	case Week:
		day -= (int(t.Weekday()) + 6) % 7
	case Month:
		day = 1
	case Year:
		month, day = time.January, 1
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Ends are the numbers of the last value in each period that has one.
func (p Period) Ends(times []time.Time) []int {
	return p.EndsOf(len(times), func(i int) time.Time { return times[i] })
}

// EndsOf is [Period.Ends] of so many times.
func (p Period) EndsOf(times int, at func(int) time.Time) []int {
	var ends []int
	last := int64(0)
	for i := range times {
		if n := p.of(at(i)); i > 0 && n == last {
			ends[len(ends)-1] = i
		} else {
			ends, last = append(ends, i), n
		}
	}
	return ends
}

// A PeriodReturn is the return of a period of the calendar.
type PeriodReturn struct {
	Start  time.Time // of the period, midnight UTC
	Return float64   // simple: last value of the period over that before it, less 1
	Last   int       // number of that last value
}

// Returns are the returns of the periods in which there are values, in order: from the last value
// before a period, or the first value of all, to the last in it. So the first and the last period
// may be cut, and one after periods without values has what those made. A first value that is alone in its
// period has no return. Values are positive, the last ones perhaps zero; otherwise it is an error.
func (p Period) Returns(d Dated) ([]PeriodReturn, error) {
	if err := d.check("a history", true); err != nil {
		return nil, err
	}
	var all []PeriodReturn
	before := 0
	for _, i := range p.Ends(d.Times) {
		if i > 0 && d.Values[before] > 0 {
			all = append(all, PeriodReturn{p.start(d.Times[i]), d.Values[i]/d.Values[before] - 1, i})
		}
		before = i
	}
	return all, nil
}

// Rolling says how a history grew over every window of a length.
type Rolling struct {
	Windows                 int // one for each value that has another the length later
	Least, Median, Greatest Window
}

// A Window is a stretch of a history.
type Window struct {
	Return   float64 // simple
	From, To int     // values by number
}

// RollingReturns are the returns over every window of a length: from each value to the first that is at
// least as much later. Of equal returns the earlier window counts, and of an even number of windows
// the median is the lower of the two in the middle, so that it has dates. Without a window
// the three are NaN. Values that are not positive, and times that do not rise, are an error.
func RollingReturns(d Dated, length time.Duration) (Rolling, error) {
	if err := d.check("a history", false); err != nil {
		return Rolling{}, err
	}
	returns := make([]float64, 0, len(d.Times))
	each := func(yield func(r float64, i, j int)) {
		windows(d.Times, length, func(i, j int) { yield(d.Values[j]/d.Values[i]-1, i, j) })
	}
	each(func(r float64, _, _ int) { returns = append(returns, r) })
	n := len(returns)
	none := Window{Return: math.NaN()}
	all := Rolling{n, none, none, none}
	if n == 0 {
		return all, nil
	}
	slices.Sort(returns)
	median := (n - 1) / 2
	equal, _ := slices.BinarySearch(returns, returns[median]) // the first of those that return as much
	median -= equal
	each(func(r float64, i, j int) {
		w := Window{r, i, j}
		if r == returns[0] && math.IsNaN(all.Least.Return) {
			all.Least = w
		}
		if r == returns[equal] {
			if median == 0 {
				all.Median = w
			}
			median--
		}
		if r == returns[n-1] && math.IsNaN(all.Greatest.Return) {
			all.Greatest = w
		}
	})
	return all, nil
}

// windows goes through the pairs of times of which the second is the first that is at least a length
// after the first.
func windows(times []time.Time, length time.Duration, each func(i, j int)) {
	j := 0
	for i, t := range times {
		for j < len(times) && times[j].Sub(t) < length {
			j++
		}
		if j == len(times) {
			return
		}
		each(i, j)
	}
}
