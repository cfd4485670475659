package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
)

// A Table has a cell for each column in every row. A cell is one of
//
//	string, bool, int, int64, uint64, float64
//	analytics.Estimate  people: value and interval; files: Column.Parts
//	time.Duration       people: 90s, 30d; files: seconds
//	time.Time           people: to the minute in UTC; files: RFC 3339
//	Shown               a value with the text that people see instead of it
//	nil                 people: –; files: nothing
//
// Anything else, and a row of another length, is a bug of the builder and panics.
type Table struct {
	Name       string // of its file, without .csv, and its key in JSON
	Title      string // above it, for people; may be empty
	Columns    []Column
	Rows       [][]any
	Keys       int  // how many leading columns say which row it is, and are repeated where the table is split; 0: one
	DataOnly   bool // for files only: in full where people see a digest
	PeopleOnly bool // a digest that no file has
}

// Add appends a row.
func (t *Table) Add(cells ...any) { t.Rows = append(t.Rows, cells) }

// A Column says how its cells are shown.
type Column struct {
	Name     string // in files
	Title    string // for people; empty: Name
	Interval string // title of the column of intervals that people see beside the values; empty: they stand in brackets
	Percent  bool   // people see 100 times the number, and (%) in the title; files have the fraction
	Align    Align
	Wrap     bool // text that may be broken into lines where the width is short
	// Format writes a number for people, already in percent if Percent. If nil, it
	// is Short, and Value and Range for an estimate.
	Format func(float64) string
	// Parts are what files have of an estimate beside its value, by the keys of
	// JSONEstimate and "confidence". If nil, they are lo and hi. They are columns
	// named NAME_lo, or lo if Bare.
	Parts []string
	Bare  bool // for the one estimate of a table
}

// AllParts is everything that files can have of an estimate.
var AllParts = []string{"se", "lo", "hi", "n", "confidence", "interval", "variance_reduction", "warning"}

var bounds = []string{"lo", "hi"}

// Align is the side at which cells stand.
type Align int

const (
	Auto  Align = iota // numbers right, words left
	Left               //
	Right              //
)

// Shown is a cell whose text for people is already written.
type Shown struct {
	Value    any    // for files; any other kind of cell
	Text     string // for people
	Interval string // for people, without brackets; may be empty
}

// missing is what people see where there is no value.
const missing = "–"

// cell returns cell j of row i. It panics if the row has not one cell for each
// column.
func (t *Table) cell(i, j int) any {
	if len(t.Rows[i]) != len(t.Columns) {
		panic(fmt.Sprintf("report: table %q, row %d: %d cells; want %d", t.Name, i, len(t.Rows[i]), len(t.Columns)))
	}
	return t.Rows[i][j]
}

// A people is a table as people see it: texts, with one column more for each
// column of intervals.
type people struct {
	title string
	keys  int
	head  []string
	rows  [][]string
	right []bool
	wrap  []bool
}

func (t *Table) people() people {
	keys := max(t.Keys, 1)
	p := people{title: t.Title, keys: keys, rows: make([][]string, len(t.Rows))}
	for j, c := range t.Columns {
		numbers := false
		title := c.Title
		if title == "" {
			title = c.Name
		}
		if c.Percent {
			title += " (%)"
		}
		if c.Interval != "" && j < keys {
			p.keys++
		}
		p.head, p.wrap = append(p.head, title), append(p.wrap, c.Wrap)
		if c.Interval != "" {
			p.head, p.wrap = append(p.head, c.Interval), append(p.wrap, false)
		}
		for i := range t.Rows {
			cell := t.cell(i, j)
			numbers = numbers || isNumber(cell)
			text, interval := c.text(cell)
			if text == string(analytics.NotEstimable) && c.Interval != "" { // it reads on over the interval's column
				const words = 2
				at := strings.Join(strings.Fields(text)[:words], " ")
				text, interval = at, strings.TrimPrefix(text, at+" ")
			}
			switch {
			case c.Interval != "":
				p.rows[i] = append(p.rows[i], text, interval)
			case interval != "":
				p.rows[i] = append(p.rows[i], text+" ("+interval+")")
			default:
				p.rows[i] = append(p.rows[i], text)
			}
		}
		right := c.Align == Right || c.Align == Auto && numbers
		for len(p.right) < len(p.head) {
			p.right = append(p.right, right)
		}
	}
	return p
}

// notEstimable says that an estimate has no value because its paths cannot make it.
func notEstimable(e analytics.Estimate) bool {
	return e.Value != e.Value && e.Warning == analytics.NotEstimable
}

