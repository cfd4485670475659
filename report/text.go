package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// WriteText writes a document for a terminal with so many columns. No line is
// longer than width, unless it is a single word.
//
// A table that is too wide has its Wrap columns broken into lines. If it is then
// still too wide, it is split into several below each other, each of which begins with
// the key columns. Where not even these and one other fit, every row is a list of
// names and values. Figures are left out.
func WriteText(w io.Writer, d Document, width int) error {
	out := bufio.NewWriter(w)
	first := true
	paragraphs := func(s string) {
		for _, p := range paragraphs(clean(s)) {
			if !first {
				out.WriteByte('\n')
			}
			first = false
			for _, line := range wrap(p, width) {
				out.WriteString(line)
				out.WriteByte('\n')
			}
		}
	}
	tables := func(t *Table) {
		p := t.people()
		paragraphs(p.title)
		for _, text := range p.draw(width) {
			if !first {
				out.WriteByte('\n')
			}
			first = false
			out.WriteString(text)
			out.WriteByte('\n')
		}
	}
	paragraphs(d.Title)
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case Text:
			paragraphs(string(b))
		case Note:
			paragraphs("note: " + string(b))
		case Settings:
			tables(b.clipped(width).table())
		case Table:
			if !b.DataOnly {
				tables(&b)
			}
		case Figure:
		default:
			panic(foreign(b))
		}
	}
	return out.Flush()
}

// paragraphs divides a text at empty lines.
func paragraphs(s string) (all []string) {
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) != "" {
			all = append(all, p)
		}
	}
	return all
}

// What go-pretty puts around cells: a space before each and one after.
const padding = 2

// clipped are the settings with origins of one line, which files have in full.
func (s Settings) clipped(width int) Settings {
	name, value := cells("setting"), cells("value")
	for _, x := range s {
		name, value = max(name, cells(x.Name)), max(value, cells(x.Value))
	}
	left := max(narrow, width-name-min(value, narrow)-3*padding) // a long value is broken instead
	var out Settings
	for _, x := range s {
		x.From = Clip(x.From, left)
		out = append(out, x)
	}
	return out
}

// A sheet is the columns of a table that stand beside each other.
type sheet struct {
	columns []int
	widths  []int
}

// draw returns the table as texts that stand below each other.
func (p *people) draw(width int) (texts []string) {
	for j := range p.head {
		p.head[j] = clean(p.head[j])
		for i := range p.rows {
			p.rows[i][j] = clean(p.rows[i][j])
		}
	}
	sheets, ok := p.split(width)
	if !ok {
		return p.list(width)
	}
	for _, s := range sheets {
		texts = append(texts, p.sheet(s))
	}
	return texts
}

// split lays the columns out in as few sheets as fit. It is not ok if the key
// columns and one other do not fit even with a line break after every word.
func (p *people) split(width int) (sheets []sheet, ok bool) {
	if len(p.head) == 0 {
		return nil, true
	}
	natural, least, longest := make([]int, len(p.head)), make([]int, len(p.head)), make([]int, len(p.head))
	for j := range p.head {
		natural[j], least[j], longest[j] = p.widths(j)
	}
	// With these floors, how wide is a sheet?
	total := func(floors []int) int {
		n := -1 // the space after the last column is not written
		for _, f := range floors {
			n += f + padding
		}
		return n
	}
	keys := min(p.keys, len(p.head)-1)
	var now sheet
	begin := func(j int) bool { // a sheet of the keys and column j
		for _, floor := range [][]int{least, longest} {
			now = sheet{}
			for k := range keys {
				now.columns, now.widths = append(now.columns, k), append(now.widths, floor[k])
			}
			now.columns, now.widths = append(now.columns, j), append(now.widths, floor[j])
			if total(now.widths) <= width {
				return true
			}
		}
		return false
	}
	end := func() { // spends what is left of the width, on the narrowest first
		for left := width - total(now.widths); left > 0; left-- {
			at := -1
			for k, j := range now.columns {
				if now.widths[k] < natural[j] && (at < 0 || now.widths[k] < now.widths[at]) {
					at = k
				}
			}
			if at < 0 {
				break
			}
			now.widths[at]++
		}
		sheets = append(sheets, now)
	}
	for j := keys; j < len(p.head); j++ {
		switch {
		case j == keys:
			if !begin(j) {
				return nil, false
			}
		case total(append(now.widths[:len(now.widths):len(now.widths)], least[j])) <= width:
			now.columns, now.widths = append(now.columns, j), append(now.widths, least[j])
		default:
			end()
			if !begin(j) {
				return nil, false
			}
		}
	}
	end()
	return sheets, true
}

// A Wrap column keeps narrow columns before the table is split, and words longer
// than long, such as addresses, are broken anywhere.
const (
	narrow = 16
	long   = 28
)

// fold breaks the words of s that are longer than width.
func fold(s string, width int) string {
	if line, rest, more := strings.Cut(s, "\n"); more {
		return fold(line, width) + "\n" + fold(rest, width)
	}
	var parts []string
	for word := range strings.SplitSeq(s, " ") {
		for cells(word) > width {
			n := 0
			for i, r := range word {
				if n += cells(string(r)); n > width {
					parts, word = append(parts, word[:i]), word[i:]
					break
				}
			}
		}
		parts = append(parts, word)
	}
	return strings.Join(parts, " ")
}

// widths are what a column takes without a line break, what it takes at
// least before the table is split, and its longest word.
func (p *people) widths(j int) (natural, least, longest int) {
	for _, word := range words(p.head[j]) {
		longest = max(longest, cells(word))
	}
	header, body := lineWidth(p.head[j]), 0
	for _, r := range p.rows {
		body = max(body, lineWidth(r[j]))
		for _, word := range words(r[j]) {
			longest = max(longest, cells(word))
		}
	}
	natural = max(header, body)
	if p.wrap[j] {
		longest = min(longest, long)
		return natural, max(longest, min(natural, narrow)), longest
	}
	return natural, max(longest, body), longest
}

func lineWidth(s string) (n int) {
	for line := range strings.SplitSeq(s, "\n") {
		n = max(n, cells(line))
	}
	return n
}

// sheet draws some columns.
func (p *people) sheet(s sheet) string {
	t := newTable()
	row := func(from []string) (r table.Row) {
		for k, j := range s.columns {
			cell := from[j]
			if p.wrap[j] {
				cell = fold(cell, s.widths[k])
			}
			r = append(r, strings.Join(wrap(cell, s.widths[k]), "\n"))
		}
		return r
	}
	var configs []table.ColumnConfig
	for k, j := range s.columns {
		align := text.AlignLeft
		if p.right[j] {
			align = text.AlignRight
		}
		configs = append(configs, table.ColumnConfig{Number: k + 1, Align: align, AlignHeader: align})
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(row(p.head))
	for _, r := range p.rows {
		t.AppendRow(row(r))
	}
	return t.Render()
}

// newTable is a table without lines.
func newTable() table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	return t
}

// list writes each row as lines of name and value.
func (p *people) list(width int) (texts []string) {
	if len(p.rows) == 0 {
		return []string{strings.Join(wrap(strings.Join(p.head, " "), width), "\n")}
	}
	for _, r := range p.rows {
		var lines []string
		for j, cell := range r {
			lines = append(lines, wrap(p.head[j]+": "+cell, width)...)
		}
		texts = append(texts, strings.Join(lines, "\n"))
	}
	return texts
}
