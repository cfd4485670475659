package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/rundir"
	"mcrisk/study"
)

// begin runs a new sweep.
func (o *sweepOptions) begin(ctx context.Context, r *cli.Resolved, plan rundir.SweepPlan, sweep *study.Sweep) error {
	r.Study = sweep.Study // whose paths are seen at no marks
	if _, err := cli.Shard(o.shard, sweep.Units()); err != nil {
		return err
	}
	if o.output.NoSave && o.shard != "" {
		return cli.Input("--shard and --no-save; want a run to keep the shard in")
	}
	var text bytes.Buffer
	if err := rundir.WriteSweep(&text, r.Study, plan); err != nil {
		return err
	}
	path := o.output.RunPath("sweep", r.Study.Spec().Tokens[0].Name, text.Bytes())
	if o.output.NoSave {
		dir, remove, err := rundir.TempDir("mcrisk-sweep-")
		if err != nil {
			return err
		}
		defer remove()
		path = filepath.Join(dir, "run")
	}
	// Of the command only what describes the study: parts of it are the whole's to the byte.
	b := rundir.Origin{Command: append([]string{"mcrisk", "sweep"}, r.Session.Study...), Settings: r.Settings(),
		Inputs: r.Inputs, Notes: r.Notes}
	stored, err := rundir.CreateSweep(path, text.Bytes(), b)
	if err != nil {
		return cli.Existing(err)
	}
	defer stored.Close()
	run, err := cli.SweepOf(stored)
	if err != nil {
		return err
	}
	return o.do(ctx, r.Session, run)
}

// goOn resumes a sweep.
func (o *sweepOptions) goOn(ctx context.Context, session *cli.Session) error {
	for _, x := range []struct {
		flag  string
		given bool
	}{{"out", o.output.Out != ""}, {"no-save", o.output.NoSave}, {"exact", o.exact}, {"dry-run", o.dryRun}} {
		if x.given {
			return cli.Input("--resume and --%s; want --resume alone, or with --workers, --shard, --fail-fast, "+
				"--json, --csv, --markdown or --no-figures", x.flag)
		}
	}
	if said := session.Study; len(said) > 0 {
		return cli.Input("--resume and %s; a sweep goes on as it began", said[0])
	}
	if err := errors.Join(cli.CheckWorkers(o.study.Workers), o.output.Check()); err != nil {
		return err
	}
	run, err := cli.OpenSweep(o.resume, rundir.Change)
	if err != nil {
		return err
	}
	defer run.Close()
	return o.do(ctx, session, run)
}

// do does what is missing of a sweep, and once nothing is, its results.
func (o *sweepOptions) do(ctx context.Context, session *cli.Session, run *cli.SweepRun) error {
	start := time.Now()
	units, err := cli.Shard(o.shard, run.Sweep.Units())
	if err != nil {
		return err
	}
	missing, damaged, err := run.Missing(ctx, units)
	if err != nil {
		return o.unfinished(ctx, run, err)
	}
	for _, d := range damaged {
		session.Notes("done again: " + d.Error())
	}
	failed, err := o.units(ctx, session, run, missing)
	if err != nil {
		return o.unfinished(ctx, run, err)
	}
	if o.shard != "" {
		rest, _, err := run.Missing(ctx, run.Sweep.AllUnits())
		if err != nil {
			return o.unfinished(ctx, run, err)
		}
		if len(rest) > 0 {
			return doneShard(session, run, len(rest), failed)
		}
	}
	return o.unfinished(ctx, run, run.Finish(ctx, session, o.output, o.study.Workers, start))
}

// units does units of work and keeps what they come to, and says why cells failed.
func (o *sweepOptions) units(ctx context.Context, session *cli.Session, run *cli.SweepRun,
	units []int) (failed map[int]string, err error) {
	failed = map[int]string{}
	progress := cli.NewProgress(session.Err, "cells")
	defer progress.Finish()
	opt := study.Options{Workers: o.study.Workers, Progress: progress.Update}
	return failed, run.Sweep.Run(ctx, opt, units, assess.SweepColumns(), func(p *study.UnitResult) error {
		for i, fault := range p.Faults {
			if fault == "" {
				continue
			}
			cell := run.Sweep.Batch(p.Batch)[i]
			if o.failFast {
				return fmt.Errorf("%s: %s", run.Sweep.Label(cell), fault)
			}
			failed[cell] = fault
		}
		return run.Write(p)
	})
}

// unfinished says how a sweep that stopped on the way goes on, if its run is kept.
func (o *sweepOptions) unfinished(ctx context.Context, run *cli.SweepRun, err error) error {
	if o.output.NoSave {
		return err
	}
	return run.Unfinished(ctx, err)
}

// doneShard says what is done of a sweep that lacks some units, and how it goes on.
func doneShard(session *cli.Session, run *cli.SweepRun, lacking int, failed map[int]string) error {
	all := run.Sweep.Units()
	session.Written(fmt.Sprintf("%s, %d of %d units of the sweep", run.Path, all-lacking, all))
	session.Next("mcrisk merge --out WHOLE " + cli.ShellWord(run.Path) + " ...")
	if len(failed) == 0 {
		return nil
	}
	for _, cell := range slices.Sorted(maps.Keys(failed))[:min(5, len(failed))] {
		session.Notes("failed: " + run.Sweep.Label(cell) + ": " + failed[cell])
	}
	return cli.FailedCells{Failed: len(failed), Cells: run.Sweep.Cells()}
}
