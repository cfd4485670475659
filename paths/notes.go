package paths

import (
	"fmt"
	"strconv"
)

// A NoteKind is the kind of thing that the reader of a history has to say.
type NoteKind string

const (
	NoteMember   NoteKind = "member"         // which file of an archive was read
	NotePreamble NoteKind = "preamble"       // lines before the header that were passed over
	NoteColumn   NoteKind = "column"         // which column is the price, where its name does not say so
	NoteCloses   NoteKind = "closes-only"    // no extremes are known
	NoteZone     NoteKind = "zone"           // stamps without a zone
	NoteDays     NoteKind = "days"           // stamps at one hour of local days, whose offset from UTC changes
	NoteOrder    NoteKind = "newest-first"   // bars that were turned round
	NoteMissing  NoteKind = "missing-rows"   // rows without prices
	NoteRounding NoteKind = "rounding"       // extremes moved by units in the last place
	NotePlaced   NoteKind = "placed"         // bars off the grid that were placed on it
	NoteLeftOut  NoteKind = "left-out"       // bars that were left out
	NoteStamp    NoteKind = "stamp"          // bars that were taken to end at their stamps
	NoteDoubt    NoteKind = "doubtful-stamp" // bars that can hardly begin at their stamps
)

// A Note is one thing that the reader of a history repaired, left out or assumed,
// however many bars it concerns. What was repaired is said in a note; what could not
// be is an error.
type Note struct {
	Kind  NoteKind
	Count int    // bars or lines that it concerns, at least 1
	Text  string // a sentence without its full stop, counts and first line in it
}

func (n Note) String() string { return n.Text }

// quantity writes a number of things, such as "2 bars".
func quantity(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// grouped writes a number with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// A tally counts the lines that one note is about, and keeps the first.
type tally struct{ count, line int }

func (t *tally) add(line int) {
	if t.count++; t.count == 1 || line < t.line {
		t.line = line
	}
}

// first says where in the file the counted lines begin.
func (t tally) first() string {
	if t.count == 1 {
		return fmt.Sprintf("on line %d", t.line)
	}
	return fmt.Sprintf("the first on line %d", t.line)
}
