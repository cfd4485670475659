package paths

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mcrisk/fmath"
)

// A History is a series of price bars on one even grid of time, checked and in
// order. Bars may be missing, and then Gaps says where; they are never filled.
type History struct {
	Name string        // what the caller called it, usually a file name
	Step time.Duration // the most common spacing of the bars, positive
	Bars []Bar         // at least two, Start strictly increasing by multiples of Step
	Gaps []Gap         // in order; empty if every bar is Step after the one before
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
func (h *History) StepYears() float64 { return h.Step.Hours() / (365 * 24) }

// Span is the time from the start of the first bar to the end of the last one,
// gaps included.
func (h *History) Span() time.Duration {
	return h.Bars[len(h.Bars)-1].Start.Add(h.Step).Sub(h.Bars[0].Start)
}

// LogReturns returns ln(close/previous close) for every two bars one Step
// apart, in order. No return is taken over a gap: a history of n bars with g
// gaps has n-1-g of them, each over exactly StepYears.
func (h *History) LogReturns() []float64 {
	returns := make([]float64, 0, len(h.Bars))
	for i := 1; i < len(h.Bars); i++ {
		a, b := h.Bars[i-1], h.Bars[i]
		if b.Start.Sub(a.Start) == h.Step {
			returns = append(returns, fmath.Log(b.Close)-fmath.Log(a.Close)) // finite for all prices; their ratio is not
		}
	}
	return returns
}

// Between is the history of the bars that start at since or later and before until,
// with the gaps between them. A zero time bounds nothing. It shares its bars with h.
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
	part := &History{Name: h.Name, Step: h.Step, Bars: h.Bars[first:end:end]}
	for _, g := range h.Gaps {
		if g.To.After(h.Bars[first].Start) && !g.To.After(h.Bars[end-1].Start) {
			part.Gaps = append(part.Gaps, g)
		}
	}
	return part, nil
}

// ReadHistory reads price bars in either of two forms of CSV, one pass, a line
// at a time. The name is used in errors and kept in the History.
//
//   - With a header that names, in any order and case, a time column
//     (timestamp, open_time or date, the first of these that is there), open,
//     high, low and close, perhaps volume, and anything else, which is ignored.
//   - A Binance kline file without a header: 12 columns, of which the first six
//     are open time, open, high, low, close and volume.
//
// Times are RFC 3339 stamps, days as 2006-01-02 (midnight UTC), or integers of
// 13 digits (milliseconds since 1970) or 16 digits (microseconds). A byte order
// mark, CRLF and blank lines are tolerated, and so is a file packed by gzip.
//
// Missing bars are reported in Gaps. Everything else that is wrong with the
// file is an error that names the line, the column, the value and what was
// wanted; up to 20 such faults are joined, and the rest counted.
func ReadHistory(r io.Reader, name string) (*History, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("paths: %s: %w", name, err)
		}
		buffered = bufio.NewReaderSize(unpacked, 1<<16)
	}
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(3)
	}
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord = -1 // counted below, with a better message
	rows.ReuseRecord = true

	faults := historyFaults{name: name}
	first, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("paths: %s is empty; want a header and at least two bars", name)
	}
	if err != nil {
		return nil, fmt.Errorf("paths: %s: %w", name, err)
	}
	columns, headed, err := historyColumns(first)
	if err != nil {
		line, _ := rows.FieldPos(0)
		return nil, fmt.Errorf("paths: %s: line %d: %w", name, line, err)
	}

	var bars []Bar
	var lines []int // of the file, by bar
	record := first
	if headed {
		record, err = rows.Read()
	}
	for ; !errors.Is(err, io.EOF); record, err = rows.Read() {
		var malformed *csv.ParseError
		if errors.As(err, &malformed) {
			faults.add(malformed.StartLine, "%v", malformed.Err)
			continue
		}
		if err != nil { // the reader failed, not the file
			return nil, fmt.Errorf("paths: %s: %w", name, err)
		}
		line, _ := rows.FieldPos(0)
		if len(record) == 1 && strings.TrimSpace(record[0]) == "" {
			continue
		}
		if len(record) != columns.count {
			faults.add(line, "%d fields; want %d", len(record), columns.count)
			continue
		}
		bar, ok := columns.bar(record, func(format string, args ...any) { faults.add(line, format, args...) })
		if !ok {
			continue
		}
		if n := len(bars); n > 0 {
			switch before := bars[n-1].Start; {
			case bar.Start.Equal(before):
				faults.add(line, "%s = %q again, as on line %d; want each bar once", columns.time.name, record[columns.time.index], lines[n-1])
			case bar.Start.Before(before):
				faults.add(line, "%s = %q is before that of line %d; want the oldest bar first", columns.time.name, record[columns.time.index], lines[n-1])
			}
		}
		bars = append(bars, bar)
		lines = append(lines, line)
	}

	switch {
	case len(bars) == 0 && faults.count == 0:
		return nil, fmt.Errorf("paths: %s has no bars; want at least two", name)
	case len(bars) == 1 && faults.count == 0:
		return nil, fmt.Errorf("paths: %s has one bar only; want at least two", name)
	}
	step, offset := historyGrid(bars)
	for i, bar := range bars {
		if gridOffset(bar.Start, step) != offset {
			faults.add(lines[i], "%s = %s is not on the grid of the others; want whole steps of %v",
				columns.time.name, bar.Start.Format(time.RFC3339Nano), step)
		}
	}
	if err := faults.join(); err != nil {
		return nil, err
	}
	return &History{Name: name, Step: step, Bars: bars, Gaps: historyGaps(bars, lines, step)}, nil
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

