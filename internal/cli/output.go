package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/plots"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// FormOptions are the form in which results are printed: text unless one is given.
type FormOptions struct{ JSON, CSV, Markdown, Full bool }

// Bind adds the flags to a command.
func (o *FormOptions) Bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.BoolVar(&o.JSON, "json", false, "print one JSON object; it has full precision")
	s.BoolVar(&o.CSV, "csv", false, "print CSV, in full precision")
	s.BoolVar(&o.Markdown, "markdown", false, "print Markdown")
}

// BindFull adds the flag of a command whose text is brief.
func (o *FormOptions) BindFull(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.Full, "full", false, "print everything, as it is in the run's report.html")
}

// Check reports more than one form.
func (o *FormOptions) Check() error {
	n := 0
	for _, given := range []bool{o.JSON, o.CSV, o.Markdown} {
		if given {
			n++
		}
	}
	if n > 0 && o.Full {
		return Input("--full with another form, which has everything; want it alone")
	}
	if n > 1 {
		return Input("more than one of --json, --csv and --markdown; want one of them")
	}
	return nil
}

// Print prints a document in the form that was asked for.
func (o *FormOptions) Print(w io.Writer, d report.Document) error {
	switch {
	case o.JSON:
		return report.WriteJSON(w, d)
	case o.CSV:
		return report.WriteCSV(w, d)
	case o.Markdown:
		return report.WriteMarkdown(w, d)
	}
	if d.Brief != nil && !o.Full {
		d.Title, d.Blocks = "", d.Brief
	}
	if r, ok := w.(*results); ok {
		return report.WriteText(w, d, report.Width(r.w))
	}
	return report.WriteText(w, d, report.Width(w))
}

// PlainUsage is what help says of --no-control.
const PlainUsage = "do not use control variates; see mcrisk help sampling"

// OutputOptions say what a command prints and writes.
type OutputOptions struct {
	FormOptions
	Out               string // run directory; empty: named after the study
	NoFigures, NoSave bool
}

// Bind adds the flags to a command.
func (o *OutputOptions) Bind(cmd *cobra.Command) { o.bind(cmd, true) }

// BindWithoutFigures adds the flags to a command that draws nothing.
func (o *OutputOptions) BindWithoutFigures(cmd *cobra.Command) { o.bind(cmd, false) }

func (o *OutputOptions) bind(cmd *cobra.Command, figures bool) {
	s := cmd.Flags()
	Text(s, &o.Out, SectionOutput, "out", "directory", "",
		"run directory to write; it must not exist")
	s.Lookup("out").DefValue = "runs/NAME-TIME-HASH"
	o.FormOptions.Bind(cmd)
	if figures {
		s.BoolVar(&o.NoFigures, "no-figures", false, "draw no figures")
	}
	s.BoolVar(&o.NoSave, "no-save", false, "write no run directory")
}

// Check reports options that exclude each other.
func (o *OutputOptions) Check() error {
	if o.NoSave && o.Out != "" {
		return Input("--out and --no-save; want one of them")
	}
	return o.FormOptions.Check()
}

// RunsFolder is where runs go that no name was given for.
const RunsFolder = "runs"

// RunPath is where a run of a spec goes: --out, or a folder named after the command, the
// first token, the time and the spec.
func (o *OutputOptions) RunPath(command, token string, spec []byte) string {
	if o.Out != "" {
		return o.Out
	}
	name := strings.ReplaceAll(command+"-"+token, " ", "-")
	return filepath.Join(RunsFolder, name+"-"+time.Now().UTC().Format("20060102T150405Z")+"-"+rundir.Hash(spec)[:8])
}

// A Publication is the result of a command: a document, and what else is written to
// the run directory.
type Publication struct {
	Document report.Document // its data tables and figures are files of the run
	Hash     string          // results_hash; empty: nothing was sampled

	// Files writes further files of the run; may be nil.
	Files func(d *rundir.Dir) error
	// Beside writes files outside of the run directory. It is called when the run is
	// written, before the run takes its name; may be nil.
	Beside func() error
	// Notes say what the user should know.
	Notes []string
}

