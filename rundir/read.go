package rundir

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mcrisk/tokens"
)

// ReadLifetimes reads back what WriteLifetimes wrote, to the same bits. Errors
// name the file, line and column at fault.
func ReadLifetimes(r io.Reader, name string, t tokens.Token, horizon time.Duration) (tokens.Ensemble, error) {
	var none tokens.Ensemble
	in := csv.NewReader(bufio.NewReaderSize(r, 1<<16))
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return none, fmt.Errorf("rundir: %s: %w", name, err)
	}
	if len(head) < 2 || head[0] != "path" {
		return none, fmt.Errorf("rundir: %s begins with %q; want the column path and others", name, head[0])
	}
	names := append([]string(nil), head[1:]...)
	for i, column := range names {
		if column == "" || strings.ContainsAny(column, ",\"\r\n") || slices.Contains(names[:i], column) {
			return none, fmt.Errorf("rundir: %s:1: column %.40q; "+
				"want each name once and without commas, quotes and line breaks", name, column)
		}
	}
	columns := make([][]float64, len(names))
	n := 0
	for ; ; n++ {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return none, fmt.Errorf("rundir: %s: %w", name, err)
		}
		if row[0] != strconv.Itoa(n) {
			return none, fmt.Errorf("rundir: %s:%d: path %q; want %d", name, n+2, row[0], n)
		}
		for i, text := range row[1:] {
			v := math.NaN()
			if text != "" {
				if v, err = strconv.ParseFloat(text, 64); err != nil {
					return none, fmt.Errorf("rundir: %s:%d: %s: %w", name, n+2, names[i], err)
				}
			}
			columns[i] = append(columns[i], v)
		}
	}
	e := tokens.NewEnsemble(t, horizon, n)
	for i, name := range names {
		e.Add(name, columns[i])
	}
	return e, nil
}
