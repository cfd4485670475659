package report

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"mcrisk/assess"
)

// pathHeader are the columns of a replay's path.csv.
const pathHeader = "token,latency_seconds,time,price,nav,leverage,health,borrow,funding\n"

// WriteReplayPath writes, as CSV, what every token was at the start and at the end of every step: the
// price of the underlying and the net asset value relative to the start, leverage, health, and the
// rates that the step paid. There are as many rows as steps and lifetimes, so it formats them itself.
func WriteReplayPath(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString(pathHeader)     // the error is that of Flush
	shared := make([][]byte, len(r.Times)) // time and price, which all lifetimes have
	for i, at := range r.Times {
		shared[i] = strconv.AppendFloat(append(at.UTC().AppendFormat(nil, time.RFC3339), ','), r.Prices[i], 'g', -1, 64)
	}
	var row []byte
	number := func(v float64) {
		if row = append(row, ','); !math.IsNaN(v) {
			row = strconv.AppendFloat(row, v, 'g', -1, 64)
		}
	}
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		rates := [2]rateField{{rates: l.Track.Borrow}, {rates: l.Track.Funding}}
		for step, at := range shared {
			row = append(append(row[:0], begin...), at...)
			if step == 0 {
				row = append(row, ",1,"...)
				row = strconv.AppendFloat(row, r.Study.Dated(l.Number).At(r.From()).Target, 'g', -1, 64)
				row = append(row, ",,,\n"...)
			} else {
				m := &l.Track.Marks[step-1]
				number(m.NAV)
				number(m.Leverage)
				number(m.Health)
				for k := range rates {
					row = rates[k].append(row, step-1)
				}
				row = append(row, '\n')
			}
			if _, err := out.Write(row); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// A rateField writes a rate that hardly changes.
type rateField struct {
	rates []float64 // nil: an empty field
	last  float64
	text  []byte
}

func (f *rateField) append(row []byte, step int) []byte {
	row = append(row, ',')
	if f.rates == nil {
		return row
	}
	if v := f.rates[step]; f.text == nil || v != f.last {
		f.last, f.text = v, strconv.AppendFloat(f.text[:0], v, 'g', -1, 64)
	}
	return append(row, f.text...)
}

// WriteReplayEvents writes the trades, liquidations and ends of all lifetimes as CSV.
func WriteReplayEvents(w io.Writer, r *assess.Replay) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.WriteString("token,latency_seconds,time")
	for _, c := range traceColumns() {
		_, _ = out.WriteString("," + c.Name)
	}
	_, _ = out.WriteString("\n")
	var row []byte
	for i := range r.Lives {
		l := &r.Lives[i]
		begin := lifeFields(l)
		for e := range l.Events.All() {
			row = r.From().Add(e.Time).AppendFormat(append(row[:0], begin...), time.RFC3339Nano)
			row = strconv.AppendFloat(append(row, ','), e.Time.Seconds(), 'g', -1, 64)
			row = append(append(row, ','), e.Name...)
			for _, v := range [...]float64{e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage, e.AUM} {
				row = strconv.AppendFloat(append(row, ','), v, 'g', -1, 64)
			}
			for _, v := range e.Money {
				if row = append(row, ','); v == 0 {
					row = append(row, '0')
				} else {
					row = strconv.AppendFloat(row, v, 'g', -1, 64)
				}
			}
			if _, err := out.Write(append(row, '\n')); err != nil {
				return err
			}
		}
	}
	return out.Flush()
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
