package paths

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Rates are a dated series of rates, such as those of a money market or the funding of a
// perpetual.
type Rates struct {
	Name   string // what the caller called it, usually a file name
	Column string
	// Whole says that a value is paid whole at its stamp. Otherwise it is a rate, in force from
	// its stamp until the next one.
	Whole  bool
	Times  []time.Time // rising, UTC; one at least
	Values []float64   // fractions of notional where Whole, else as in the file: rates 1/year
}

// RatesOptions say what to read of a file of rates.
type RatesOptions struct {
	Column string            // of the rates; empty: the only one beside the time and the keys of Where
	Where  map[string]string // only the rows whose column of that name has that value, in any case
	Zone   *time.Location    // of stamps with a time of day and no zone; nil: UTC
}

// PerPeriod is the name of a column whose values are paid whole at their stamps.
const PerPeriod = "rate_per_period"

// ReadRates reads a table with a header that names a time, as ReadHistoryWith does, and rates. The
// name is used in errors. Empty fields are passed over. A stamp that occurs twice, after rows
// were picked, is an error that names the line, as is a value that is no finite number; up to
// 20 are joined. So are more than 1.5 million rows and 192 MB.
func ReadRates(r io.Reader, name string, o RatesOptions) (*Rates, error) {
	in := &io.LimitedReader{R: r, N: MaxText + 1}
	table := csv.NewReader(in)
	table.ReuseRecord = true
	fault := func(line int, format string, args ...any) error {
		return fmt.Errorf("paths: %s: line %d: %s", name, line, fmt.Sprintf(format, args...))
	}
	fields, err := table.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("paths: %s is empty; want a header and rates", name)
		}
		return nil, fmt.Errorf("paths: %s: %w", name, err)
	}
	fields = slices.Clone(fields)
	fields[0] = strings.TrimPrefix(fields[0], "\ufeff")
	at, value, where, err := ratesLayout(newHeader(fields), o)
	if err != nil {
		return nil, fault(1, "%s", err)
	}
	s := &Rates{Name: name, Column: value.name, Whole: value.name == PerPeriod}
	faults := historyFaults{name: name}
	var stamps stampReader
	var lines []int
	rows := 0
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("paths: %s: %w", name, err)
		}
		line, _ := table.FieldPos(0)
		if rows++; rows > MaxRows || in.N <= 0 {
			return nil, fault(line, "more than %s rows or %d MB; want at most that", grouped(MaxRows), MaxText>>20)
		}
		picked := true
		for _, c := range where {
			picked = picked && strings.EqualFold(strings.TrimSpace(row[c.index]), c.name)
		}
		text := strings.TrimSpace(row[value.index])
		if !picked || text == "" {
			continue
		}
		v, wrong := parseNumber(text, "want a number, a fraction")
		if wrong != "" {
			faults.add(line, "%s = %.40q; %s", value.name, text, wrong)
			continue
		}
		t, err := stamps.read(strings.TrimSpace(row[at.index]), o.Zone)
		if err != nil {
			faults.add(line, "%s = %.40q; want %s", at.name, row[at.index], err)
			continue
		}
		s.Times, s.Values, lines = append(s.Times, t.UTC()), append(s.Values, v), append(lines, line)
	}
	if faults.count > 0 {
		return nil, faults.join()
	}
	return s, s.order(lines, o)
}

// ratesLayout finds the columns of times, of rates and of what picks rows; these carry the value
// wanted as their name.
func ratesLayout(h header, o RatesOptions) (at, value column, where []column, err error) {
	if at, err = h.time(); err != nil {
		return
	}
	if at.index < 0 {
		return at, value, nil, fmt.Errorf("header %s has no time; want a column timestamp or date", h.quoted())
	}
	used := []int{at.index}
	for _, key := range slices.Sorted(maps.Keys(o.Where)) {
		c, err := h.find(columnName(key))
		if err != nil {
			return at, value, nil, err
		}
		if c.index < 0 {
			return at, value, nil, fmt.Errorf("header %s has no column %.40q to pick rows by", h.quoted(), key)
		}
		used = append(used, c.index)
		where = append(where, column{strings.TrimSpace(o.Where[key]), c.index})
	}
	if o.Column != "" {
		if value, err = h.find(columnName(o.Column)); err == nil && (value.index < 0 || value.index == at.index) {
			err = fmt.Errorf("header %s has no column of rates %.40q beside a time; want one of %s",
				h.quoted(), o.Column, h.list(at.index))
		}
		return at, value, where, err
	}
	var free header
	for i, name := range h.names {
		if !slices.Contains(used, i) {
			value = column{name, i}
			free.fields = append(free.fields, h.fields[i])
		}
	}
	if n := len(free.fields); n != 1 {
		err = fmt.Errorf("header %s has %d columns that may be rates; want the name of one: %s",
			h.quoted(), n, free.list(-1))
	}
	return at, value, where, err
}

// order sorts the series by time and refuses stamps that occur twice.
func (s *Rates) order(lines []int, o RatesOptions) error {
	if len(s.Times) == 0 {
		return fmt.Errorf("paths: %s has no %s%s; want one at least", s.Name, s.Column, picked(o.Where))
	}
	by := make([]int, len(s.Times))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return s.Times[a].Compare(s.Times[b]) })
	times, values := make([]time.Time, len(by)), make([]float64, len(by))
	faults := historyFaults{name: s.Name}
	for i, from := range by {
		times[i], values[i] = s.Times[from], s.Values[from]
		if i > 0 && times[i].Equal(times[i-1]) {
			faults.add(lines[from], "the stamp %s%s again, as in line %d; want it once: ?KEY=VALUE picks rows",
				times[i].Format(time.RFC3339), picked(o.Where), lines[by[i-1]])
		}
	}
	s.Times, s.Values = times, values
	return faults.join()
}

