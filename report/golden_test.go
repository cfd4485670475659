package report

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/plots"
)

var update = flag.Bool("update", false, "write the golden files anew")

func between(lo, value, hi float64) analytics.Estimate {
	return analytics.Estimate{
		Value: value, SE: (hi - lo) / 3.92, Lo: lo, Hi: hi, Confidence: 0.95, N: 10_000, Method: analytics.Normal,
	}
}

// small is a document with a block of every kind, and cells of every kind.
func small() Document {
	heavy := between(0.612, 0.6543, 0.6966)
	heavy.Warning = analytics.HeavyTail
	unknown := analytics.Estimate{Value: 1.5, SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), Confidence: 0.95, N: 1}
	t := Table{
		Name: "bands", Title: "The band at which growth is greatest, on the same paths.", Keys: 2,
		Columns: []Column{
			{Name: "token"},
			{Name: "half_width", Title: "half-width"},
			{Name: "nav", Title: "final NAV", Interval: "95 % interval", Parts: AllParts, Bare: true},
			{Name: "p_liquidation", Title: "liquidated", Percent: true},
			{Name: "rebalances", Title: "trades"},
			{Name: "waits", Title: "between trades"},
			{Name: "remark", Wrap: true},
		},
	}
	t.Add("ETHBULL3X", 0.2, heavy, between(0.00010, 0.0012, 0.0035), 12_345, 90*time.Minute,
		"the smallest band that a keeper on this venue can hold, and the one with the most trades")
	t.Add("ETHBULL3X", 0.55, between(0.7312, 0.7543, 0.7766), Shown{between(0, 0, 0.0004), "<0.04", ""}, 210,
		30*24*time.Hour, "")
	t.Add("a|b <c> \"d\", =1+1", math.NaN(), unknown, nil, 0, time.Duration(0), "two\nlines")
	draw := func() (*plots.Figure, error) {
		return plots.CostDrag(plots.CostDragData{Title: "What it costs", Label: "Cost drag (log units per year)",
			Items: []plots.CostItem{
				{Name: "Trade fee", Drag: between(0.0301, 0.0312, 0.0323)},
				{Name: "Borrow interest", Drag: between(0.1071, 0.1102, 0.1133)},
				{Name: "Supply interest", Drag: between(-0.0157, -0.0150, -0.0143)},
			}})
	}
	figure := Figure{Name: "cost drag", Alt: "Costs by item", Caption: "Costs of the first token.", Draw: draw}
	sources := "ETH: daily closes from 2021 to 2025, and a longer account of where they come from"
	return Document{Title: "Bands of ETHBULL3X", Blocks: []Block{
		Text("10,000 paths of a year, seed 1. Wider bands trade less and drift further; the loss from rebalancing " +
			"falls until the tail of large moves takes over.\n  indented\n\n" +
			"A second paragraph with some_name_of * a metric."),
		t, figure, Note("the interval of nav may be too narrow (heavy-tail)"),
		Settings{{"paths", "10,000", "given"}, {"sigma", "0.8", sources}},
	}}
}

var drawing = regexp.MustCompile(`(?s)(<svg id="[^"]*") .*?</svg>`)

func TestGolden(t *testing.T) {
	for _, form := range []struct {
		file  string
		write func(io.Writer, Document) error
	}{
		{"small.txt", func(w io.Writer, d Document) error { return WriteText(w, d, 80) }},
		{"wide.txt", func(w io.Writer, d Document) error { return WriteText(w, d, 200) }},
		{"small.md", func(w io.Writer, d Document) error { d.FigureDir = "figures"; return WriteMarkdown(w, d) }},
		{"small.csv", WriteCSV},
		{"small.json", WriteJSON},
		{"small.html", WriteHTML},
	} {
		t.Run(form.file, func(t *testing.T) {
			var got bytes.Buffer
			if err := form.write(&got, small()); err != nil {
				t.Fatal(err)
			}
			// Package plots has tests of its own for what is inside a drawing.
			page := drawing.ReplaceAll(got.Bytes(), []byte("$1 …</svg>"))
			path := filepath.Join("testdata", form.file)
			if *update {
				if err := os.WriteFile(path, page, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(page, want) {
				t.Errorf("it differs from %s; look at both, then run with -update. Got:\n%s", path, page)
			}
		})
	}
}
