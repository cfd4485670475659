package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// mostValues is how many values axes may have, so that a plan that is written can be read
// again ([rundir.MaxSpec]).
const mostValues = 20_000

// NewGrid makes the sweep that a plan says, and writes the plan's defaults out.
func NewGrid(s *study.Study, plan *rundir.SweepPlan) (*study.Sweep, assess.SweepSettings, error) {
	var settings assess.SweepSettings
	axes, err := plan.Axes(s.Spec())
	if err != nil {
		return nil, settings, fmt.Errorf("--over: %w", err)
	}
	values := 0
	for _, a := range axes {
		values += len(a.Values)
	}
	if values > mostValues {
		return nil, settings, fmt.Errorf("--over: %s values; want at most %s of all parameters together",
			report.Thousands(values), report.Thousands(mostValues))
	}
	if settings, err = settingsOf(plan).Complete(axes, plan.Sample); err != nil {
		return nil, settings, err
	}
	plan.Select, plan.Pareto, plan.Optimise = settings.Select, settings.Pareto, settings.Optimise
	sweep, err := study.NewSweep(s, axes, plan.Sample)
	return sweep, settings, err
}

// settingsOf are what a plan asks of its sweep.
func settingsOf(plan *rundir.SweepPlan) assess.SweepSettings {
	return assess.SweepSettings{Select: plan.Select, Aversion: plan.Aversion, Pareto: plan.Pareto,
		Optimise: plan.Optimise}
}

// ParseSample reads how many cells a sample has.
func ParseSample(text string) (int, error) {
	n, err := rundir.Count(text)
	if err != nil || n < 1 || n > study.MaxCells {
		return 0, Input("--sample = %q; want a number of cells from 1 to %d", text, study.MaxCells)
	}
	return int(n), nil
}

// ParseAversion reads a weight of tracking variance; its range is for
// [assess.SweepSettings].
func ParseAversion(text string) (float64, error) {
	v, err := param.Number(text)
	if err != nil {
		return 0, Input("--aversion = %q; want a number from 0 to 1e6", text)
	}
	return v, nil
}

// Shard returns the units of the k-th of n parts of a sweep, for the text k/n. Of
// an empty text they are all.
func Shard(text string, units int) (list []int, err error) {
	k, n := 1, 1
	if text != "" {
		a, b, _ := strings.Cut(text, "/")
		var err1, err2 error
		k, err1 = strconv.Atoi(a)
		n, err2 = strconv.Atoi(b)
		if err1 != nil || err2 != nil || !(1 <= k && k <= n) {
			return nil, Input("--shard = %q; want k/n with 1 ≤ k ≤ n, as in 2/7", text)
		}
	}
	for u := k - 1; u < units; u += n {
		list = append(list, u)
	}
	return list, nil
}

// A SweepRun is the run of a sweep on disk, done or not.
type SweepRun struct {
	*rundir.Records
	Settings assess.SweepSettings
	Origin   rundir.Origin
}

// OpenSweep opens a sweep's run. Close closes it.
func OpenSweep(path string, access rundir.Access) (*SweepRun, error) {
	run, err := rundir.Open(path, access)
	if errors.Is(err, rundir.ErrDamaged) {
		return nil, Input("%w; once it is removed, mcrisk sweep --resume %s writes the results anew", err,
			ShellWord(path))
	}
	if err != nil {
		return nil, notRun(err)
	}
	sweep, err := SweepOf(run)
	if err != nil {
		run.Close()
	}
	return sweep, err
}

// SweepOf is the sweep of an open run, whose plan may have been written by hand.
func SweepOf(run *rundir.Stored) (*SweepRun, error) {
	records, plan, origin, err := run.Sweep(assess.SweepColumns())
	if err != nil {
		return nil, AsInput(err)
	}
	settings, err := settingsOf(&plan).Complete(records.Sweep.Axes, plan.Sample)
	if err != nil {
		return nil, Input("%s: %w", filepath.Join(run.Path, rundir.SweepFile), err)
	}
	return &SweepRun{records, settings, origin}, nil
}

// Unfinished says how a sweep goes on whose results an error kept from being written.
func (run *SweepRun) Unfinished(ctx context.Context, err error) error {
	if err == nil || errors.As(err, new(FailedCells)) {
		return err
	}
	return UnfinishedError{Cause: err, Next: "mcrisk sweep --resume " + ShellWord(run.Path),
		Interrupted: ctx.Err() != nil}
}

// A FailedCells says how many cells of a sweep failed, after the others were run.
type FailedCells struct{ Failed, Cells int }

func (e FailedCells) Error() string {
	return fmt.Sprintf("%d of %d cells failed; the others were run", e.Failed, e.Cells)
}

// Finish analyses a sweep whose records are all there, writes its results, unless
// output says otherwise, and prints them.
func (run *SweepRun) Finish(ctx context.Context, session *Session, output OutputOptions, workers int,
	start time.Time) error {
	dir, err := run.Results(ctx)
	if err != nil {
		return err
	}
	defer dir.Abort()
	var r *assess.SweepAnalysis
	figures := !output.NoSave && !output.NoFigures
	if err := dir.File("cells.csv", func(w io.Writer) (err error) {
		each := report.NewCellWriter(w, run.Sweep).Write
		r, err = assess.Sweep(ctx, run.Sweep, run.Records, run.Settings,
			assess.SweepOptions{Workers: workers, Each: each, Curves: figures})
		return err
	}); err != nil {
		return err
	}
	d := report.Sweep(r, report.Provenance{Settings: run.Origin.Settings, Hash: r.Hash})
	notes := slices.Concat(run.Origin.Notes, report.SweepNotes(r))
	if figures {
		drawings, undrawn := report.SweepFigures(r)
		d.Blocks = append(d.Blocks, drawings...)
		missing, err := SaveFigures(dir, &d)
		if err != nil {
			return err
		}
		notes = slices.Concat(notes, undrawn, missing)
	}
	if !output.NoSave {
		if err := run.save(ctx, dir, d, r, notes); err != nil {
			return err
		}
		if err := run.commit(dir, r.Hash, workers, start); err != nil {
			return err
		}
	}
	err = output.Print(session.Out, d)
	session.Notes(notes...)
	if !output.NoSave {
		session.Written(run.Path)
	}
	if err == nil && r.Failed > 0 {
		err = FailedCells{r.Failed, run.Sweep.Cells()}
	}
	return err
}

// save writes the tables of a sweep but for its cells, all of it as JSON, and the page.
func (run *SweepRun) save(ctx context.Context, dir *rundir.Dir, d report.Document, r *assess.SweepAnalysis,
	notes []string) error {
	return errors.Join(SaveTables(dir, d, "cells", "front"),
		dir.File("front.csv", func(w io.Writer) error { return report.WriteFront(w, r) }),
		dir.File("sweep.json", func(w io.Writer) error { return report.EncodeJSON(w, d.Data) }),
		SavePage(dir, d, run.Origin.Command, notes),
		ctx.Err())
}

// commit writes the manifest, with which the results take their names.
func (run *SweepRun) commit(dir *rundir.Dir, hash string, workers int, start time.Time) error {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	spec := run.Sweep.Study.Spec()
	return dir.Commit(rundir.Manifest{
		Command: run.Origin.Command, SpecHash: run.Origin.Plan, ResultsHash: hash, Seed: spec.Seed, Paths: spec.Paths,
		Workers: workers, Start: start.UTC(), End: time.Now().UTC(),
		Settings: run.Origin.Settings, Inputs: run.Origin.Inputs,
	})
}
