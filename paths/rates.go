package paths

import (
	"cmp"
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
	Notes  []Note      // what the reader assumed or passed over, one of a kind
}

// RatesOptions say what to read of a file of rates.
type RatesOptions struct {
	Column string                   // of the rates; empty: the only one beside the time and the keys of Where
	Where  map[string]string        // only the rows whose column of that name has that value, in any case
	Zone   *time.Location           // of stamps with a time of day and no zone; nil: UTC, which a note says
	Check  func(rate float64) error // says what was wanted of a value that is no payment; nil: any
}

// PerPeriod is the name of a column whose values are paid whole at their stamps.
const PerPeriod = "rate_per_period"

// ReadRates reads a table with a header that names a time, as ReadHistoryWith does, and rates:
// plain, packed by gzip or as the only file of a zip archive, with fields between commas,
// semicolons or tabs, one pass, a line at a time. The name is used in errors. Empty fields are
// passed over. A stamp that occurs twice, after rows were picked, is an error that names the
// line, as are a value that is no finite number, one that [RatesOptions].Check refuses, a
// payment outside [−1, 1], and a row of too many or too few fields; up to 20 are joined. The
// limits are those of a table of [ReadHistoryWith].
func ReadRates(r io.Reader, name string, o RatesOptions) (*Rates, error) {
	return readRatesLimited(r, name, o, statedLimits)
}

func readRatesLimited(r io.Reader, name string, o RatesOptions, limits readLimits) (*Rates, error) {
	f := &ratesFile{Rates: &Rates{Name: name}, options: o,
		barFile: barFile{name: name, limits: limits, faults: historyFaults{name: name}}}
	if err := f.read(r); err != nil {
		return nil, fmt.Errorf("paths: %s%w", name, err)
	}
	if f.faults.count == 0 {
		f.order()
	}
	if err := f.faults.join(); err != nil {
		return nil, err
	}
	if len(f.rates) == 0 {
		return nil, fmt.Errorf("paths: %s has no %s%s; want one at least", name, f.Column, picked(o.Where))
	}
	f.Times, f.Values = make([]time.Time, len(f.rates)), make([]float64, len(f.rates))
	for i, row := range f.rates {
		f.Times[i], f.Values[i] = time.Unix(0, row.at).UTC(), row.value
	}
	if t := f.stamps.zoneless; t.count > 0 {
		f.note(NoteZone, t.count, "%s without a zone read as %s",
			quantity(t.count, "stamp", "stamps"), cmp.Or(o.Zone, time.UTC))
	}
	f.Rates.Notes = f.notes
	return f.Rates, nil
}

// A ratesFile is a file of rates while it is read, by what reads files of prices.
type ratesFile struct {
	*Rates
	barFile
	options   RatesOptions
	at, value column
	where     []column
	rates     []rateRow
}

// A rateRow is a rate of a file. Its time, in nanoseconds since 1970, takes a third of the
// memory of a time.Time.
type rateRow struct {
	at    int64
	value float64
	line  int32 // of the file; lines are limited
}

// read reads all rows. Its error goes on after the name of the file.
func (f *ratesFile) read(r io.Reader) error {
	text, err := f.unpack(r)
	if err != nil {
		return fmt.Errorf(": %w", err)
	}
	if startsJSON(text) {
		return errors.New(": this is JSON; want a table")
	}
	lines := &lineReader{text: text, limits: f.limits}
	first, err := f.skipPreamble(lines)
	if errors.Is(err, io.EOF) {
		return errors.New(" is empty; want a header and rates")
	}
	if err != nil {
		return fmt.Errorf(": %w", err)
	}
	cut := &splitter{comma: separator(first)}
	fields, err := cut.split(first)
	if err == nil {
		fields = slices.Clone(fields)
		f.at, f.value, f.where, err = ratesLayout(newHeader(fields), f.options)
	}
	if err != nil {
		return fmt.Errorf(": line %d: %w", lines.line, err)
	}
	f.Column, f.Whole = f.value.name, f.value.name == PerPeriod
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			if err = f.countRow(); err != nil {
				err = fmt.Errorf("line %d: %w", lines.line, err)
			}
		}
		if err != nil {
			return fmt.Errorf(": %w", err)
		}
		f.row(cut, line, lines.line, len(fields))
	}
}