func isNumber(cell any) bool {
	switch x := cell.(type) {
	case int, int64, uint64, float64, analytics.Estimate, time.Duration:
		return true
	case Shown:
		return isNumber(x.Value)
	}
	return false
}

// text is a cell and its interval as people see them.
func (c *Column) text(cell any) (text, interval string) {
	switch x := cell.(type) {
	case nil:
		return missing, ""
	case string:
		return x, ""
	case bool:
		return map[bool]string{true: "yes", false: "no"}[x], ""
	case int:
		return Thousands(x), ""
	case int64:
		return Thousands(int(x)), ""
	case uint64:
		return strconv.FormatUint(x, 10), "" // a seed or a hash, of which nobody counts thousands
	case float64:
		if c.Percent {
			x *= 100
		}
		return c.format(x), ""
	case analytics.Estimate:
		if c.Percent {
			x = InPercent(x)
		}
		if notEstimable(x) {
			return string(x.Warning), ""
		}
		switch bounded := x.Lo == x.Lo && x.Hi == x.Hi; {
		case !bounded:
			return c.format(x.Value), ""
		case c.Format != nil:
			return c.Format(x.Value), c.Format(x.Lo) + " to " + c.Format(x.Hi)
		}
		return Value(x), Range(x)
	case time.Duration:
		return TrueMinus(param.FormatSeconds(x.Seconds())), ""
	case time.Time:
		return Minute(x), ""
	case Shown:
		return x.Text, x.Interval
	}
	panic(fmt.Sprintf("report: column %s: a cell is a %T; want one of the kinds that Table names", c.Name, cell))
}

func (c *Column) format(v float64) string {
	if c.Format != nil {
		return c.Format(v)
	}
	return Short(v)
}

// records are the table as files have it, header first.
func (t *Table) records() [][]string {
	all := make([][]string, 1+len(t.Rows))
	for j, c := range t.Columns {
		for i := range t.Rows {
			if _, ok := full(t.cell(i, j)).(analytics.Estimate); ok && c.Parts == nil {
				c.Parts = bounds
			}
		}
		all[0] = append(all[0], c.names()...)
		for i := range t.Rows {
			all[1+i] = append(all[1+i], c.fields(t.cell(i, j))...)
		}
	}
	return all
}

// names are the names of the column in files, and of its parts.
func (c *Column) names() []string {
	names := []string{c.Name}
	for _, part := range c.Parts {
		if !c.Bare {
			part = c.Name + "_" + part
		}
		names = append(names, part)
	}
	return names
}

// fields are a cell as files have it, and its parts.
func (c *Column) fields(cell any) []string {
	cell = full(cell)
	fields := []string{c.field(cell)}
	e, ok := cell.(analytics.Estimate)
	for _, part := range c.Parts {
		text := ""
		if ok {
			text = estimatePart(e, part)
		}
		fields = append(fields, text)
	}
	return fields
}

// full is the value of a cell.
func full(cell any) any {
	if s, ok := cell.(Shown); ok {
		return s.Value
	}
	return cell
}

// field is a value as files have it, of an estimate the value alone.
func (c *Column) field(cell any) string {
	switch x := cell.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int:
		return strconv.Itoa(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case float64:
		return FileNumber(x)
	case analytics.Estimate:
		return FileNumber(x.Value)
	case time.Duration:
		return FileNumber(x.Seconds())
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	}
	panic(fmt.Sprintf("report: column %s: a cell is a %T; want one of the kinds that Table names", c.Name, cell))
}

// estimatePart is one of AllParts as files have it.
func estimatePart(e analytics.Estimate, part string) string {
	switch part {
	case "se":
		return FileNumber(e.SE)
	case "lo":
		return FileNumber(e.Lo)
	case "hi":
		return FileNumber(e.Hi)
	case "n":
		return strconv.Itoa(e.N)
	case "confidence":
		return FileNumber(e.Confidence)
	case "interval":
		return string(e.Method)
	case "variance_reduction":
		return FileNumber(varianceReduction(e))
	case "warning":
		return string(e.Warning)
	}
	panic(fmt.Sprintf("report: part %q of an estimate; want one of %q", part, AllParts))
}

// varianceReduction is how many times more paths the estimate would take without
// its control; 0: it has none.
func varianceReduction(e analytics.Estimate) float64 { return e.VarianceReduction }

// table is the settings as people see them.
func (s Settings) table() *Table {
	columns := []Column{{Name: "setting"}, {Name: "value", Wrap: true}, {Name: "from", Wrap: true}}
	t := &Table{Name: "settings", Columns: columns}
	for _, r := range s {
		t.Add(r.Name, r.Value, r.From)
	}
	return t
}
