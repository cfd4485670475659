package report

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// DefaultWidth is the width of output that is not a terminal, in columns.
const DefaultWidth = 80

// Width returns how many columns the lines written to w may have: COLUMNS if it
// is a number from 40 to 1000, else the width of the terminal, else 80.
func Width(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 && n <= 1000 {
		return n
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return DefaultWidth
}

// cells is how many columns a text takes on a terminal. It counts as go-pretty
// does, which pads.
func cells(s string) int { return text.StringWidthWithoutEscSequences(s) }

// clean replaces what a terminal or a browser would obey instead of showing:
// control characters and changes of the direction of writing.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), string(unicode.ReplacementChar)))
}

// words are what wrapping keeps together: also a number and its percent sign. A no-break
// space does not divide them.
func words(s string) []string {
	list := strings.FieldsFunc(strings.ReplaceAll(s, " %", percent), func(r rune) bool { return r == ' ' || r == '\n' })
	for i, word := range list {
		list[i] = strings.ReplaceAll(word, percent, " %")
	}
	return list
}

// percent stands for a space and a percent sign while words are divided.
const percent = "\x00%"

// wrap breaks a text into lines of at most width columns, at spaces. Its own line
// breaks are kept, and the spaces that a line begins with are put before what
// wraps from it. A word that is wider than what they leave has a line to itself,
// without them.
func wrap(s string, width int) (lines []string) {
	for line := range strings.SplitSeq(s, "\n") {
		if cells(line) <= width {
			lines = append(lines, strings.TrimRight(line, " "))
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		now := ""
		for _, word := range words(line) {
			switch {
			case now == "":
			case cells(now)+1+cells(word) <= width:
				now += " " + word
				continue
			default:
				lines = append(lines, now)
			}
			now = word
			if cells(indent)+cells(word) <= width {
				now = indent + word
			}
		}
		lines = append(lines, now)
	}
	return lines
}