// picked says which rows were picked.
func picked(where map[string]string) string {
	text := ""
	for _, key := range slices.Sorted(maps.Keys(where)) {
		text += fmt.Sprintf(", %s=%s", key, where[key])
	}
	if text == "" {
		return ""
	}
	return " with " + text[2:]
}

// Spacing is the most common time between two stamps, the shortest of several; zero for one stamp.
func (s *Rates) Spacing() time.Duration {
	counts := map[time.Duration]int{}
	for i := 1; i < len(s.Times); i++ {
		counts[s.Times[i].Sub(s.Times[i-1])]++
	}
	best := time.Duration(0)
	for _, d := range slices.Sorted(maps.Keys(counts)) {
		if best == 0 || counts[d] > counts[best] {
			best = d
		}
	}
	return best
}

// Widest is the longest time between two stamps, and the first of them.
func (s *Rates) Widest() (d time.Duration, from time.Time) {
	for i := 1; i < len(s.Times); i++ {
		if w := s.Times[i].Sub(s.Times[i-1]); w > d {
			d, from = w, s.Times[i-1]
		}
	}
	return d, from
}

// A Level is what a series comes to over a step: a mean rate, 1/year, in force from a step on.
type Level struct {
	From int // the step, from 0
	Rate float64
}

// Levels are the series over so many steps of an even grid, from a start on: of rates the mean over
// each step, of payments those whose stamps are in the step, over its years. A level is in
// force until the next one. A step has its start and not its end.
//
// The series reaches from its first stamp to one [Rates.Spacing] after its last. Steps that begin
// before or end after that are an error that says which, unless held: then the first and the last
// value hold on, payments at their spacing.
func (s *Rates) Levels(start time.Time, step time.Duration, steps int, hold bool) ([]Level, error) {
	spacing := s.Spacing()
	first, last := s.Times[0], s.Times[len(s.Times)-1].Add(spacing)
	end := start.Add(time.Duration(steps) * step)
	if !hold {
		if err := s.reaches(first, last, start, end, step); err != nil {
			return nil, err
		}
	}
	if s.Whole && spacing == 0 && hold {
		return nil, fmt.Errorf("paths: %s has one payment, which does not say how often it is paid; "+
			"want two at least to hold", s.Name)
	}
	var levels []Level
	i := 0 // the first stamp after the step's start
	for n := range steps {
		from := start.Add(time.Duration(n) * step)
		to := from.Add(step)
		var rate float64
		if s.Whole {
			sum := float64(0)
			if hold {
				sum = s.held(from, to, spacing)
			}
			for i < len(s.Times) && s.Times[i].Before(to) {
				if !s.Times[i].Before(from) {
					sum += s.Values[i]
				}
				i++
			}
			rate = sum / yearsOf(step)
		} else {
			for i < len(s.Times) && !s.Times[i].After(from) {
				i++
			}
			if rate = s.Values[max(i-1, 0)]; i < len(s.Times) && s.Times[i].Before(to) {
				rate = s.mean(i, from, to)
			}
		}
		if len(levels) == 0 || rate != levels[len(levels)-1].Rate {
			levels = append(levels, Level{n, rate})
		}
	}
	return levels, nil
}

// mean is the mean rate of a step in which the i-th stamp and perhaps others are.
func (s *Rates) mean(i int, from, to time.Time) float64 {
	sum := 0.0
	for at := from; at.Before(to); i++ {
		until := to
		if i < len(s.Times) && s.Times[i].Before(to) {
			until = s.Times[i]
		}
		sum += float64(s.Values[max(i-1, 0)] * (until.Sub(at).Seconds() / to.Sub(from).Seconds()))
		at = until
	}
	return sum
}

// held are the payments of a step that would be before the first stamp or after the last, were the
// first and the last payment made at every spacing.
func (s *Rates) held(from, to time.Time, spacing time.Duration) float64 {
	count := func(a, b time.Time) float64 { // multiples of the spacing in [a, b), from an origin 0
		ceil := func(t time.Time, origin time.Time) float64 {
			return math.Ceil(float64(t.Sub(origin)) / float64(spacing))
		}
		return max(0, ceil(b, s.Times[0])-ceil(a, s.Times[0]))
	}
	sum := 0.0
	if from.Before(s.Times[0]) {
		sum += float64(s.Values[0] * count(from, earlier(to, s.Times[0])))
	}
	if end := s.Times[len(s.Times)-1]; to.After(end) {
		n := func(t time.Time) float64 { return math.Ceil(float64(t.Sub(end)) / float64(spacing)) }
		sum += float64(s.Values[len(s.Values)-1] * (n(to) - max(n(from), 1)))
	}
	return sum
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// reaches is an error that says which steps are outside the series.
func (s *Rates) reaches(first, last, start, end time.Time, step time.Duration) error {
	var faults []error
	outside := func(from, to time.Time, side string, stamp time.Time) {
		n := int64((to.Sub(from) + step - 1) / step)
		bars := "bars"
		if n == 1 {
			bars = "bar"
		}
		faults = append(faults, fmt.Errorf("paths: %s: %s %s from %s to %s %s stamp, %s; "+
			"want stamps for them, or --series-gaps hold", s.Name, grouped(int(n)), bars,
			from.Format(time.RFC3339), to.Format(time.RFC3339), side, stamp.Format(time.RFC3339)))
	}
	if start.Before(first) {
		outside(start, earlier(first, end), "before the first", first)
	}
	if end.After(last) {
		from := start
		if last.After(start) {
			from = start.Add((last.Sub(start) / step) * step)
		}
		outside(from, end, "after the last", s.Times[len(s.Times)-1])
	}
	return errors.Join(faults...)
}
