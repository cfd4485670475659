package paths

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A head is the first lines of a table, by which its shape is known.
type head struct {
	lines []headLine // at most headLines, at least one
}

type headLine struct {
	number int
	text   string
	fields []string // nil where quotes are malformed
}

// headLines is the most lines that a header has, those of yfinance.
const headLines = 3

// readTable reads a table, whatever its shape.
func (f *barFile) readTable(text *bufio.Reader) error {
	lines := &lineReader{text: text, limits: f.limits}
	first, err := f.skipPreamble(lines)
	if errors.Is(err, io.EOF) {
		return errEmpty
	}
	if err != nil {
		return err
	}
	cut := &splitter{comma: separator(first)}
	h, err := readHead(lines, cut, first)
	if err != nil {
		return err
	}
	l, err := layoutOf(h, f.options)
	if err != nil {
		return fmt.Errorf("line %d: %w", h.lines[0].number, err)
	}
	f.take(l)
	for _, line := range h.lines[l.header:] {
		if err := f.line(l, cut, line.text, line.number); err != nil {
			return err
		}
	}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f.line(l, cut, line, lines.line); err != nil {
			return err
		}
	}
}

// take notes what a layout means for the whole file.
func (f *barFile) take(l *layout) {
	f.timeName, f.closesOnly, f.moments, f.closing = l.time.name, l.closesOnly, l.moments, l.closing
	if l.chosen != "" {
		f.note(NoteColumn, 1, "%s", l.chosen)
	}
}

// preambles are how lines begin that stand before a header and are none.
var preambles = []string{"#", "http://", "https://"}

// skipPreamble returns the first line that is no address and no comment.
func (f *barFile) skipPreamble(lines *lineReader) (string, error) {
	var skipped tally
	for {
		line, err := lines.next()
		if err != nil {
			return "", err
		}
		start := strings.ToLower(strings.TrimSpace(line))
		if !slices.ContainsFunc(preambles, func(p string) bool { return strings.HasPrefix(start, p) }) {
			if skipped.count > 0 {
				f.note(NotePreamble, skipped.count, "%s before the header passed over",
					quantity(skipped.count, "line of comment or address", "lines of comment or address"))
			}
			return strings.Clone(line), nil // its fields name the columns
		}
		skipped.add(lines.line)
	}
}

// readHead reads on to as many lines as a header may have.
func readHead(lines *lineReader, cut *splitter, first string) (*head, error) {
	h := &head{}
	for line := first; ; {
		fields, err := cut.split(line)
		if err != nil && len(h.lines) == 0 {
			return nil, fmt.Errorf("line %d: %w", lines.line, err)
		}
		if err != nil {
			fields = nil
		}
		h.lines = append(h.lines, headLine{lines.line, line, slices.Clone(fields)})
		if len(h.lines) == headLines {
			return h, nil
		}
		next, err := lines.next()
		if errors.Is(err, io.EOF) {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		line = strings.Clone(next)
	}
}

// line reads one line of bars. An error ends the reading; a fault does not.
func (f *barFile) line(l *layout, cut *splitter, text string, number int) error {
	if err := f.countRow(); err != nil {
		return fmt.Errorf("line %d: %w", number, err)
	}
	f.bytes += int64(len(text)) + 1
	fields, err := cut.split(text)
	switch {
	case err != nil:
		f.faults.add(number, "%v", err)
		return nil
	case len(fields) != l.fields:
		f.faults.add(number, "%s", fieldsFault(len(fields), l.fields, cut.comma))
		return nil
	case !picks(l.where, fields):
		return nil
	case l.empty(fields):
		f.missing.add(number)
		return nil
	}
	if bar, ok := f.bar(l, fields, number); ok {
		f.keep(bar, number)
	}
	return nil
}

// fieldsFault says that a line has another number of fields than its table.
func fieldsFault(got, want int, comma byte) string {
	hint := ""
	if got > want && comma == ',' {
		hint = ": a decimal comma, or separators of thousands?"
	}
	return fmt.Sprintf("%d fields; want %d%s", got, want, hint)
}
