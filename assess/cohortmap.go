package assess

import (
	"math"
	"time"

	"mcrisk/analytics"
)

// A CohortMap is what cohorts made, by holding period and by the part of the calendar in
// which they bought. Numbers are by period, then group, and NaN where a group is empty.
type CohortMap struct {
	Unit   CalendarUnit
	Groups []time.Time // when each begins, in UTC

	Decay      [][]float64 // median of decay_vs_power per year; −Inf where half of the group lost everything
	Linear     [][]float64 // median of decay_vs_linear
	LossOfHalf [][]float64 // share that ended with a loss of more than half
}

// A CalendarUnit is a part of a calendar.
type CalendarUnit string

const (
	Day     CalendarUnit = "day"
	Week    CalendarUnit = "week" // from Monday
	Month   CalendarUnit = "month"
	Quarter CalendarUnit = "quarter"
	Year    CalendarUnit = "year"
)

// begin is the start of the unit that a time lies in.
func (u CalendarUnit) begin(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	switch u {
	case Day:
	case Week:
		d -= (int(t.UTC().Weekday()) + 6) % 7
	case Month:
		d = 1
	case Quarter:
		m, d = (m-1)/3*3+1, 1
	case Year:
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// next is the start of the unit after the one that begins at a time.
func (u CalendarUnit) next(t time.Time) time.Time {
	switch u {
	case Day:
		return t.AddDate(0, 0, 1)
	case Week:
		return t.AddDate(0, 0, 7)
	case Month:
		return t.AddDate(0, 1, 0)
	case Quarter:
		return t.AddDate(0, 3, 0)
	}
	return t.AddDate(1, 0, 0)
}

// groups are the starts of the units from one time to another, or of the first so many.
func (u CalendarUnit) groups(from, to time.Time, most int) (list []time.Time) {
	for t := u.begin(from); !t.After(to) && len(list) <= most; t = u.next(t) {
		list = append(list, t)
	}
	return list
}

// mostGroups is how many groups a map has at most, unless years are more.
const mostGroups = 80

// Map groups the cohorts by the day, week, month, quarter or year in which they bought,
// the first of these that makes few enough groups and is no shorter than the time between
// starts.
func (c *Cohorts) Map() *CohortMap {
	first, last := c.Periods[0].Starts[0], c.Periods[0].Starts[0]
	for _, p := range c.Periods {
		last = latest(last, p.Starts[len(p.Starts)-1])
	}
	m := &CohortMap{Unit: Year}
	for _, u := range []CalendarUnit{Day, Week, Month, Quarter} {
		at := u.begin(first)
		if len(u.groups(first, last, mostGroups)) <= mostGroups && u.next(at).Sub(at) >= c.Every {
			m.Unit = u
			break
		}
	}
	m.Groups = m.Unit.groups(first, last, math.MaxInt-1)
	number := map[time.Time]int{}
	for i, at := range m.Groups {
		number[at] = i
	}
	for _, p := range c.Periods {
		m.add(p, func(at time.Time) int { return number[m.Unit.begin(at)] })
	}
	return m
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// add adds a holding period, whose cohorts are in groups by their starts.
func (m *CohortMap) add(p HoldingPeriod, group func(time.Time) int) {
	members := make([][]int, len(m.Groups))
	for i, at := range p.Starts {
		g := group(at)
		members[g] = append(members[g], i)
	}
	c := &analytics.Case{Ensemble: p.Held, Confidence: Confidence}
	of := func(values []float64, summary func(group []float64) float64) []float64 {
		row := make([]float64, len(members))
		for g, list := range members {
			var xs []float64
			for _, i := range list {
				xs = append(xs, values[i])
			}
			if row[g] = math.NaN(); len(xs) > 0 {
				row[g] = summary(xs)
			}
		}
		return row
	}
	median := func(xs []float64) float64 {
		return analytics.Quantile(analytics.Sample{X: xs}, 0.5, Confidence).Value
	}
	decays := of(cohortMetric("decay_vs_power").Paths(c), median)
	for g := range decays {
		decays[g] /= p.Held.Years()
	}
	m.Decay = append(m.Decay, decays)
	m.Linear = append(m.Linear, of(cohortMetric("decay_vs_linear").Paths(c), median))
	m.LossOfHalf = append(m.LossOfHalf, of(cohortMetric("p_loss_50").Paths(c), func(xs []float64) float64 {
		return analytics.Mean(analytics.Sample{X: xs}, Confidence).Value
	}))
}

// usualShare is how many values have the usual size or less.
const usualShare = 0.98

// UsualSize is the magnitude that few of some values exceed, so that these, such as the gain
// over a year that tripled, do not leave all others of one colour; NaN is left out, and of
// none it is 0.
func UsualSize(rows [][]float64) float64 {
	var sizes []float64
	for _, row := range rows {
		for _, v := range row {
			if !math.IsNaN(v) {
				sizes = append(sizes, math.Abs(v))
			}
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	return analytics.Quantile(analytics.Sample{X: sizes}, usualShare, Confidence).Value
}
