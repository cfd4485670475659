package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/rundir"
	"mcrisk/study"
)

func newMissing() *cobra.Command {
	return &cobra.Command{
		Use:   "missing RUN",
		Short: "List what a sweep has not done yet",
		Long: `missing lists the units of work of a sweep that have no whole record, with their
cells and paths. Exit status 3 says that there are some.`,
		Example: `  mcrisk missing runs/ETHBULL3X-20260102T030405Z-0123abcd`,
		Args:    oneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			r, _, _, err := openSweep(args[0])
			if err != nil {
				return err
			}
			missing, damaged, err := r.Missing(cmd.Context(), allUnits(r.Sweep))
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, i := range missing {
				u := r.Sweep.Unit(i)
				cells := r.Sweep.Batch(u.Batch)
				first := u.Chunk * study.ChunkPaths
				last := min(first+study.ChunkPaths, r.Sweep.Study.Spec().Paths) - 1
				fmt.Fprintf(out, "batch %d, chunk %d: %d cells from %s to %s, paths %d to %d\n", u.Batch, u.Chunk, len(cells),
					r.Sweep.Label(cells[0]), r.Sweep.Label(cells[len(cells)-1]), first, last)
			}
			for _, d := range damaged {
				fmt.Fprintln(cmd.ErrOrStderr(), "note: damaged:", d)
			}
			if len(missing) == 0 {
				_, err = fmt.Fprintf(out, "nothing is missing of %d units\n", r.Sweep.Units())
				return err
			}
			return unmetError{fmt.Errorf("%d of %d units are missing; mcrisk sweep --resume %s does them", len(missing), r.Sweep.Units(), shellWord(args[0]))}
		},
	}
}

func oneDir(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return badInput("%d arguments; want one run directory: %s", len(args), cmd.UseLine())
	}
	return nil
}

func allUnits(s *study.Sweep) []int {
	units := make([]int, s.Units())
	for i := range units {
		units[i] = i
	}
	return units
}

func newMerge() *cobra.Command {
	var out string
	o := new(outputFlags)
	cmd := &cobra.Command{
		Use:   "merge --out WHOLE PART...",
		Short: "Join the shards of a sweep",
		Long: `merge joins parts of one sweep, computed with sweep --shard, into the whole: the
same files, to the byte, that the sweep would have written at once (but for times
and host in its manifest).`,
		Example: `  mcrisk merge --out runs/whole runs/part1 runs/part2 runs/part3`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badInput("no part; want the directories that mcrisk sweep --shard wrote")
			}
			return nil
		},
	}
	addFlag(cmd.Flags(), &out, sectionOutput, "out", "directory", "", "run to write, which must not exist")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object instead of tables")
	cmd.Flags().BoolVar(&o.noFigures, "no-figures", false, "draw no figures")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if out == "" {
			return badInput("--out is missing; want the directory to write the whole to")
		}
		return merge(cmd, out, args, o)
	}
	return cmd
}

func merge(cmd *cobra.Command, out string, parts []string, o *outputFlags) error {
	start := time.Now()
	var all []*rundir.Records
	var begin rundir.Begin
	var lacking []int
	for i, path := range parts {
		r, _, b, err := openSweep(path)
		if err != nil {
			return err
		}
		if i == 0 {
			begin, lacking = b, allUnits(r.Sweep)
		} else if err := r.Same(all[0]); err != nil {
			return inputError{err}
		}
		var damaged []error
		if lacking, damaged, err = r.Missing(cmd.Context(), lacking); err != nil {
			return err
		}
		if len(damaged) > 0 {
			return errors.Join(damaged...)
		}
		all = append(all, r)
	}
	if len(lacking) > 0 {
		return unmetError{fmt.Errorf("%d of %d units are in none of the parts; see: mcrisk missing", len(lacking), all[0].Sweep.Units())}
	}
	plan, err := os.ReadFile(filepath.Join(parts[0], rundir.SweepFile))
	if err != nil {
		return err
	}
	if err := rundir.CreateSweep(out, plan, begin); err != nil {
		return existing(err)
	}
	whole, how, begin, err := openSweep(out)
	if err != nil {
		return err
	}
	for _, r := range all {
		if err := whole.Take(cmd.Context(), r); err != nil {
			return errors.Join(err, os.RemoveAll(out)) // to resume it would be to run what was not copied
		}
	}
	return unfinished(cmd, finish(cmd, whole, how, begin, 0, o, start), out, o)
}

