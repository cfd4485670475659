package analytics

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"mcrisk/fmath"
)

// A Tracking says how close a token came to what really traded. Returns are simple, v₁/v₀ − 1, over the
// times at which both have a value: a bar is from one of these to the next, whatever their
// distance; a day, week (from Monday on) or month is from the last of them in a period of the
// calendar to the last of them in the next period that has one, in UTC, where midnight belongs to
// the day that ends. So the first period counts only as a start, and the last may be cut.
// Numbers that too few returns determine are NaN.
type Tracking struct {
	From, To                  time.Time // the first and the last common time
	Bars, Days, Weeks, Months int       // returns

	// Pearson's correlation of the returns of both; NaN for fewer than three or where one does not vary.
	CorrelationBar, CorrelationDay, CorrelationWeek float64

	BetaMonth          float64 // slope of the token's monthly returns on those of what traded
	TrackingErrorMonth float64 // standard deviation of the differences of monthly returns, not annualised

	// MedianDifferenceDay is the median of the absolute differences of daily returns.
	MedianDifferenceDay float64

	TerminalRatio float64 // growth of the token from the first to the last common time, over that of what traded
	DriftYear     float64 // ln TerminalRatio a year of 365 days

	// The least and the greatest ratio of growth, as TerminalRatio is, over windows of WindowYears: from
	// each common time to the first that is at least so much later. A span that is shorter than four
	// years of 365 days is the only window.
	WorstWindowRatio, BestWindowRatio float64
	WindowYears                       float64

	WorstDays []DayMove // the days on which what traded fell farthest, the farthest first
}

// A DayMove has the simple returns of a day.
type DayMove struct {
	Date          time.Time // midnight UTC at which the day begins
	Token, Traded float64
}

// trackingWindow is the length of the windows of a Tracking.
const trackingWindow = 4 * 365 * 24 * time.Hour

// Against compares the values of a token with those of what really traded, at their common times. Both
// are in any unit. At most so many worst days are listed, and only those on which what traded
// fell. A token's values may be zero once it has ended: the comparison goes to the first of these, and
// is of no returns if that is the first common time.
//
// Fewer than two common times are an error, and so are values that are not positive and times that do
// not rise. It takes time proportional to n·ln n.
func Against(token, traded Dated, worstDays int) (*Tracking, error) {
	if err := errors.Join(token.check("the token", true), traded.check("what traded", false)); err != nil {
		return nil, err
	}
	times, x, y := common(token, traded)
	n := len(times) - 1
	if n == 0 && x[0] == 0 {
		none := math.NaN()
		return &Tracking{From: times[0], To: times[0],
			CorrelationBar: none, CorrelationDay: none, CorrelationWeek: none,
			BetaMonth: none, TrackingErrorMonth: none, MedianDifferenceDay: none, TerminalRatio: none, DriftYear: none,
			WorstWindowRatio: none, BestWindowRatio: none, WindowYears: none}, nil
	}
	if n < 1 {
		return nil, fmt.Errorf("analytics: the token (%s) and what traded (%s) have %d times in common; "+
			"want two at least", token.span(), traded.span(), len(times))
	}
	t := &Tracking{From: times[0], To: times[n], TerminalRatio: x[n] / x[0] / (y[n] / y[0])}
	years := func(d time.Duration) float64 { return d.Hours() / (365 * 24) }
	span := times[n].Sub(times[0])
	t.DriftYear = fmath.Log(t.TerminalRatio) / years(span)

	bars := make([]int, n+1)
	for i := range bars {
		bars[i] = i
	}
	a, b := returnsAt(x, bars), returnsAt(y, bars)
	t.Bars, t.CorrelationBar = n, pearson(a, b)

	ends := Day.Ends(times)
	a, b = returnsAt(x, ends), returnsAt(y, ends)
	t.Days, t.CorrelationDay = len(a), pearson(a, b)
	off := make([]float64, len(a))
	for i := range a {
		off[i] = math.Abs(a[i] - b[i])
		t.WorstDays = append(t.WorstDays, DayMove{Day.start(times[ends[i+1]]), a[i], b[i]})
	}
	t.MedianDifferenceDay = Quantile(Sample{X: off}, 0.5, 0.95).Value
	t.WorstDays = slices.DeleteFunc(t.WorstDays, func(d DayMove) bool { return !(d.Traded < 0) })
	slices.SortStableFunc(t.WorstDays, func(a, b DayMove) int { return cmp.Compare(a.Traded, b.Traded) })
	t.WorstDays = t.WorstDays[:min(max(worstDays, 0), len(t.WorstDays))]

	ends = Week.Ends(times)
	a, b = returnsAt(x, ends), returnsAt(y, ends)
	t.Weeks, t.CorrelationWeek = len(a), pearson(a, b)

	ends = Month.Ends(times)
	a, b = returnsAt(x, ends), returnsAt(y, ends)
	t.Months, t.BetaMonth, t.TrackingErrorMonth = len(a), slope(a, b), spreadOfDifference(a, b)

	length := min(span, trackingWindow)
	t.WindowYears = years(length)
	t.WorstWindowRatio, t.BestWindowRatio = math.Inf(1), math.Inf(-1)
	windows(times, length, func(i, j int) {
		ratio := x[j] / x[i] / (y[j] / y[i])
		t.WorstWindowRatio, t.BestWindowRatio = min(t.WorstWindowRatio, ratio), max(t.BestWindowRatio, ratio)
	})
	return t, nil
}