// Publish computes a publication, with progress in the units given, writes the run
// directory and then prints. The first study names the run; each has its spec in
// it.
func (o *OutputOptions) Publish(ctx context.Context, units string, workers int,
	compute func(context.Context, study.Options) (Publication, error), of ...*Resolved) (err error) {
	if err := o.Check(); err != nil {
		return err
	}
	session, start := of[0].Session, time.Now()
	var dir *rundir.Dir
	if !o.NoSave {
		spec, err := rundir.SpecYAML(of[0].Study)
		if err != nil {
			return err
		}
		if dir, err = rundir.Create(o.RunPath(session.Name(), of[0].Study.Spec().Tokens[0].Name, spec)); err != nil {
			return Existing(err)
		}
		defer dir.Abort()
	}
	progress := NewProgress(session.Err, units)
	p, err := compute(ctx, study.Options{Workers: workers, Progress: progress.Update})
	progress.Finish()
	if err != nil {
		return err
	}
	var notes []string
	for _, r := range of {
		notes = append(notes, r.Notes...)
	}
	if dir != nil {
		if err := p.save(dir, o.NoFigures, session.Command, notes); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil { // nothing takes its name before everything is written
		return err
	}
	if p.Beside != nil {
		if err := p.Beside(); err != nil {
			return err
		}
	}
	if dir != nil {
		if err := Commit(dir, p.Hash, workers, start, of...); err != nil {
			return err
		}
	}
	err = o.Print(session.Out, p.Document)
	session.Notes(unique(slices.Concat(notes, p.Notes))...)
	if dir != nil {
		session.Written(dir.Path)
	}
	return err
}

// unique are texts without those that were there before.
func unique(texts []string) (list []string) {
	for _, t := range texts {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// save writes tables, figures, the page of all of it, and further files. Notes are
// what there is to say of the studies.
func (p *Publication) save(dir *rundir.Dir, noFigures bool, command, notes []string) error {
	if err := SaveTables(dir, p.Document); err != nil {
		return err
	}
	page := p.Document
	if noFigures {
		page.Blocks = slices.DeleteFunc(slices.Clone(page.Blocks), isFigure)
	} else {
		missing, err := SaveFigures(dir, &p.Document)
		if err != nil {
			return err
		}
		page.Blocks = p.Document.Blocks
		p.Notes = append(p.Notes, missing...)
	}
	if err := SavePage(dir, page, command, slices.Concat(notes, p.Notes)); err != nil {
		return err
	}
	if p.Files != nil {
		return p.Files(dir)
	}
	return nil
}

func isFigure(b report.Block) bool {
	_, ok := b.(report.Figure)
	return ok
}

// PageFile is the page of a run.
const PageFile = "report.html"

// SavePage writes a document as a page that stands alone, with notes at its end. One
// without a title has that of the command: its first two words.
func SavePage(dir *rundir.Dir, d report.Document, command, notes []string) error {
	if d.Title == "" {
		d.Title = strings.Join(command[:min(2, len(command))], " ")
	}
	d.Blocks = slices.Clone(d.Blocks)
	for _, n := range unique(notes) {
		d.Blocks = append(d.Blocks, report.Note(n))
	}
	return dir.File(PageFile, func(w io.Writer) error { return report.WriteHTML(w, d) })
}

// SaveTables writes the data tables of a document as files of a run, but for some by
// their names.
func SaveTables(dir *rundir.Dir, d report.Document, but ...string) error {
	for _, t := range d.Tables() {
		if !t.DataOnly || slices.Contains(but, t.Name) {
			continue
		}
		err := dir.File(t.Name+".csv", func(w io.Writer) error {
			return report.WriteCSV(w, report.Document{Blocks: []report.Block{t}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SaveFigures draws the figures of a document and writes them as PNG and SVG. Those
// that have nothing to draw leave the document, with a note.
func SaveFigures(dir *rundir.Dir, d *report.Document) (notes []string, err error) {
	var blocks []report.Block
	for _, b := range d.Blocks {
		f, ok := b.(report.Figure)
		if !ok {
			blocks = append(blocks, b)
			continue
		}
		drawn, err := f.Draw()
		if err == nil && drawn == nil {
			err = report.NoValue(f.Name)
		}
		if errors.As(err, new(report.UndrawableError)) {
			notes = append(notes, err.Error())
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", f.Name, err)
		}
		f.Draw = func() (*plots.Figure, error) { return drawn, nil }
		blocks = append(blocks, f)
		for ext, write := range map[string]func(io.Writer) error{".png": drawn.WritePNG, ".svg": drawn.WriteSVG} {
			if err := dir.File("figures/"+f.Name+ext, write); err != nil {
				return nil, err
			}
		}
	}
	d.Blocks = blocks
	return notes, nil
}

// Commit writes specs and manifest and gives a run its name.
func Commit(dir *rundir.Dir, hash string, workers int, start time.Time, of ...*Resolved) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	first := of[0].Study.Spec()
	m := rundir.Manifest{Command: of[0].Session.Command, ResultsHash: hash, Seed: first.Seed, Paths: first.Paths,
		Workers: workers, Start: start.UTC(), End: time.Now().UTC(), Inputs: map[string]string{}}
	for i, r := range of {
		spec, err := rundir.SpecYAML(r.Study)
		if err != nil {
			return err
		}
		name, prefix := rundir.SpecFile, ""
		if i > 0 { // each on another underlying
			name, prefix = "spec-"+r.Underlying+".yaml", r.Underlying+": "
		} else {
			m.SpecHash = rundir.Hash(spec)
		}
		if err := dir.Bytes(name, spec); err != nil {
			return err
		}
		for _, s := range r.Settings() {
			s.Name = prefix + s.Name
			m.Settings = append(m.Settings, s)
		}
		for file, sum := range r.Inputs {
			m.Inputs[file] = sum
		}
	}
	return dir.Commit(m)
}

// Existing is bad input if it says that a name is taken.
func Existing(err error) error {
	if errors.Is(err, rundir.ErrExists) {
		return AsInput(err)
	}
	return err
}
