package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"mcrisk/analytics"
)

// WriteJSON writes the document's Data. If that is nil, it writes an object with
// an array for each of the document's Tables, whose elements are objects by the
// names of the columns, and with the settings.
func WriteJSON(w io.Writer, d Document) error {
	if d.Data != nil {
		return EncodeJSON(w, d.Data)
	}
	var all object
	for i, t := range d.Tables() {
		if t.Name == "" {
			return fmt.Errorf("report: table %d (%q) has no name; want one, as its key in JSON", i, t.Title)
		}
		rows := make([]object, len(t.Rows))
		for i := range t.Rows {
			for j, c := range t.Columns {
				rows[i] = append(rows[i], member{c.Name, jsonCell(t.cell(i, j))})
			}
		}
		all = append(all, member{t.Name, rows})
	}
	for _, b := range d.Blocks {
		if s, ok := b.(Settings); ok {
			rows := make([]object, len(s))
			for i, r := range s {
				rows[i] = object{{"name", r.Name}, {"value", r.Value}, {"from", r.From}}
			}
			all = append(all, member{"settings", rows})
		}
	}
	return EncodeJSON(w, all)
}

// EncodeJSON writes a value, indented by two spaces, with <, > and & as they are.
func EncodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// A Number is null in JSON where it does not exist, which is NaN, and a text where it
// is infinite: "Infinity" or "-Infinity", which JavaScript, Python and ProtoJSON read.
type Number float64

func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	default:
		return json.Marshal(v)
	}
}

// Existing is for fields with omitempty: nil for NaN.
func Existing(v float64) *Number {
	if math.IsNaN(v) {
		return nil
	}
	return (*Number)(&v)
}

// Bound is for the ends of intervals: nil where there is none, as below a quantile that
// lies outside of what so few paths reach.
func Bound(v float64) *Number {
	if math.IsInf(v, 0) {
		return nil
	}
	return Existing(v)
}

// A JSONEstimate is an estimate in JSON, with null for what does not exist.
type JSONEstimate struct {
	Estimate          *Number `json:"estimate"`
	SE                *Number `json:"se"`
	Lo                *Number `json:"lo"`
	Hi                *Number `json:"hi"`
	N                 int     `json:"n"`
	Interval          string  `json:"interval"`                     // how it was made
	VarianceReduction *Number `json:"variance_reduction,omitempty"` // by a control, where there is one
	Warning           string  `json:"warning,omitempty"`
}

// ToJSON is the estimate for JSON.
func ToJSON(e analytics.Estimate) JSONEstimate {
	j := JSONEstimate{
		Estimate: Existing(e.Value), SE: Existing(e.SE), Lo: Bound(e.Lo), Hi: Bound(e.Hi),
		N: e.N, Interval: string(e.Method), Warning: string(e.Warning),
	}
	if r := varianceReduction(e); r > 0 {
		j.VarianceReduction = Existing(r)
	}
	return j
}

// jsonCell is a cell of a table for JSON.
func jsonCell(cell any) any {
	switch x := full(cell).(type) {
	case float64:
		return Number(x)
	case analytics.Estimate:
		return ToJSON(x)
	case time.Duration:
		return x.Seconds()
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	default:
		return x
	}
}

// An object is written with its members in order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
