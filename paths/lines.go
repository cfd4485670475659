package paths

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unsafe"
)

// A lineReader reads the lines of a table that are not blank.
type lineReader struct {
	text   *bufio.Reader // its buffer is as long as a line may be
	limits readLimits
	line   int // number of the line read last, from 1
}

// next returns a line without its end, until the next call; io.EOF after the last.
func (l *lineReader) next() (string, error) {
	for {
		raw, err := l.text.ReadSlice('\n')
		if len(raw) > 0 {
			l.line++
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return "", fmt.Errorf("line %d is longer than %s; want lines of a table", l.line,
				byteSize(int64(l.limits.line)))
		case err != nil && !(errors.Is(err, io.EOF) && len(raw) > 0):
			return "", err
		case l.line > l.limits.lines:
			return "", fmt.Errorf("more than %s lines; want at most that many: split the file", grouped(l.limits.lines))
		}
		text := strings.TrimRight(unsafe.String(unsafe.SliceData(raw), len(raw)), "\r\n")
		if strings.TrimSpace(text) != "" {
			return text, nil
		}
	}
}

// A splitter cuts lines into fields. A field in quotes ends on its line.
type splitter struct {
	comma  byte
	fields []string // of the last line
}

// split returns the fields of a line, until the next call.
func (s *splitter) split(line string) ([]string, error) {
	if strings.Contains(line, `"`) {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma = rune(s.comma)
		fields, err := r.Read()
		var malformed *csv.ParseError
		if errors.As(err, &malformed) {
			return nil, malformed.Err
		}
		return fields, err
	}
	s.fields = s.fields[:0]
	for {
		i := strings.IndexByte(line, s.comma)
		if i < 0 {
			break
		}
		s.fields = append(s.fields, line[:i])
		line = line[i+1:]
	}
	s.fields = append(s.fields, line)
	return s.fields, nil
}

// separator is what stands between the fields of a line: a tab or a semicolon if
// there is one outside quotes, else the comma.
func separator(line string) byte {
	quoted := false
	found := byte(',')
	for i := range len(line) {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\t':
			return '\t'
		case c == ';':
			found = ';'
		}
	}
	return found
}
