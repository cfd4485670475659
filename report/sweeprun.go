package report

import (
	"fmt"
	"strings"

	"mcrisk/study"
)

// A Verification is what running a stored run again came to.
type Verification struct {
	Run         string    `json:"run"`
	Files       int       `json:"files"` // whose content is what the manifest says
	Lifetimes   int       `json:"lifetimes,omitempty"`
	Cells       int       `json:"cells,omitempty"`        // of a sweep, that were run again
	CellsOf     int       `json:"cells_of,omitempty"`     // how many there are
	Baseline    bool      `json:"baseline,omitempty"`     // was run again too
	ResultsHash string    `json:"results_hash,omitempty"` // of all that was run again
	Differ      []Differs `json:"differ"`                 // cells
	Verified    bool      `json:"verified"`
}

// Differs is a cell of a sweep that is not what is stored.
type Differs struct {
	Cell  int    `json:"cell"`
	Label string `json:"label"`
}

// Verified is the document of a verification.
func Verified(v Verification) Document {
	lines := []string{fmt.Sprintf("%s files match the manifest", Thousands(v.Files))}
	differ := Table{Name: "differ", DataOnly: true, Columns: columnsOf("cell", "label")}
	for _, d := range v.Differ {
		lines = append(lines, fmt.Sprintf("cell %d, %s: the rerun differs from the stored result", d.Cell, d.Label))
		differ.Add(d.Cell, d.Label)
	}
	switch {
	case !v.Verified:
	case v.Baseline:
		lines = append(lines, fmt.Sprintf("run again, the baseline and all cells (%s) have the same hash",
			Thousands(v.Cells)), "results_hash "+v.ResultsHash)
	case v.Cells > 0:
		lines = append(lines, fmt.Sprintf("run again, %s of %s have the same hashes", Thousands(v.Cells),
			Count(v.CellsOf, "cell")))
	case v.Lifetimes == 0:
		lines = append(lines, "not run again: verify does so with runs of simulate, compare and sweep")
	default:
		lines = append(lines, fmt.Sprintf("run again, its lifetimes (%s) have the same hash", Thousands(v.Lifetimes)),
			"results_hash "+v.ResultsHash)
	}
	data := Table{Name: "verification", DataOnly: true, Columns: columnsOf("run", "files", "lifetimes", "cells",
		"cells_of", "results_hash", "verified")}
	data.Add(v.Run, v.Files, v.Lifetimes, v.Cells, v.CellsOf, v.ResultsHash, v.Verified)
	if v.Differ == nil {
		v.Differ = []Differs{}
	}
	return Document{Data: v, Blocks: []Block{Text(strings.Join(lines, "\n")), data, differ}}
}

// Missing lists the units of work that a sweep lacks, with their cells and paths.
func Missing(run string, s *study.Sweep, missing []int) Document {
	t := Table{Name: "missing", Keys: 2, Columns: []Column{{Name: "batch"}, {Name: "chunk"}, {Name: "cells"},
		{Name: "first_cell", Title: "first cell", Wrap: true}, {Name: "last_cell", Title: "last cell", Wrap: true},
		{Name: "first_path", Title: "first path"}, {Name: "last_path", Title: "last path"}}}
	type unit struct {
		Batch     int    `json:"batch"`
		Chunk     int    `json:"chunk"`
		Cells     int    `json:"cells"`
		FirstCell string `json:"first_cell"`
		LastCell  string `json:"last_cell"`
		FirstPath int    `json:"first_path"`
		LastPath  int    `json:"last_path"`
	}
	all := struct {
		Run     string `json:"run"`
		Units   int    `json:"units"`
		Missing []unit `json:"missing"`
	}{run, s.Units(), []unit{}}
	for _, i := range missing {
		u := s.Unit(i)
		cells := s.Batch(u.Batch)
		first := u.Chunk * study.ChunkPaths
		x := unit{u.Batch, u.Chunk, len(cells), s.Label(cells[0]), s.Label(cells[len(cells)-1]), first,
			first + s.ChunkPaths(u.Chunk) - 1}
		all.Missing = append(all.Missing, x)
		t.Add(x.Batch, x.Chunk, x.Cells, x.FirstCell, x.LastCell, x.FirstPath, x.LastPath)
	}
	if len(missing) == 0 {
		return Document{Data: all, Blocks: []Block{Text(fmt.Sprintf("%s, none missing", Count(s.Units(), "unit"))),
			Table{Name: t.Name, DataOnly: true, Columns: t.Columns}}}
	}
	return Document{Data: all, Blocks: []Block{t}}
}

// FigureList is every figure of a stored run, with what it shows.
func FigureList(path string) Document {
	t := Table{Name: "figures", Columns: []Column{{Name: "figure"}, {Name: "overlay"}, {Name: "shows", Wrap: true}}}
	for _, f := range tokenFigures {
		t.Add(f.Name, f.Overlay, f.Doc)
	}
	t.Add(path, false, "timeline of one path: price, leverage and its band, value, events")
	return Document{Blocks: []Block{t}}
}
