package report

import (
	"fmt"
	"io"

	"mcrisk/study"
	"mcrisk/tokens"
)

// traceColumns are the columns of a token's events in files, in full precision: time since the
// start, what happened, price of the underlying, exposure, cash, equity, leverage,
// the vault's size in US dollars and the running totals of the ledger, whose items are given.
func traceColumns(items []string) []Column {
	return append(columnsOf("seconds", "event", "underlying", "exposure", "cash", "equity", "leverage", "aum"),
		columnsOf(items...)...)
}

// traceRow is an event as a row of those columns, with so many items.
func traceRow(e study.Event, items int) []any {
	row := []any{e.Time, e.Name, e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage, e.AUM}
	for _, v := range e.Money[:items] {
		row = append(row, v)
	}
	return row
}

// A TraceWriter writes events as CSV, one by one, of which there may be any number.
type TraceWriter struct {
	table *TableWriter
	items int
}

// NewTraceWriter begins with the header of a token's events.
func NewTraceWriter(w io.Writer, token tokens.Token) TraceWriter {
	items := token.Books()
	return TraceWriter{NewTableWriter(w, traceColumns(items)), len(items)}
}

// Write writes one event.
func (w TraceWriter) Write(e study.Event) error { return w.table.Write(traceRow(e, w.items)...) }

// Flush ends the table.
func (w TraceWriter) Flush() error { return w.table.Flush() }

// Trace is the events of one path of a token: for people without the ledger, for files
// with all columns.
func Trace(s *study.Study, token, path int, events []study.Event) Document {
	people := Table{PeopleOnly: true, Keys: 2,
		Columns: columnsOf("time", "event", "underlying", "exposure", "cash", "equity", "leverage", "aum")}
	own := s.Token(token)
	items := own.Books()
	data := Table{Name: "events", DataOnly: true, Columns: traceColumns(items)}
	for _, e := range events {
		people.Add(traceRow(e, 0)...)
		data.Add(traceRow(e, len(items))...)
	}
	return Document{Blocks: []Block{
		Text(fmt.Sprintf("%s, path %s: events. Exposure, cash and equity are in initial equity, "+
			"the underlying in its price at the start, aum in US dollars.", s.Spec().Tokens[token].Name,
			Thousands(path))),
		people, data}}
}
