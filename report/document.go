// Package report is what people and programs read of a result: documents, their
// renderers and the rules of digits.
//
// A Document is a title and blocks in reading order: Text, Table, Figure,
// Settings and Note. Each renderer writes a whole document in one form: WriteText
// for a terminal, WriteMarkdown, WriteHTML (one page that stands alone), WriteCSV
// and WriteJSON. Builders of documents take values that package assess or
// analytics computed; nothing here estimates anything, and only the writer that
// a renderer is given is written to.
//
// A cell of a table holds a value, not its text. People see it with the digits
// its interval supports, files have it in full, and both come from the same cell.
package report

import (
	"fmt"

	"mcrisk/plots"
)

// A Document is one result in the order in which it is read.
type Document struct {
	Title  string
	Blocks []Block
	// Brief is what a terminal shows unless more is asked for: the answer in sentences, and a table or two. If nil,
	// it shows everything.
	Brief []Block
	// Data is what WriteJSON writes: a value whose JSON names scripts rely on. If nil,
	// it is an object made of the tables.
	Data any
	// FigureDir is the folder of the figures' SVG files as seen from a Markdown
	// file, as in "figures". If empty, no figure was saved, and Markdown shows none.
	FigureDir string
}

// A Block is a part of a document: Text, Table, Figure, Settings or Note.
type Block interface{ block() }

// Text is paragraphs with an empty line between them. A single line break is
// kept; a line that begins with spaces is indented, and so is what wraps from it.
type Text string

// A Note is a sentence or two that readers should know beside the results, such
// as why an interval may be too narrow.
type Note string

// Settings lists every number of a run and where it came from.
type Settings []Setting

// A Setting is one row of Settings.
type Setting struct{ Name, Value, From string }

// A Figure is drawn when a renderer needs it.
type Figure struct {
	Name    string // of its files, without .svg
	Alt     string // what it shows, for those who cannot see it; empty: the figure's own title
	Caption string // below it, beside the one that the drawing has; may be empty
	// Draw may be called any number of times. Where nothing has a value it returns nil,
	// and where there is no such figure for another reason an [UndrawableError].
	Draw func() (*plots.Figure, error)
}

// An UndrawableError says why there is no such figure, though nothing failed. A note
// has its words where the figure would be.
type UndrawableError struct{ reason string }

func (e UndrawableError) Error() string { return e.reason }

func undrawable(format string, args ...any) error {
	return UndrawableError{fmt.Sprintf(format, args...)}
}

// NoValue is the [UndrawableError] of a figure of which nothing has a value.
func NoValue(figure string) error {
	return undrawable("no cell has a value, so there is no figure %s", figure)
}

// Drawn makes a Figure of a finished drawing.
func Drawn(name, alt string, f *plots.Figure) Figure {
	return Figure{Name: name, Alt: alt, Draw: func() (*plots.Figure, error) { return f, nil }}
}

func (Text) block()     {}
func (Note) block()     {}
func (Settings) block() {}
func (Figure) block()   {}
func (Table) block()    {}

// Tables returns the tables as files have them: those marked DataOnly, or all
// that are not PeopleOnly where none is.
func (d Document) Tables() []Table {
	var data, both []Table
	for _, b := range d.Blocks {
		if t, ok := b.(Table); ok {
			switch {
			case t.DataOnly:
				data = append(data, t)
			case !t.PeopleOnly:
				both = append(both, t)
			}
		}
	}
	if data != nil {
		return data
	}
	return both
}

// Figures returns the figures in reading order.
func (d Document) Figures() (all []Figure) {
	for _, b := range d.Blocks {
		if f, ok := b.(Figure); ok {
			all = append(all, f)
		}
	}
	return all
}

// foreign is the panic for a block that is not of this package: a pointer to
// one, or a nil.
func foreign(b Block) string {
	return fmt.Sprintf("report: block is a %T; want a Text, Table, Figure, Settings or Note", b)
}
