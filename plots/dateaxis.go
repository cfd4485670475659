package plots

import (
	"time"
)

// year is the year of this package's times.
const year = 365 * 24 * time.Hour

// A calendar is the scale of a date axis: how far apart its ticks are.
type calendar struct {
	months int           // from tick to tick; zero: clock is
	clock  time.Duration // from tick to tick
}

// calendars are readable distances between ticks, from short to long.
var calendars = []calendar{
	{0, time.Second}, {0, 5 * time.Second}, {0, 15 * time.Second},
	{0, time.Minute}, {0, 5 * time.Minute}, {0, 15 * time.Minute}, {0, 30 * time.Minute},
	{0, time.Hour}, {0, 3 * time.Hour}, {0, 6 * time.Hour}, {0, 12 * time.Hour},
	{0, day}, {0, 2 * day}, {0, 7 * day}, {0, 14 * day},
	{1, 0}, {2, 0}, {3, 0}, {6, 0},
	{12, 0}, {24, 0}, {60, 0}, {120, 0}, {240, 0}, {600, 0},
}

const day = 24 * time.Hour

// dateAxis spans the times from lo to hi, in years since start, with at most most ticks at
// whole years, months, weeks, days, hours, minutes or seconds of UTC, as the span asks. A
// tick says what changes from tick to tick, and the larger unit where that begins: 18:00
// then 12 Mar, Oct then 2021. The label has the first and the last time.
func dateAxis(start time.Time, lo, hi float64, most int) (a axis, label string) {
	at := func(years float64) time.Time {
		return start.Add(time.Duration(years * float64(year))).UTC().Round(time.Millisecond) // years are rounded
	}
	from, to := at(lo), at(hi)
	a = axis{min: lo, max: hi}
	for _, c := range calendars {
		var ticks []tick
		for t := c.first(from); !t.After(to) && len(ticks) <= most; t = c.next(t) {
			ticks = append(ticks, tick{float64(t.Sub(start)) / float64(year), c.label(t)})
		}
		if len(ticks) <= most {
			a.ticks = ticks
			break
		}
	}
	written := time.DateOnly
	if to.Sub(from) < 7*day {
		written += " 15:04"
	}
	return a, "Date (UTC), " + from.Format(written) + " to " + to.Format(written)
}

// first is the first tick at or after a time.
func (c calendar) first(from time.Time) time.Time {
	if c.months == 0 {
		t := from.Truncate(c.clock) // weeks begin on Mondays, as those of Truncate do
		if t.Before(from) {
			t = t.Add(c.clock)
		}
		return t
	}
	months := 12*from.Year() + int(from.Month()) - 1
	t := monthOf(months / c.months * c.months)
	if t.Before(from) {
		t = c.next(t)
	}
	return t
}

// next is the tick after a tick.
func (c calendar) next(t time.Time) time.Time {
	if c.months == 0 {
		return t.Add(c.clock)
	}
	return t.AddDate(0, c.months, 0)
}

// monthOf is the first instant of a month, counted from the year 0.
func monthOf(months int) time.Time {
	return time.Date(months/12, time.Month(months%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// label writes a tick.
func (c calendar) label(t time.Time) string {
	h, m, s := t.Clock()
	switch {
	case c.months > 0 && t.Month() == time.January:
		return t.Format("2006")
	case c.months > 0:
		return t.Format("Jan")
	case h == 0 && m == 0 && s == 0:
		return t.Format("2 Jan")
	case c.clock < time.Minute:
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}
