package rundir

import (
	"bufio"
	"io"
	"math"
	"strconv"

	"mcrisk/tokens"
)

// WriteLifetimes writes the lifetimes of an ensemble as CSV, one row for each
// path, in full precision. Numbers that do not exist are empty.
func WriteLifetimes(w io.Writer, e *tokens.Ensemble) error {
	out := bufio.NewWriterSize(w, 1<<16)
	names := e.Names()
	columns := make([][]float64, len(names))
	out.WriteString("path")
	for i, n := range names {
		columns[i] = e.Column(n)
		out.WriteByte(',')
		out.WriteString(n)
	}
	out.WriteByte('\n')
	var buf []byte
	for p := range e.N {
		buf = strconv.AppendInt(buf[:0], int64(p), 10)
		for _, c := range columns {
			buf = append(buf, ',')
			buf = AppendFloat(buf, c[p])
		}
		buf = append(buf, '\n')
		if _, err := out.Write(buf); err != nil {
			return err
		}
	}
	return out.Flush()
}

// AppendFloat writes v in its shortest exact form, and nothing for NaN.
func AppendFloat(buf []byte, v float64) []byte {
	if math.IsNaN(v) {
		return buf
	}
	return strconv.AppendFloat(buf, v, 'g', -1, 64)
}
