package report

import (
	"bufio"
	"bytes"
	"io"
	"math"
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
// rates that the step paid. There are as many rows as steps and lifetimes, so it formats them itself.
func WriteReplayPath(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString(pathHeader) // the error is that of Flush
	// Time and price are those of all lifetimes.
	shared, ends := make([]byte, 0, 42*len(r.Prices)), make([]int, len(r.Prices))
	var day days
	for i, price := range r.Prices {
		shared = strconv.AppendFloat(append(day.append(shared, r.Time(i)), ','), price, 'g', -1, 64)
		ends[i] = len(shared)
	}
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		rates := [...]rate{{levels: l.Track.Borrow}, {levels: l.Track.Funding}}
		for step, from := 0, 0; step < len(ends); step++ {
			row := append(append(out.AvailableBuffer(), begin...), shared[from:ends[step]]...)
			if from = ends[step]; step == 0 {
				row = append(row, ",1,"...)
				row = strconv.AppendFloat(row, r.Study.Dated(l.Number).At(r.From()).Target, 'g', -1, 64)
				row = append(row, ",,,"...)
			} else {
				m := &l.Track.Marks[step-1]
				for _, v := range [...]float64{m.NAV, m.Leverage, m.Health} {
					if row = append(row, ','); !math.IsNaN(v) {
						row = strconv.AppendFloat(row, v, 'g', -1, 64)
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
	cell
}

func (r *rate) append(row []byte, step int) []byte {
	if r.levels == nil {
		return append(row, ',')
	}
	for len(r.levels) > 1 && r.levels[1].From <= step {
		r.levels = r.levels[1:]
	}
	return r.cell.append(row, r.levels[0].Rate)
}

// A cell writes numbers of a column, of which many are the one before.
type cell struct {
	last uint64
	text []byte // with the comma before it
}

func (c *cell) append(row []byte, v float64) []byte {
	if now := math.Float64bits(v); now != c.last || c.text == nil {
		c.last, c.text = now, strconv.AppendFloat(append(c.text[:0], ','), v, 'g', -1, 64)
	}
	return append(row, c.text...)
}

// WriteReplayEvents writes the trades, liquidations and ends of all lifetimes as CSV.
func WriteReplayEvents(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString("token,latency_seconds,time")
	for _, c := range traceColumns() {
		_, _ = out.WriteString("," + c.Name)
	}
	_, _ = out.WriteString("\n")
	var day days
	var cells [7 + tokens.Items]cell
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		for e := range l.Events.All() {
			row := day.append(append(out.AvailableBuffer(), begin...), r.From().Add(e.Time))
			row = append(append(cells[0].append(row, e.Time.Seconds()), ','), e.Name...)
			for k, v := range [...]float64{e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage, e.AUM} {
				row = cells[1+k].append(row, v)
			}
			for k, v := range e.Money {
				row = cells[7+k].append(row, v+0) // no sign of a zero
			}
			if _, err := out.Write(append(row, '\n')); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// days write times as RFC 3339 does, with nanoseconds, in UTC. Most times are of the day before.
type days struct {
	day  int64 // its first second, since 1970
	text []byte
}

func (d *days) append(row []byte, at time.Time) []byte {
	const length = 24 * 60 * 60
	second := at.Unix() % length
	if second < 0 {
		second += length
	}
	if day := at.Unix() - second; day != d.day || d.text == nil {
		d.day, d.text = day, at.UTC().AppendFormat(d.text[:0], "2006-01-02T")
	}
	row = append(row, d.text...)
	for i, v := range [...]int64{second / 3600, second / 60 % 60, second % 60} {
		if i > 0 {
			row = append(row, ':')
		}
		row = append(row, byte('0'+v/10), byte('0'+v%10))
	}
	if n := at.Nanosecond(); n > 0 {
		row = strconv.AppendInt(row, int64(1e9+n), 10)
		row[len(row)-10] = '.' // for the 1
		row = bytes.TrimRight(row, "0")
	}
	return append(row, 'Z')
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
