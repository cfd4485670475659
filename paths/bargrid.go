package paths

import (
	"fmt"
	"slices"
	"time"
)

// history puts the bars that were read in order and on their grid.
func (f *barFile) history() (*History, error) {
	if err := f.tooFew(len(f.bars)); err != nil && f.faults.count == 0 {
		return nil, err
	}
	f.takeDays()
	f.orient()
	step, offset := f.grid()
	if err := f.faults.join(); err != nil {
		return nil, err
	}
	f.place(step, offset)
	f.shift(step)
	if err := f.tooFew(len(f.bars)); err != nil {
		return nil, err
	}
	f.doubt(step)
	f.noteRows()
	return &History{
		Name: f.name, Step: step, Bars: f.bars, Gaps: historyGaps(f.bars, f.lines, step),
		ClosesOnly: f.closesOnly, Notes: f.notes,
	}, nil
}

func (f *barFile) tooFew(bars int) error {
	without := ""
	if f.missing.count > 0 {
		without = ", and " + quantity(f.missing.count, "row without prices", "rows without prices")
	}
	switch bars {
	case 0:
		return fmt.Errorf("paths: %s has no bars%s; want at least two", f.name, without)
	case 1:
		return fmt.Errorf("paths: %s has one bar only%s; want at least two", f.name, without)
	}
	return nil
}

// takeDays takes stamps of the same hour of a zone's days as days where the zone's
// offset changes, so that they stay 24 hours apart, and else counts them in UTC.
func (f *barFile) takeDays() {
	days := len(f.stamps.zones) > 1 || len(f.stamps.zones) == 1 && slices.ContainsFunc(f.bars, func(b Bar) bool {
		return b.Start.Location() == time.UTC
	})
	for i := 0; days && i < len(f.bars); i++ {
		days = clock(f.bars[i].Start) == clock(f.bars[0].Start)
	}
	for i := range f.bars {
		at := &f.bars[i].Start
		if days {
			_, offset := at.Zone()
			*at = at.Add(time.Duration(offset) * time.Second)
		}
		*at = at.UTC()
	}
	if days {
		f.note(NoteDays, len(f.bars),
			"%s at %s of a zone whose offset from UTC changes: read as days, at that hour in UTC",
			quantity(len(f.bars), "stamp", "stamps"), f.bars[0].Start.Format(time.TimeOnly))
	}
}

// clock is the time of day in the zone of t.
func clock(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h*3600+m*60+s)*time.Second + time.Duration(t.Nanosecond())
}

// orient turns a file round whose newest bar is first, and finds bars out of order.
func (f *barFile) orient() {
	rises, falls := 0, 0
	for i := 1; i < len(f.bars); i++ {
		switch f.bars[i].Start.Compare(f.bars[i-1].Start) {
		case 1:
			rises++
		case -1:
			falls++
		}
	}
	newest := falls > rises
	name := f.timeName
	for i := 1; i < len(f.bars); i++ {
		at, before := f.bars[i].Start, f.bars[i-1].Start
		switch {
		case at.Equal(before):
			f.faults.add(f.lines[i], "%s = %s again, as on line %d; want each bar once",
				name, stamped{at}, f.lines[i-1])
		case !newest && at.Before(before):
			f.faults.add(f.lines[i], "%s = %s is before that of line %d; want the oldest bar first",
				name, stamped{at}, f.lines[i-1])
		case newest && at.After(before):
			f.faults.add(f.lines[i], "%s = %s is after that of line %d; "+
				"want the newest bar first, as in the rest of the file",
				name, stamped{at}, f.lines[i-1])
		}
	}
	if newest {
		slices.Reverse(f.bars)
		slices.Reverse(f.lines)
		f.note(NoteOrder, len(f.bars), "newest bar first: %s turned round", quantity(len(f.bars), "bar", "bars"))
	}
}

// stamped writes a time only when a fault is written, as few of them are.
type stamped struct{ time.Time }

func (s stamped) String() string { return s.Format(time.RFC3339Nano) }

// mostIrregular is one in how many spacings of bars may be no whole steps, such as
// those where the grid moves. Above it, there is no grid.
const mostIrregular = 10

// grid returns the step of the bars and the offset of the grid that most are on. If
// too many spacings are no whole steps, every bar off the grid is a fault.
func (f *barFile) grid() (step, offset time.Duration) {
	step, offset = historyGrid(f.bars)
	if step == 0 {
		return step, offset
	}
	irregular := irregularBars(f.bars, step)
	if mostIrregular*irregular <= len(f.bars)-1 {
		return step, offset
	}
	if f.moments && f.faults.count == 0 {
		if step, ok := f.snap(); ok {
			return step, 0
		}
	}
	for i, bar := range f.bars {
		if gridOffset(bar.Start, step) != offset {
			f.faults.add(f.lines[i], "%s = %s is not on the grid of the others; want whole steps of %v",
				f.timeName, stamped{bar.Start}, step)
		}
	}
	return step, offset
}

