package report

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"mcrisk/assess"
	"mcrisk/study"
	"mcrisk/tokens"
)

// pathHeader are the columns of a replay's path.csv.
const pathHeader = "token,latency_seconds,time,price,nav,leverage,health,borrow,funding\n"

// WriteReplayPath writes, as CSV, what every token was at the start and at the end of every step: the
// price of the underlying and the net asset value relative to the start, leverage, health, and the
// rates that the step paid. There are as many rows as steps and lifetimes, so it formats them itself, numbers
// to [FileDigits].
func WriteReplayPath(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString(pathHeader) // the error is that of Flush
	day := daysFrom(r.From())
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		rates := [...]rate{{levels: l.Track.Borrow}, {levels: l.Track.Funding}}
		for step, price := range r.Prices {
			row := day.append(append(out.AvailableBuffer(), begin...), time.Duration(step)*r.History.Step)
			if row = appendRounded(append(row, ','), price); step == 0 {
				row = append(row, ",1,"...)
				row = appendRounded(row, r.Study.Dated(l.Number).At(r.From()).Target)
				row = append(row, ",,,"...)
			} else {
				m := &l.Track.Marks[step-1]
				for _, v := range [...]float64{m.NAV, m.Leverage, m.Health} {
					if row = append(row, ','); !math.IsNaN(v) {
						row = appendRounded(row, v)
					}
				}
				for k := range rates {
					row = rates[k].append(row, step-1)
				}
			}
			if _, err := out.Write(append(row, '\n')); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// A rate writes what a rate was in each step, or nothing where there is none.
type rate struct {
	levels []study.Level // from that of the step on
	text   []byte        // of the first, with the comma before it
}

func (r *rate) append(row []byte, step int) []byte {
	if r.levels == nil {
		return append(row, ',')
	}
	for len(r.levels) > 1 && r.levels[1].From <= step {
		r.levels, r.text = r.levels[1:], r.text[:0]
	}
	if len(r.text) == 0 {
		r.text = appendRounded(append(r.text, ','), r.levels[0].Rate)
	}
	return append(row, r.text...)
}

// WriteReplayEvents writes the trades, liquidations and ends of all lifetimes as CSV, numbers to [FileDigits]
// but times, which are exact.
func WriteReplayEvents(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString("token,latency_seconds,time")
	var items []string // the most that a token has
	for i := range r.Lives {
		if token := r.Study.Token(r.Lives[i].Number); len(token.Books()) > len(items) {
			items = token.Books()
		}
	}
	for _, c := range traceColumns(items) {
		_, _ = out.WriteString("," + c.Name)
	}
	_, _ = out.WriteString("\n")
	day := daysFrom(r.From())
	end := rowEnd{items: len(items)}
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		for e := range l.Events.All() {
			row := day.append(append(out.AvailableBuffer(), begin...), e.Time)
			row = strconv.AppendInt(append(row, ','), int64(e.Time/time.Second), 10)
			row = appendFraction(row, int64(e.Time%time.Second))
			row = append(append(row, ','), e.Name...)
			row = append(row, end.of(e)...)
			if _, err := out.Write(append(row, '\n')); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// numbersOfEvent is how many numbers end a row of an event, with all items of the ledger.
const numbersOfEvent = 6 + tokens.Items

// A rowEnd writes the numbers that end the rows of events. Text of those that are what they were in the row
// before is copied from it.
type rowEnd struct {
	items int // of the ledger that a row has

	values [numbersOfEvent]uint64
	ends   [numbersOfEvent]int // of their text, each with the comma before it
	text   []byte
	before []byte
}

// of is the text for an event, until the next call.
func (r *rowEnd) of(e *tokens.Event) []byte {
	values := [numbersOfEvent]float64{e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage, e.AUM}
	copy(values[6:], e.Money[:])
	r.before, r.text = r.text, r.before[:0]
	from, to := 0, 0 // in the text before, of what is yet to be copied
	for i, v := range values[:6+r.items] {
		v += 0 // no sign of a zero
		now, end := math.Float64bits(v), r.ends[i]
		if now == r.values[i] && end > 0 {
			r.ends[i] = len(r.text) + end - from
			to = end
			continue
		}
		r.text = append(r.text, r.before[from:to]...)
		r.text = appendRounded(append(r.text, ','), v)
		r.values[i], r.ends[i] = now, len(r.text)
		from, to = end, end
	}
	r.text = append(r.text, r.before[from:to]...)
	return r.text
}

// days write times as RFC 3339 does, with nanoseconds, in UTC. Most times are of the day before.
type days struct {
	second, nanosecond int64 // that they are counted from, since 1970
	day                int64 // its first second, since 1970
	text               []byte
}

func daysFrom(start time.Time) *days {
	return &days{second: start.Unix(), nanosecond: int64(start.Nanosecond())}
}

// append writes the time that is so long after the start, zero or more.
func (d *days) append(row []byte, after time.Duration) []byte {
	const length = 24 * 60 * 60
	now, nanosecond := d.second+int64(after/time.Second), d.nanosecond+int64(after%time.Second)
	if nanosecond >= int64(time.Second) {
		now, nanosecond = now+1, nanosecond-int64(time.Second)
	}
	second := now - d.day
	if second < 0 || second >= length || d.text == nil {
		if second = now % length; second < 0 {
			second += length
		}
		d.day, d.text = now-second, time.Unix(now, 0).UTC().AppendFormat(d.text[:0], "2006-01-02T")
	}
	h, m, s := second/3600, second/60%60, second%60
	row = append(append(row, d.text...), byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':',
		byte('0'+s/10), byte('0'+s%10))
	return append(appendFraction(row, nanosecond), 'Z')
}

// appendFraction writes nanoseconds as a fraction of a second, from the point on; nothing if there are none.
func appendFraction(row []byte, nanoseconds int64) []byte {
	if nanoseconds == 0 {
		return row
	}
	low := eightDigits(uint64(nanoseconds % 1e8))
	row = append(row, '.', byte('0'+nanoseconds/1e8))
	row = binary.LittleEndian.AppendUint64(row, low|asText)
	return row[:len(row)-bits.LeadingZeros64(low)/8] // without zeros at its end
}

// lifeFields begin a row of a lifetime.
func lifeFields(l *assess.ReplayedLife) string {
	return csvField(l.Token) + "," + strconv.FormatFloat(l.Latency.Seconds(), 'g', -1, 64) + ","
}

// csvField quotes a text where CSV wants it.
func csvField(text string) string {
	for _, c := range text {
		if c == ',' || c == '"' || c == '\n' || c == '\r' {
			return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
	}
	return text
}
