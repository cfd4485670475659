package report

import (
	"encoding/csv"
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