// steps that prices at moments are taken about.
var momentSteps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour,
}

// snap moves prices that were taken some seconds before or after whole steps, as
// CoinGecko's hourly ones, to the nearest whole step. It refuses unless nine in ten
// are within a tenth of the step from it.
func (f *barFile) snap() (time.Duration, bool) {
	spacings := make([]time.Duration, len(f.bars)-1)
	for i := range spacings {
		spacings[i] = f.bars[i+1].Start.Sub(f.bars[i].Start)
	}
	slices.Sort(spacings)
	median := spacings[len(spacings)/2]
	i := slices.IndexFunc(momentSteps, func(s time.Duration) bool { return (median - s).Abs() <= s/10 })
	if i < 0 {
		return 0, false
	}
	step, far := momentSteps[i], 0
	for _, b := range f.bars {
		if b.Start.Sub(b.Start.Round(step)).Abs() > step/10 {
			far++
		}
	}
	if mostIrregular*far > len(f.bars) {
		return 0, false
	}
	for i := range f.bars {
		f.bars[i].Start = f.bars[i].Start.Round(step)
	}
	f.note(NotePlaced, len(f.bars), "%s taken some seconds off whole steps of %v: placed on the nearest",
		quantity(len(f.bars), "price", "prices"), step)
	f.onePerStep()
	return step, true
}

// place puts every bar on the grid, on the step in which it begins, and leaves those
// out whose step has a bar already.
func (f *barFile) place(step, offset time.Duration) {
	if irregularBars(f.bars, step) == 0 && gridOffset(f.bars[0].Start, step) == offset {
		return
	}
	var moved tally
	placed := make([]bool, len(f.bars))
	for i := range f.bars {
		if past := (gridOffset(f.bars[i].Start, step) - offset + step) % step; past > 0 {
			f.bars[i].Start = f.bars[i].Start.Add(-past)
			placed[i] = true
			moved.add(f.lines[i])
		}
	}
	if moved.count == 0 {
		return
	}
	kept := f.onePerStepBut(placed)
	if kept > 0 {
		f.note(NotePlaced, kept, "%s off the grid of %v placed on the step in which they begin; %s",
			quantity(kept, "bar", "bars"), step, moved.first())
	}
}

// onePerStep leaves all but the first bar of a step out.
func (f *barFile) onePerStep() { f.onePerStepBut(make([]bool, len(f.bars))) }

// onePerStepBut leaves bars out so that each step has one: the first that was not
// placed, or else the first. It returns how many placed ones are left.
func (f *barFile) onePerStepBut(placed []bool) (left int) {
	var out tally
	n := 0
	for i := 0; i < len(f.bars); {
		best, end := i, i+1
		for ; end < len(f.bars) && f.bars[end].Start.Equal(f.bars[i].Start); end++ {
			if placed[best] && !placed[end] {
				best = end
			}
		}
		for k := i; k < end; k++ {
			if k != best {
				out.add(f.lines[k])
			}
		}
		if placed[best] {
			left++
		}
		f.bars[n], f.lines[n] = f.bars[best], f.lines[best]
		n++
		i = end
	}
	f.bars, f.lines = f.bars[:n], f.lines[:n]
	if out.count > 0 {
		f.note(NoteLeftOut, out.count, "%s off the grid left out, whose step has a bar already; %s",
			quantity(out.count, "bar", "bars"), out.first())
	}
	return left
}

// shift moves the bars to their opens where their stamps are their closes.
func (f *barFile) shift(step time.Duration) {
	early := step - gridOffset(f.bars[0].Start, step) // from the stamps to the next whole step
	if step < time.Minute || early > time.Second {
		early = 0
	}
	why := ""
	switch {
	case f.options.Stamp == StampOpen:
		return
	case f.options.Stamp == StampClose:
		why = "as asked for"
	case f.moments:
		why = "as the prices are those at their stamps"
	case f.closing:
		why = fmt.Sprintf("as their column is called %s", f.timeName)
	case early > 0:
		why = fmt.Sprintf("as they stand %v before whole steps", early)
	default:
		return
	}
	for i := range f.bars {
		f.bars[i].Start = f.bars[i].Start.Add(early - step)
	}
	f.note(NoteStamp, len(f.bars), "stamps are taken as the ends of the bars, %s", why)
}

