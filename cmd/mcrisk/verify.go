package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// verifyOptions are the options of mcrisk verify.
type verifyOptions struct {
	form    cli.FormOptions
	cells   string // of a sweep, how many are run; empty: all
	workers int
}

func newVerify() *cobra.Command {
	o := new(verifyOptions)
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Repeat a stored run and compare the results",
		Long: `verify compares every file of a run with its manifest. Runs of simulate, compare and
sweep it runs again, and compares the hash of their lifetimes. Of a sweep it runs
every cell, or some drawn at random.`,
		Example: `  mcrisk verify runs/ETHBULL3X-20260102T030405Z-0123abcd
  mcrisk verify runs/sweep --cells 5`,
		Args: cli.One("run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	cli.Text(cmd.Flags(), &o.cells, cli.SectionOutput, "cells", "count", "",
		"number of cells of a sweep to run, drawn at random (default all)")
	o.form.Bind(cmd)
	cmd.Flags().IntVar(&o.workers, "workers", 0, "processors to use; 0: all")
	return cmd
}

func (o *verifyOptions) run(ctx context.Context, session *cli.Session, dir string) error {
	if err := errors.Join(cli.CheckWorkers(o.workers), o.form.Check()); err != nil {
		return err
	}
	drawn := study.MaxCells
	if o.cells != "" {
		n, err := rundir.Count(o.cells)
		if err != nil || n < 1 {
			return cli.Input("--cells = %q; want a number of cells", o.cells)
		}
		drawn = int(min(n, study.MaxCells))
	}
	run, err := cli.OpenVerified(ctx, dir)
	if err != nil {
		return err
	}
	defer run.Close()
	m := run.Manifest
	if m.Generator != rundir.Generator {
		return fmt.Errorf("%s was made with random numbers %s; this program has %s", dir, m.Generator, rundir.Generator)
	}
	v := report.Verification{Run: dir, Files: len(m.Outputs)}
	switch command := cli.Word(m.Command, 1); {
	case run.Swept():
		err = o.sweep(ctx, session, &v, run, drawn)
	case o.cells != "":
		return cli.Input("--cells %s; %s is not a sweep", o.cells, dir)
	case command == "simulate" || command == "compare":
		err = o.simulation(ctx, session, &v, run)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.Verified = err == nil
	return errors.Join(o.form.Print(session.Out, report.Verified(v)), err)
}

// simulation runs the study of a run again.
func (o *verifyOptions) simulation(ctx context.Context, session *cli.Session, v *report.Verification,
	run *rundir.Stored) error {
	own, err := run.Study(rundir.SpecFile)
	columns := assess.ComparedColumns() // of which its hash is
	if err == nil && run.Manifest.Command[1] == "simulate" {
		columns = nil
		_, err = run.Run(ctx) // whose lifetimes have the hash of the manifest
	}
	if err != nil {
		return err
	}
	progress := cli.NewProgress(session.Err, "lifetimes")
	again, err := study.Ensembles(ctx, own, study.Options{Workers: o.workers, Progress: progress.Update}, columns)
	progress.Finish()
	if err != nil {
		return err
	}
	m := run.Manifest
	v.Lifetimes, v.ResultsHash = m.Paths*len(again), study.Hash(again)
	if v.ResultsHash != m.ResultsHash {
		return fmt.Errorf("run again, %s has results_hash %s; the stored run has %s", v.Run, v.ResultsHash,
			m.ResultsHash)
	}
	return nil
}

// sweep runs cells of a sweep again: all of them, or so many drawn at random.
func (o *verifyOptions) sweep(ctx context.Context, session *cli.Session, v *report.Verification,
	stored *rundir.Stored, drawn int) error {
	run, err := cli.SweepOf(stored)
	if err != nil {
		return err
	}
	v.CellsOf = run.Sweep.Cells()
	if o.cells != "" {
		cells := rand.Perm(v.CellsOf)
		cells = cells[:min(len(cells), drawn)]
		slices.Sort(cells)
		v.Cells = len(cells)
		_, err := o.compare(ctx, session, run, cells, v)
		return err
	}
	cells := []int{run.Sweep.Baseline()} // first, as in results_hash
	for c := range v.CellsOf {
		cells = append(cells, c)
	}
	v.Cells, v.Baseline = v.CellsOf, true
	if v.ResultsHash, err = o.compare(ctx, session, run, cells, v); err != nil {
		return err
	}
	if m := stored.Manifest; v.ResultsHash != m.ResultsHash {
		return fmt.Errorf("the cells of %s have results_hash %s; the manifest says %s", v.Run, v.ResultsHash,
			m.ResultsHash)
	}
	return nil
}

// compare runs cells of a sweep again, notes which of them are not what is stored, and
// returns the results_hash of those that are.
func (o *verifyOptions) compare(ctx context.Context, session *cli.Session, run *cli.SweepRun, cells []int,
	v *report.Verification) (string, error) {
	progress := cli.NewProgress(session.Err, "cells")
	defer progress.Finish()
	hash := study.NewHasher()
	for i, c := range cells {
		stored, err := run.Cell(c)
		if err != nil {
			return "", err
		}
		if stored.Fault == nil { // a cell that failed has no lifetimes to hash
			hash.Add(stored.Ensembles)
		}
		same, err := o.same(ctx, run.Sweep, stored)
		if err != nil {
			return "", err
		}
		if !same {
			v.Differ = append(v.Differ, report.Differs{Cell: c, Label: run.Sweep.Label(c)})
		}
		progress.Update(i+1, len(cells))
	}
	if n := len(v.Differ); n > 0 {
		return "", fmt.Errorf("%d of %d cells differ", n, len(cells))
	}
	return hash.Sum(), nil
}

// same runs a cell alone and compares it with what is stored.
func (o *verifyOptions) same(ctx context.Context, s *study.Sweep, stored study.Cell) (bool, error) {
	cell, err := s.Cell(stored.Number)
	if err != nil || stored.Fault != nil {
		return err != nil && stored.Fault != nil && err.Error() == stored.Fault.Error(), nil
	}
	again, err := study.Ensembles(ctx, cell, study.Options{Workers: o.workers}, assess.SweepColumns())
	if err != nil {
		return false, err
	}
	return study.Hash(again) == study.Hash(stored.Ensembles), nil
}
