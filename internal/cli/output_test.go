package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// held is a study of one token that holds, as a command has it.
func held(t *testing.T) *Resolved {
	t.Helper()
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: time.Hour, Step: time.Hour, Paths: 1,
		Tokens: []study.TokenSpec{{Name: "a", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return &Resolved{Study: s, Session: &Session{Out: new(bytes.Buffer), Err: new(bytes.Buffer)}}
}

func table(name string) report.Table {
	t := report.Table{Name: name, DataOnly: true, Columns: []report.Column{{Name: "x"}}}
	t.Add(1)
	return t
}

// A command that is interrupted before all is written leaves nothing, nor does one
// whose files beside the run fail.
func TestPublishInterrupted(t *testing.T) {
	full := errors.New("no space left")
	for name, tt := range map[string]struct {
		interrupted bool
		beside      error
		want        error
	}{"done": {}, "interrupted": {interrupted: true, want: context.Canceled}, "full": {beside: full, want: full}} {
		ctx, cancel := context.WithCancel(t.Context())
		parent, besides := t.TempDir(), 0
		o := OutputOptions{Out: filepath.Join(parent, "run")}
		r := held(t)
		err := o.Publish(ctx, "cells", 1, func(context.Context, study.Options) (Publication, error) {
			return Publication{
				Document: report.Document{Blocks: []report.Block{table("a")}},
				Files: func(*rundir.Dir) error {
					if tt.interrupted {
						cancel() // when all but the names is written
					}
					return nil
				},
				Beside: func() error { besides++; return tt.beside },
			}, nil
		}, r)
		cancel()
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v; want %v", name, err, tt.want)
		}
		if _, err := os.Stat(filepath.Join(o.Out, "a.csv")); (err == nil) != (tt.want == nil) {
			t.Errorf("%s: the table of the run: %v", name, err)
		}
		left, _ := os.ReadDir(parent)
		if (len(left) > 0) != (tt.want == nil) || besides != map[bool]int{true: 0, false: 1}[tt.interrupted] {
			t.Errorf("%s: it left %v, and wrote beside the run %d times", name, left, besides)
		}
	}
}

// The page of a run has what was printed, its figures and all notes; figures are drawn
// once, and without them the page is there all the same. The same results make the
// same bytes.
func TestPublishPage(t *testing.T) {
	drawn := 0
	draw := func() (*plots.Figure, error) {
		drawn++
		return plots.Scatter(
			plots.ScatterData{Title: "Points", XLabel: "x", YLabel: "y", X: []float64{1, 2, 3}, Y: []float64{2, 1, 3}},
		)
	}
	missing := func() (*plots.Figure, error) { return nil, nil }
	page := func(o OutputOptions) string {
		o.Out = filepath.Join(t.TempDir(), "run")
		r := held(t)
		r.Note("the model is a guess")
		err := o.Publish(t.Context(), "cells", 1, func(context.Context, study.Options) (Publication, error) {
			return Publication{Document: report.Document{Title: "Results", Blocks: []report.Block{
				report.Figure{Name: "points", Draw: draw}, report.Figure{Name: "none", Draw: missing}, table("a"),
			}}}, nil
		}, r)
		if err != nil {
			t.Fatal(err)
		}
		said := r.Session.Err.(*bytes.Buffer).String()
		if strings.Contains(said, "note: no cell has a value, so there is no figure none") == o.NoFigures ||
			!strings.Contains(said, "note: the model is a guess") {
			t.Errorf("no figures %v: it said %q", o.NoFigures, said)
		}
		_, err = os.Stat(filepath.Join(o.Out, "figures", "points.png"))
		if (err == nil) == o.NoFigures {
			t.Errorf("no figures %v: the file of a figure: %v", o.NoFigures, err)
		}
		text, err := os.ReadFile(filepath.Join(o.Out, PageFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	with := page(OutputOptions{})
	if drawn != 1 {
		t.Errorf("the figure was drawn %d times; want once", drawn)
	}
	for _, want := range []string{"<h1>Results</h1>", "<title id=\"figure-1-title\">Points</title>",
		"the model is a guess", "there is no figure none"} {
		if !strings.Contains(with, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if again := page(OutputOptions{}); again != with {
		t.Error("the same results make another page")
	}
	if without := page(OutputOptions{NoFigures: true}); strings.Contains(without, "<svg") ||
		!strings.Contains(without, "the model is a guess") ||
		drawn != 2 {
		t.Errorf("without figures they were drawn %d times, or the page has some or lacks the note", drawn)
	}
}

// A page of a document without a title has that of its command.
func TestUntitledPage(t *testing.T) {
	for _, tt := range []struct {
		title   string
		command []string
		want    string
	}{
		{"", []string{"mcrisk", "compare", "--paths=9"}, "mcrisk compare"},
		{"", nil, ""},
		{"Results", []string{"mcrisk", "compare"}, "Results"},
	} {
		dir, err := rundir.Create(filepath.Join(t.TempDir(), "run"))
		if err != nil {
			t.Fatal(err)
		}
		if err := SavePage(dir, report.Document{Title: tt.title}, tt.command, nil); err != nil {
			t.Fatal(err)
		}
		if err := dir.Commit(rundir.Manifest{}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir.Path, PageFile))
		if err != nil || !strings.Contains(string(text), "<title>"+tt.want+"</title>") {
			t.Errorf("%+v: %v, and the page is\n%s", tt, err, text)
		}
	}
}

// A figure is written in the form that its name ends in; what cannot be drawn of a run
// is bad input and leaves no file.
func TestCreateFigure(t *testing.T) {
	dir := t.TempDir()
	draw := func() (*plots.Figure, error) {
		return plots.Scatter(plots.ScatterData{XLabel: "x", YLabel: "y", X: []float64{1, 2}, Y: []float64{2, 1}})
	}
	for ext, magic := range map[string]string{".pdf": "%PDF", ".PNG": "\x89PNG", ".svg": "<?xml"} {
		path := filepath.Join(dir, "x"+ext)
		f, err := CreateFigure(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(report.Figure{Draw: draw}); err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(path); !bytes.HasPrefix(data, []byte(magic)) {
			t.Errorf("the %s begins with %.8q", ext, data)
		}
		if _, err := CreateFigure(path); !errors.As(err, new(InputError)) {
			t.Errorf("over a file that is there: %v; want an input error", err)
		}
	}
	if _, err := CreateFigure(filepath.Join(dir, "x.gif")); !errors.As(err, new(InputError)) {
		t.Errorf("x.gif: %v; want an input error", err)
	}
	for name, draw := range map[string]func() (*plots.Figure, error){
		"nothing": func() (*plots.Figure, error) { return nil, nil },
		"none":    func() (*plots.Figure, error) { return nil, report.NoValue("none") },
	} {
		path := filepath.Join(dir, name+".svg")
		f, err := CreateFigure(path)
		if err != nil {
			t.Fatal(err)
		}
		err = f.Commit(report.Figure{Name: name, Draw: draw})
		f.Abort()
		if _, left := os.Stat(path); !errors.As(err, new(InputError)) || left == nil ||
			!strings.Contains(err.Error(), "no figure "+name) {
			t.Errorf("%s: %v; want an input error and no file", name, err)
		}
	}
}