// doubt says where bars can hardly begin at their stamps, if nobody said that they do.
func (f *barFile) doubt(step time.Duration) {
	if f.options.Stamp != StampAuto || f.moments || f.closing {
		return
	}
	const ask = "are they stamped at their closes (option Stamp, --stamp close)?"
	if now, end := f.options.Now, f.bars[len(f.bars)-1].Start.Add(step); !now.IsZero() && end.After(now) {
		f.note(NoteDoubt, 1, "the last bar would end at %s, which is yet to come: it is not finished, or %s",
			end.Format(time.RFC3339), ask)
	}
	if step != 24*time.Hour {
		return
	}
	var on [7]int
	for _, b := range f.bars {
		on[b.Start.Weekday()]++
	}
	if on[time.Monday] == 0 && on[time.Sunday] == 0 && on[time.Saturday] >= 2 && 8*on[time.Saturday] > len(f.bars) {
		f.note(NoteDoubt, on[time.Saturday], "%s on Saturdays and none on Mondays: %s",
			quantity(on[time.Saturday], "bar", "bars"), ask)
	}
}

// noteRows says what the rows were about.
func (f *barFile) noteRows() {
	if f.closesOnly {
		f.note(NoteCloses, len(f.bars), "closes only: no open, high or low of %s is known",
			quantity(len(f.bars), "bar", "bars"))
	}
	if t := f.stamps.zoneless; t.count > 0 {
		zone := "UTC"
		if f.options.Zone != nil {
			zone = f.options.Zone.String()
		}
		f.note(NoteZone, t.count, "%s without a zone read as %s; %s",
			quantity(t.count, "stamp", "stamps"), zone, t.first())
	}
	if t := f.missing; t.count > 0 {
		f.note(NoteMissing, t.count, "%s without prices taken as missing bars; %s",
			quantity(t.count, "row", "rows"), t.first())
	}
	if t := f.rounded; t.count > 0 {
		f.note(NoteRounding, t.count, "%s with a high or low inside the open and close by rounding, moved to them; %s",
			quantity(t.count, "bar", "bars"), t.first())
	}
}

// historyGaps lists the missing bars; lines has the line of each bar.
func historyGaps(bars []Bar, lines []int, step time.Duration) []Gap {
	var gaps []Gap
	for i := 1; i < len(bars); i++ {
		expected := bars[i-1].Start.Add(step)
		if missing := int(bars[i].Start.Sub(expected) / step); missing > 0 {
			gaps = append(gaps, Gap{Line: lines[i], From: expected, To: bars[i].Start, Missing: missing})
		}
	}
	return gaps
}

// historyGrid returns the most common spacing of bars, the shorter of two that
// are equally common, and the offset from whole steps at which most of the bars
// start. The step is zero if no two bars are in order.
func historyGrid(bars []Bar) (step, offset time.Duration) {
	if step := majority(bars); step > 0 && irregularBars(bars, step) == 0 { // as most files
		return step, gridOffset(bars[0].Start, step)
	}
	spacings := make([]time.Duration, 0, len(bars))
	for i := 1; i < len(bars); i++ {
		if d := bars[i].Start.Sub(bars[i-1].Start); d > 0 {
			spacings = append(spacings, d)
		}
	}
	step = mostCommon(spacings)
	offsets := spacings[:0]
	for _, bar := range bars {
		offsets = append(offsets, gridOffset(bar.Start, step))
	}
	return step, mostCommon(offsets)
}

// majority is the spacing of more than half of the bars that follow another; zero if none is.
func majority(bars []Bar) (step time.Duration) {
	lead := 0 // of those spacings over all others, as they cancel one by one
	for i := 1; i < len(bars); i++ {
		switch d := bars[i].Start.Sub(bars[i-1].Start); {
		case d == step:
			lead++
		case lead == 0:
			step, lead = d, 1
		default:
			lead--
		}
	}
	n := 0
	for i := 1; i < len(bars); i++ {
		if bars[i].Start.Sub(bars[i-1].Start) == step {
			n++
		}
	}
	if 2*n <= len(bars)-1 {
		return 0
	}
	return step
}

// irregularBars is how many spacings of bars are no whole steps.
func irregularBars(bars []Bar, step time.Duration) (n int) {
	for i := 1; i < len(bars); i++ {
		if d := bars[i].Start.Sub(bars[i-1].Start); d != step && d%step != 0 {
			n++
		}
	}
	return n
}

// gridOffset is the time from the last whole step, counted from year 1, to t;
// zero if the step is.
func gridOffset(t time.Time, step time.Duration) time.Duration {
	return t.Sub(t.Truncate(step))
}

// mostCommon returns the value that comes most often, the smallest of equals; zero of none.
// It sorts them: a map of millions would take more memory than the bars.
func mostCommon(values []time.Duration) (common time.Duration) {
	slices.Sort(values)
	most := 0
	for i := 0; i < len(values); {
		n := 1
		for i+n < len(values) && values[i+n] == values[i] {
			n++
		}
		if n > most {
			common, most = values[i], n
		}
		i += n
	}
	return common
}
