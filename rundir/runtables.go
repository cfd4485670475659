package rundir

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"mcrisk/analytics"
)

// Horizons are the stored estimates of a token at every time, as
// [analytics.Horizons.Rows] made them, without the standard errors, which have no
// column. A table that is not what the run wrote is an error that names the file.
func (r *Run) Horizons(ctx context.Context, token int) (rows []analytics.HorizonRow, err error) {
	err = r.table(ctx, "horizons", token, func(t *table) error {
		rows, err = readHorizons(t, r.Study.Spec().Marks)
		return err
	})
	return rows, err
}

// Histograms are the stored buckets of a token, as
// [analytics.Horizons.HistogramRows] made them, with the errors of Horizons.
func (r *Run) Histograms(ctx context.Context, token int) (rows []analytics.HistogramRow, err error) {
	err = r.table(ctx, "histograms", token, func(t *table) error {
		rows, err = readHistograms(t)
		return err
	})
	return rows, err
}

// table reads a token's table.
func (r *Run) table(ctx context.Context, name string, token int, read func(*table) error) error {
	return r.read(ctx, r.Study.TableOf(name, token)+".csv", func(in io.Reader, path string) error {
		t, err := newTable(in, path)
		if err == nil {
			err = read(t)
		}
		return err
	})
}

// A table is a CSV file that is read row by row.
type table struct {
	path    string
	in      *csv.Reader
	columns map[string]int
	row     []string
	line    int
}

func newTable(in io.Reader, path string) (*table, error) {
	t := &table{path: path, in: csv.NewReader(in), columns: map[string]int{}}
	head, err := t.in.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("rundir: %s:1: the table is empty", path)
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: %s: %w", path, err)
	}
	for i, name := range head {
		t.columns[name] = i
	}
	t.line = 1
	return t, nil
}

// next reads a row; false: there is none.
func (t *table) next() (bool, error) {
	row, err := t.in.Read()
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("rundir: %s: %w", t.path, err)
	}
	t.row = row
	t.line, _ = t.in.FieldPos(0)
	return true, nil
}

// fault is an error at the current line.
func (t *table) fault(format string, args ...any) error {
	return fmt.Errorf("rundir: %s:%d: %w", t.path, t.line, fmt.Errorf(format, args...))
}

// text is a field of the current row; a missing column is a fault of the table.
func (t *table) text(column string, faults *[]error) string {
	i, ok := t.columns[column]
	if !ok {
		*faults = append(*faults, fmt.Errorf("no column %s", column))
		return ""
	}
	return t.row[i]
}

// number is a field as a number; an empty one is NaN.
func (t *table) number(column string, faults *[]error) float64 {
	text := t.text(column, faults)
	if text == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		*faults = append(*faults, fmt.Errorf("%s = %.40q; want a number", column, text))
	}
	return v
}

// count is a field as a whole number from 0.
func (t *table) count(column string, faults *[]error) int {
	text := t.text(column, faults)
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		*faults = append(*faults, fmt.Errorf("%s = %.40q; want a whole number from 0", column, text))
	}
	return n
}

// readHorizons reads the rows of so many times, each of which has the names of the
// first in their order; the last has those of series besides.
func readHorizons(t *table, times int) (rows []analytics.HorizonRow, err error) {
	var names []string // at the first time
	at, known := 0, 0  // how many times have begun; which of the names comes next
	for {
		more, err := t.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		row, err := horizonRow(t)
		if err != nil {
			return nil, err
		}
		series := strings.HasPrefix(row.Name, "series_")
		switch {
		case at == 0 || row.Years != rows[len(rows)-1].Years:
			if at > 0 && (row.Years < rows[len(rows)-1].Years || known != len(names)) {
				return nil, t.fault("years = %v after %d of %d names at %v; want all of them, and later times",
					row.Years, known, len(names), rows[len(rows)-1].Years)
			}
			at, known = at+1, 0
		case series && at == times && known == len(names):
			rows = append(rows, row)
			continue
		}
		if at == 1 && !series {
			names = append(names, row.Name)
		}
		if known == len(names) || row.Name != names[known] {
			return nil, t.fault("name = %.40q; want the names listed at the first time, in the same order", row.Name)
		}
		known++
		rows = append(rows, row)
	}
	if at != times || known != len(names) {
		return nil, t.fault("the table ends after %d times and %d of %d names; want %d times",
			at, known, len(names), times)
	}
	return rows, nil
}

func horizonRow(t *table) (analytics.HorizonRow, error) {
	var faults []error
	row := analytics.HorizonRow{
		Years: t.number("years", &faults), Name: t.text("name", &faults), Doc: t.text("meaning", &faults),
		Unit: analytics.Unit(t.text("unit", &faults)),
		Estimate: analytics.Estimate{
			Value: t.number("estimate", &faults), SE: math.NaN(),
			Lo: t.number("lo", &faults), Hi: t.number("hi", &faults),
			N: t.count("n", &faults), Confidence: t.number("confidence", &faults),
			Method: analytics.Method(t.text("interval", &faults)),
		},
	}
	if !(row.Years > 0) {
		faults = append(faults, fmt.Errorf("years = %v; want a time above 0", row.Years))
	}
	if len(faults) > 0 {
		return row, t.fault("%w", errors.Join(faults...))
	}
	return row, nil
}

// readHistograms reads buckets, which do not overlap.
func readHistograms(t *table) (rows []analytics.HistogramRow, err error) {
	for {
		more, err := t.next()
		if err != nil || !more {
			return rows, err
		}
		var faults []error
		row := analytics.HistogramRow{
			Years: t.number("years", &faults), Name: t.text("name", &faults),
			Low: t.number("low", &faults), High: t.number("high", &faults), Count: t.count("count", &faults),
		}
		if !(row.Years > 0 && row.Low > 0 && row.High > row.Low && row.High <= math.MaxFloat64 && row.Count > 0) {
			faults = append(faults, fmt.Errorf("%d from %v to %v after %v years; want some from above 0 to more",
				row.Count, row.Low, row.High, row.Years))
		}
		if n := len(rows); n > 0 {
			last := rows[n-1]
			if last.Name == row.Name && last.Years == row.Years && !(row.Low >= last.High) {
				faults = append(faults, fmt.Errorf("low = %v, and the bucket before ends at %v", row.Low, last.High))
			}
		}
		if len(faults) > 0 {
			return nil, t.fault("%w", errors.Join(faults...))
		}
		rows = append(rows, row)
	}
}