// historyLayout says where in a record the values of a bar are.
type historyLayout struct {
	count                  int // fields of a record
	time                   historyColumn
	open, high, low, close historyColumn
	volume                 historyColumn // index -1 if there is none
}

type historyColumn struct {
	name  string
	index int
}

// klineColumns is what a Binance kline file without a header has.
var klineColumns = []string{"open_time", "open", "high", "low", "close", "volume",
	"close_time", "quote_volume", "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore"}

// historyColumns reads the layout off the first record, and says whether that
// record is a header.
func historyColumns(first []string) (layout historyLayout, headed bool, err error) {
	layout.count = len(first)
	header, headed := first, !allDigits(first[0])
	if !headed {
		if len(first) != len(klineColumns) {
			return layout, false, fmt.Errorf("%d columns and no header; want a header, or the 12 columns of a Binance kline file", len(first))
		}
		header = klineColumns
	}

	index := map[string]int{}
	for i, field := range header {
		name := strings.ToLower(strings.TrimSpace(field))
		if _, twice := index[name]; !twice {
			index[name] = i
			continue
		}
		switch name {
		case "timestamp", "open_time", "date", "open", "high", "low", "close", "volume":
			return layout, headed, fmt.Errorf("two columns are called %q; want one", name)
		}
	}
	var missing []string
	find := func(names ...string) historyColumn {
		for _, name := range names {
			if i, ok := index[name]; ok {
				return historyColumn{name, i}
			}
		}
		missing = append(missing, names[0])
		return historyColumn{}
	}
	layout.time = find("timestamp", "open_time", "date")
	layout.open, layout.high = find("open"), find("high")
	layout.low, layout.close = find("low"), find("close")
	if len(missing) > 0 {
		return layout, headed, fmt.Errorf("header %.200q has no %s; want the columns timestamp (or date), open, high, low, close and perhaps volume",
			strings.Join(header, ","), strings.Join(missing, ", "))
	}
	layout.volume = historyColumn{"volume", -1}
	if i, ok := index["volume"]; ok {
		layout.volume.index = i
	}
	return layout, headed, nil
}

