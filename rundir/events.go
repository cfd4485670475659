package rundir

import (
	"bufio"
	"slices"

	"mcrisk/study"
	"mcrisk/tokens"
)

// An EventWriter writes the events of a lifetime as CSV, in full precision: seconds
// since the start, what happened, price of the underlying, exposure, cash, equity,
// leverage, the vault's size in US dollars and the running totals of the ledger.
type EventWriter struct {
	out *bufio.Writer
	row []byte
}

// NewEventWriter writes the head of the table. Errors are those of Flush.
func NewEventWriter(out *bufio.Writer) *EventWriter {
	out.WriteString("seconds,event,underlying,exposure,cash,equity,leverage,aum")
	for _, name := range tokens.ItemNames {
		out.WriteString("," + name)
	}
	out.WriteByte('\n')
	return &EventWriter{out: out}
}

// Write writes one event.
func (w *EventWriter) Write(e study.Event) {
	w.row = AppendFloat(w.row[:0], e.Time.Seconds())
	w.row = append(w.row, ',')
	w.row = append(w.row, e.Name...)
	for _, v := range slices.Concat([]float64{e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage, e.AUM}, e.Money[:]) {
		w.row = append(w.row, ',')
		w.row = AppendFloat(w.row, v)
	}
	w.out.Write(append(w.row, '\n'))
}