// row reads one row of so many fields.
func (f *ratesFile) row(cut *splitter, text string, line, want int) {
	fields, err := cut.split(text)
	if err != nil {
		f.faults.add(line, "%v", err)
		return
	}
	if len(fields) != want {
		f.faults.add(line, "%s", fieldsFault(len(fields), want, cut.comma))
		return
	}
	if !picks(f.where, fields) {
		return
	}
	field := strings.TrimSpace(fields[f.value.index])
	if field == "" {
		return
	}
	v, wrong := parseNumber(field, "want a number, a fraction")
	switch {
	case wrong != "":
	case f.Whole && !(v >= -1 && v <= 1):
		wrong = "want a payment from -1 to 1, a fraction of the notional"
	case !f.Whole && f.options.Check != nil:
		if err := f.options.Check(v); err != nil {
			wrong = err.Error()
		}
	}
	if wrong != "" {
		f.faults.add(line, "%s = %.40q; %s", f.value.name, field, wrong)
		return
	}
	t, err := f.stamps.read(strings.TrimSpace(fields[f.at.index]), f.options.Zone)
	if err != nil {
		f.faults.add(line, "%s = %.40q; want %s", f.at.name, fields[f.at.index], err)
		return
	}
	f.stamps.count(line)
	if n := len(f.rates); n >= manyRows && n == cap(f.rates) {
		f.rates = slices.Grow(f.rates, f.limits.rows-n)
	}
	f.rates = append(f.rates, rateRow{t.UnixNano(), v, int32(line)})
}

// order sorts the rows by time, and finds stamps that occur twice.
func (f *ratesFile) order() {
	slices.SortFunc(f.rates, func(a, b rateRow) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.line, b.line))
	})
	where := picked(f.options.Where)
	for i := 1; i < len(f.rates); i++ {
		if a, b := f.rates[i-1], f.rates[i]; a.at == b.at {
			f.faults.add(int(b.line), "the stamp %s%s again, as in line %d; want it once: ?KEY=VALUE picks rows",
				stamped{time.Unix(0, b.at).UTC()}, where, a.line)
		}
	}
}

// ratesLayout finds the columns of times, of rates and of what picks rows.
func ratesLayout(h header, o RatesOptions) (at, value column, where []column, err error) {
	if at, err = h.time(); err != nil {
		return
	}
	if at.index < 0 {
		return at, value, nil, fmt.Errorf("header %s has no time; want a column timestamp or date", h.quoted())
	}
	if where, err = h.picks(o.Where); err != nil {
		return at, value, nil, err
	}
	used := []int{at.index}
	for _, c := range where {
		used = append(used, c.index)
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

// Annual is the median size of the rates, and the largest one, as rates a year: payments are
// taken to be made once every [Rates.Spacing], and one payment alone has no rate.
func (s *Rates) Annual() (median, largest float64) {
	years := 1.0
	if s.Whole {
		if years = yearsOf(s.Spacing()); years == 0 {
			return 0, 0
		}
	}
	sizes := make([]float64, len(s.Values))
	for i, v := range s.Values {
		sizes[i] = math.Abs(v) / years
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2], sizes[len(sizes)-1]
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

// Widest is the longest of the times between two stamps that reach into a time from start to
// end, and the first of the two; zero if none does.
func (s *Rates) Widest(start, end time.Time) (d time.Duration, from time.Time) {
	for i := 1; i < len(s.Times); i++ {
		a, b := s.Times[i-1], s.Times[i]
		if w := b.Sub(a); w > d && a.Before(end) && b.After(start) {
			d, from = w, a
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
	periods := func(t, stamp time.Time) float64 { return math.Ceil(float64(t.Sub(stamp)) / float64(spacing)) }
	first, last := s.Times[0], s.Times[len(s.Times)-1]
	sum := 0.0
	if from.Before(first) {
		sum += float64(s.Values[0] * (periods(earlier(to, first), first) - periods(from, first)))
	}
	if to.After(last) {
		sum += float64(s.Values[len(s.Values)-1] * (periods(to, last) - max(periods(from, last), 1)))
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
