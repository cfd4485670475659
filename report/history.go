package report

import (
	"fmt"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
)

// History is what the closes of a history did; name is the history's, sha256 that of
// its file.
func History(name, sha256 string, r *assess.HistoryRecord) Document {
	t := Table{Name: "history", Columns: []Column{
		{Name: "metric"}, {Name: "value"}, {Name: "unit"}, {Name: "meaning", Wrap: true},
	}}
	metrics := map[string]*Number{}
	for _, m := range r.Metrics {
		t.Add(m.Name, m.Value, string(m.Unit), m.Doc)
		metrics[m.Name] = Existing(m.Value)
	}
	step := param.FormatSeconds(r.Step.Seconds())
	text := fmt.Sprintf("%s: %s closes, %s apart, %s to %s",
		name, Thousands(r.Values), step, Minute(r.From), Minute(r.To))
	return Document{
		Blocks: []Block{Text(text), t},
		Data: struct {
			SHA256  string             `json:"sha256"`
			Values  int                `json:"values"`
			Step    string             `json:"step"`
			From    time.Time          `json:"from"` // of the first close
			To      time.Time          `json:"to"`
			Gaps    int                `json:"gaps"`
			Metrics map[string]*Number `json:"metrics"`
		}{sha256, r.Values, step, r.From, r.To, r.Gaps, metrics},
	}
}