func newVerify() *cobra.Command {
	var cells string
	var workers int
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Run a run again and compare",
		Long: `verify checks that the files of a run are those it was written with, runs it again
and compares the hash of its lifetimes; for a sweep cell by cell, all of them or
some drawn at random. It takes runs of simulate and of sweep.`,
		Example: `  mcrisk verify runs/ETHBULL3X-20260102T030405Z-0123abcd
  mcrisk verify runs/sweep --cells 5`,
		Args: oneDir,
	}
	addFlag(cmd.Flags(), &cells, sectionOutput, "cells", "count", "", "of a sweep, run so many cells drawn at random (default all)")
	cmd.Flags().IntVar(&workers, "workers", 0, "processors to use; 0: all")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir := args[0]
		if err := checkWorkers(workers); err != nil {
			return err
		}
		drawn := -1 // all
		if cells != "" {
			n, err := rundir.Count(cells)
			if err != nil || n < 1 {
				return badInput("--cells = %q; want a number of cells", cells)
			}
			drawn = int(min(n, study.MaxCells))
		}
		m, err := verifyFiles(cmd.Context(), dir)
		if err != nil {
			return err
		}
		if m.Generator != rundir.Generator {
			return fmt.Errorf("%s was made with random numbers %s; this program has %s", dir, m.Generator, rundir.Generator)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%d files are those of the run\n", len(m.Outputs))
		if _, err := os.Stat(filepath.Join(dir, rundir.SweepFile)); err == nil {
			return verifySweep(cmd, dir, m, drawn, workers)
		}
		if cells != "" {
			return badInput("--cells %s; %s is not a sweep", cells, dir)
		}
		if len(m.Command) < 2 || m.Command[1] != "simulate" {
			return badInput("%s was written by mcrisk %s; want a run of simulate, or of sweep with sampling", dir, strings.Join(m.Command[min(1, len(m.Command)):min(2, len(m.Command))], ""))
		}
		r, err := openRun(dir)
		if err != nil {
			return err
		}
		progress := newProgress(cmd.ErrOrStderr(), "lifetimes")
		again, err := study.Ensembles(cmd.Context(), r.plan.study, study.Options{Workers: workers, Progress: progress.update}, nil)
		progress.done()
		if err != nil {
			return err
		}
		if hash := study.Hash(again); hash != m.ResultsHash {
			return fmt.Errorf("run again, %s has results_hash %s; the run has %s", dir, hash, m.ResultsHash)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "run again, its %s lifetimes have the same results_hash %s\n", thousands(m.Paths*len(again)), m.ResultsHash)
		return err
	}
	return cmd
}

// verifyFiles reads a run's manifest and checks the files it lists.
func verifyFiles(ctx context.Context, dir string) (rundir.Manifest, error) {
	f, err := os.Open(filepath.Join(dir, rundir.ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, rundir.SweepFile)); err == nil {
			return rundir.Manifest{}, badInput("%s is not finished; mcrisk sweep --resume %s goes on with it", dir, shellWord(dir))
		}
		return rundir.Manifest{}, badInput("%s has no %s; want the directory of a run", dir, rundir.ManifestFile)
	}
	if err != nil {
		return rundir.Manifest{}, err
	}
	defer f.Close()
	m, err := rundir.ReadManifest(f)
	if err != nil {
		return m, fmt.Errorf("%s: %w", f.Name(), err)
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(m.Outputs)) {
		want := m.Outputs[name]
		got, err := fileHash(ctx, filepath.Join(dir, filepath.FromSlash(name)))
		if ctx.Err() != nil {
			return m, ctx.Err()
		}
		if err == nil && got != want {
			err = fmt.Errorf("%s: its content has the SHA-256 %s; the manifest says %s", name, got, want)
		}
		faults = append(faults, err)
	}
	return m, errors.Join(faults...)
}

func fileHash(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return rundir.HashOf(ctx, f)
}

// checkWorkers reports a number of workers that cannot be.
func checkWorkers(n int) error {
	if n < 0 {
		return badInput("--workers = %d; want 0 for all processors, or how many", n)
	}
	return nil
}

// verifySweep runs cells of a sweep again: so many drawn at random, or all if drawn
// is below zero.
func verifySweep(cmd *cobra.Command, dir string, m rundir.Manifest, drawn, workers int) error {
	r, _, _, err := openSweep(dir)
	if err != nil {
		return err
	}
	var cells []int
	if drawn < 0 {
		for c := range r.Sweep.Cells() + 1 { // the own setting first, as in results_hash
			cells = append(cells, (c+r.Sweep.Cells())%(r.Sweep.Cells()+1))
		}
	} else {
		cells = rand.Perm(r.Sweep.Cells())
		cells = cells[:min(len(cells), drawn)]
		slices.Sort(cells)
	}
	progress := newProgress(cmd.ErrOrStderr(), "cells")
	failed := 0
	hash := study.NewHasher()
	for i, c := range cells {
		stored, err := r.Cell(c)
		if err != nil {
			return err
		}
		if stored.Fault == nil { // a cell that failed has no lifetimes to hash
			hash.Add(stored.Ensembles)
		}
		same, err := runsAlike(cmd, r.Sweep, stored, workers)
		if err != nil {
			return err
		}
		if !same {
			failed++
			fmt.Fprintf(cmd.OutOrStdout(), "cell %d, %s: run again it is not what is stored\n", c, r.Sweep.Label(c))
		}
		progress.update(i+1, len(cells))
	}
	progress.done()
	if failed > 0 {
		return fmt.Errorf("%d of %d cells differ", failed, len(cells))
	}
	if drawn < 0 {
		if hash := hash.Sum(); hash != m.ResultsHash {
			return fmt.Errorf("the cells of %s have results_hash %s; the manifest says %s", dir, hash, m.ResultsHash)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "run again, all %d cells and the token's own setting have the same results_hash %s\n", r.Sweep.Cells(), m.ResultsHash)
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "run again, %d of %d cells have the same hashes\n", len(cells), r.Sweep.Cells())
	return err
}

// runsAlike runs a cell alone and compares it with what is stored.
func runsAlike(cmd *cobra.Command, s *study.Sweep, stored study.Cell, workers int) (bool, error) {
	cell, err := s.Cell(stored.Number)
	if err != nil || stored.Fault != nil {
		return err != nil && stored.Fault != nil && err.Error() == stored.Fault.Error(), nil
	}
	again, err := study.Ensembles(cmd.Context(), cell, study.Options{Workers: workers}, analytics.SweepColumns)
	if err != nil {
		return false, err
	}
	return study.Hash(again) == study.Hash(stored.Ensembles), nil
}
