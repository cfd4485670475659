package report

import (
	"encoding/csv"
	"fmt"
	"io"
)

// WriteCSV writes the document's Tables in full precision as RFC 4180 says, with
// an empty line between them. Each begins with a header.
func WriteCSV(w io.Writer, d Document) error {
	for i, t := range d.Tables() {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if err := t.WriteCSV(w); err != nil {
			return err
		}
	}
	return nil
}

// WriteCSV writes one table, as its file has it.
func (t Table) WriteCSV(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.records()) }

// A TableWriter writes a table as its file has it, row by row, of which there may be
// any number.
type TableWriter struct {
	out     *csv.Writer
	columns []Column
}

// NewTableWriter begins a table with its header. A column of estimates says its Parts.
func NewTableWriter(w io.Writer, columns []Column) *TableWriter {
	t := &TableWriter{csv.NewWriter(w), columns}
	var names []string
	for _, c := range columns {
		names = append(names, c.names()...)
	}
	_ = t.out.Write(names) // the error is that of what follows
	return t
}

// Write writes a row, a cell for each column. It panics as [Table] does.
func (t *TableWriter) Write(cells ...any) error {
	if len(cells) != len(t.columns) {
		panic(fmt.Sprintf("report: a row of %d cells; want %d", len(cells), len(t.columns)))
	}
	var fields []string
	for j, c := range t.columns {
		fields = append(fields, c.fields(cells[j])...)
	}
	return t.out.Write(fields)
}

// Flush ends the table, or what there is of it so far.
func (t *TableWriter) Flush() error {
	t.out.Flush()
	return t.out.Error()
}