// bar reads one record and reports what is wrong with it. It returns false if
// the record has no time, and so no place among the others; a bar with other
// faults still has its place.
func (l historyLayout) bar(record []string, fault func(format string, args ...any)) (Bar, bool) {
	price := func(c historyColumn) float64 {
		v, err := strconv.ParseFloat(strings.TrimSpace(record[c.index]), 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) { // written so that NaN fails too
			fault("%s = %.40q; want a finite number > 0", c.name, record[c.index])
			return math.NaN() // fails no comparison below
		}
		return v
	}
	bar := Bar{
		Open: price(l.open), High: price(l.high), Low: price(l.low), Close: price(l.close),
		Volume: math.NaN(),
	}
	wrong := func(upper, lower historyColumn) {
		fault("%s = %.40s is below %s = %.40s; want low ≤ open, close ≤ high",
			upper.name, record[upper.index], lower.name, record[lower.index])
	}
	if bar.High < bar.Low {
		wrong(l.high, l.low)
	} else {
		for _, c := range []struct {
			price  float64
			column historyColumn
		}{{bar.Open, l.open}, {bar.Close, l.close}} {
			if bar.High < c.price {
				wrong(l.high, c.column)
			}
			if c.price < bar.Low {
				wrong(c.column, l.low)
			}
		}
	}
	if i := l.volume.index; i >= 0 && strings.TrimSpace(record[i]) != "" {
		v, err := strconv.ParseFloat(strings.TrimSpace(record[i]), 64)
		if err != nil || !(v >= 0) || math.IsInf(v, 0) {
			fault("volume = %.40q; want a finite number ≥ 0, or nothing", record[i])
		}
		bar.Volume = v
	}

	var err error
	bar.Start, err = parseBarTime(strings.TrimSpace(record[l.time.index]))
	if err != nil {
		fault("%s = %.40q; want %v", l.time.name, record[l.time.index], err)
	}
	return bar, err == nil
}

// parseBarTime reads the start of a bar. Its error says what was wanted.
func parseBarTime(s string) (time.Time, error) {
	var t time.Time
	var err error
	switch {
	case allDigits(s):
		var n int64
		n, err = strconv.ParseInt(s, 10, 64)
		switch len(s) {
		case 13:
			t = time.UnixMilli(n)
		case 16:
			t = time.UnixMicro(n)
		default:
			return t, errors.New("milliseconds (13 digits) or microseconds (16 digits) since 1970")
		}
	case len(s) == len(time.DateOnly):
		t, err = time.Parse(time.DateOnly, s)
	default:
		t, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		return t, errors.New("a time such as 2020-03-12T10:00:00Z or a day such as 2020-03-12")
	}
	// Durations reach 292 years; spacings and spans must not overflow.
	if t = t.UTC(); t.Year() < 1900 || t.Year() >= 2150 {
		return t, errors.New("a year from 1900 to 2149")
	}
	return t, nil
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// historyGrid returns the most common spacing of bars, the shorter of two that
// are equally common, and the offset from whole steps at which most of the bars
// start. The step is zero if no two bars are in order.
func historyGrid(bars []Bar) (step, offset time.Duration) {
	spacings := map[time.Duration]int{}
	for i := 1; i < len(bars); i++ {
		if d := bars[i].Start.Sub(bars[i-1].Start); d > 0 {
			spacings[d]++
		}
	}
	step = mostCommon(spacings)
	offsets := map[time.Duration]int{}
	for _, bar := range bars {
		offsets[gridOffset(bar.Start, step)]++
	}
	return step, mostCommon(offsets)
}

// gridOffset is the time from the last whole step, counted from year 1, to t;
// zero if the step is.
func gridOffset(t time.Time, step time.Duration) time.Duration {
	return t.Sub(t.Truncate(step))
}

// mostCommon returns the key that was counted most often, the smallest of equals.
func mostCommon(counts map[time.Duration]int) (key time.Duration) {
	for k, n := range counts {
		if n > counts[key] || n == counts[key] && k < key {
			key = k
		}
	}
	return key
}

// historyFaults collects what is wrong with a file, up to a limit.
type historyFaults struct {
	name  string
	errs  []error
	count int
}

const maxHistoryFaults = 20

func (f *historyFaults) add(line int, format string, args ...any) {
	if f.count++; f.count <= maxHistoryFaults {
		f.errs = append(f.errs, fmt.Errorf("paths: %s: line %d: %s", f.name, line, fmt.Sprintf(format, args...)))
	}
}

func (f *historyFaults) join() error {
	if more := f.count - len(f.errs); more > 0 {
		return errors.Join(append(f.errs, fmt.Errorf("paths: %s: and %d more", f.name, more))...)
	}
	return errors.Join(f.errs...)
}
