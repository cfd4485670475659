package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// verifyOptions are those of mcrisk verify.
type verifyOptions struct {
	cells   string // of a sweep, how many are run; empty: all
	workers int
}

func newVerify() *cobra.Command {
	o := new(verifyOptions)
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Run a run again and compare",
		Long: `verify checks that the files of a run are those it was written with, runs it again
and compares the hash of its lifetimes; for a sweep cell by cell, all of them or
some drawn at random. It takes runs of simulate and of sweep.`,
		Example: `  mcrisk verify runs/ETHBULL3X-20260102T030405Z-0123abcd
  mcrisk verify runs/sweep --cells 5`,
		Args: cli.One("run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	cli.Text(cmd.Flags(), &o.cells, cli.SectionOutput, "cells", "count", "",
		"of a sweep, run so many cells drawn at random (default all)")
	cmd.Flags().IntVar(&o.workers, "workers", 0, "processors to use; 0: all")
	return cmd
}

func (o *verifyOptions) run(ctx context.Context, session *cli.Session, dir string) error {
	if err := cli.CheckWorkers(o.workers); err != nil {
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
	m, err := cli.VerifyFiles(ctx, dir)
	if err != nil {
		return err
	}
	if m.Generator != rundir.Generator {
		return fmt.Errorf("%s was made with random numbers %s; this program has %s", dir, m.Generator, rundir.Generator)
	}
	fmt.Fprintf(session.Out, "%d files are those of the run\n", len(m.Outputs))
	_, noSweep := os.Stat(filepath.Join(dir, rundir.SweepFile))
	switch {
	case noSweep == nil && o.cells == "":
		return o.all(ctx, session, dir, m)
	case noSweep == nil:
		return o.some(ctx, session, dir, drawn)
	case o.cells != "":
		return cli.Input("--cells %s; %s is not a sweep", o.cells, dir)
	case len(m.Command) < 2 || m.Command[1] != "simulate":
		return cli.Input("%s was written by mcrisk %s; want a run of simulate, or of sweep with sampling", dir,
			cli.Word(m.Command, 1))
	}
	return o.simulation(ctx, session, dir)
}

// simulation runs a simulation again.
func (o *verifyOptions) simulation(ctx context.Context, session *cli.Session, dir string) error {
	stored, err := rundir.OpenRun(dir)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(session.Err, "lifetimes")
	again, err := study.Ensembles(ctx, stored.Study, study.Options{Workers: o.workers, Progress: progress.Update}, nil)
	progress.Finish()
	if err != nil {
		return err
	}
	m := stored.Manifest
	if hash := study.Hash(again); hash != m.ResultsHash {
		return fmt.Errorf("run again, %s has results_hash %s; the run has %s", dir, hash, m.ResultsHash)
	}
	_, err = fmt.Fprintf(session.Out, "run again, its %s lifetimes have the same results_hash %s\n",
		report.Thousands(m.Paths*len(again)), m.ResultsHash)
	return err
}

// all runs every cell of a sweep again.
func (o *verifyOptions) all(ctx context.Context, session *cli.Session, dir string, m rundir.Manifest) error {
	run, err := cli.OpenSweep(dir)
	if err != nil {
		return err
	}
	cells := []int{run.Sweep.Own()} // first, as in results_hash
	for c := range run.Sweep.Cells() {
		cells = append(cells, c)
	}
	hash, err := o.compare(ctx, session, run, cells)
	if err != nil {
		return err
	}
	if hash != m.ResultsHash {
		return fmt.Errorf("the cells of %s have results_hash %s; the manifest says %s", dir, hash, m.ResultsHash)
	}
	_, err = fmt.Fprintf(session.Out, "run again, all %d cells and the baseline "+
		"have the same results_hash %s\n", run.Sweep.Cells(), m.ResultsHash)
	return err
}

// some runs so many cells of a sweep again, drawn at random.
func (o *verifyOptions) some(ctx context.Context, session *cli.Session, dir string, drawn int) error {
	run, err := cli.OpenSweep(dir)
	if err != nil {
		return err
	}
	cells := rand.Perm(run.Sweep.Cells())
	cells = cells[:min(len(cells), drawn)]
	slices.Sort(cells)
	if _, err := o.compare(ctx, session, run, cells); err != nil {
		return err
	}
	_, err = fmt.Fprintf(session.Out, "run again, %d of %d cells have the same hashes\n", len(cells), run.Sweep.Cells())
	return err
}

// compare runs cells of a sweep again, prints which of them are not what is stored, and
// returns the results_hash of those that are.
func (o *verifyOptions) compare(ctx context.Context, session *cli.Session, run *cli.SweepRun,
	cells []int) (string, error) {
	progress := cli.NewProgress(session.Err, "cells")
	defer progress.Finish()
	differ := 0
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
			differ++
			fmt.Fprintf(session.Out, "cell %d, %s: run again it is not what is stored\n", c, run.Sweep.Label(c))
		}
		progress.Update(i+1, len(cells))
	}
	if differ > 0 {
		return "", fmt.Errorf("%d of %d cells differ", differ, len(cells))
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