// span is when the values are from and to, in words.
func (d Dated) span() string {
	if len(d.Times) == 0 {
		return "no values"
	}
	return d.Times[0].UTC().Format(time.RFC3339) + " to " + d.Times[len(d.Times)-1].UTC().Format(time.RFC3339)
}

// common are the times at which both have values, and these, up to the first zero of a.
func common(a, b Dated) (times []time.Time, x, y []float64) {
	j := 0
	for i, t := range a.Times {
		for j < len(b.Times) && b.Times[j].Before(t) {
			j++
		}
		if j == len(b.Times) || len(x) > 0 && x[len(x)-1] == 0 {
			break
		}
		if b.Times[j].Equal(t) {
			times, x, y = append(times, t), append(x, a.Values[i]), append(y, b.Values[j])
		}
	}
	return times, x, y
}

// returnsAt are the simple returns from each of some values to the next.
func returnsAt(values []float64, at []int) []float64 {
	r := make([]float64, len(at)-1)
	for i := range r {
		r[i] = values[at[i+1]]/values[at[i]] - 1
	}
	return r
}

// pearson is the correlation of pairs.
func pearson(x, y []float64) float64 {
	if len(x) < 3 || spreadOf(x).sd == 0 || spreadOf(y).sd == 0 {
		return math.NaN()
	}
	_, sx := moments(Sample{X: x})
	_, sy := moments(Sample{X: y})
	return max(-1, min(1, products(x, y)/math.Sqrt(sx)/math.Sqrt(sy)))
}

// slope is that of the least-squares line of y's values against x's.
func slope(y, x []float64) float64 {
	if len(x) < 3 || spreadOf(x).sd == 0 {
		return math.NaN()
	}
	_, sx := moments(Sample{X: x})
	return products(x, y) / sx
}

// products is the sum of the products of deviations from the means.
func products(x, y []float64) float64 {
	mx, _ := moments(Sample{X: x})
	my, _ := moments(Sample{X: y})
	var s sum
	for i := range x {
		s.add(float64((x[i] - mx) * (y[i] - my)))
	}
	return s.value()
}

// spreadOfDifference is the standard deviation of x − y, with the divisor n − 1.
func spreadOfDifference(x, y []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	d := make([]float64, len(x))
	for i := range x {
		d[i] = x[i] - y[i]
	}
	_, squares := moments(Sample{X: d})
	return math.Sqrt(squares / float64(len(d)-1))
}
