package cli

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/study"
)

// ManyCells is how many cells a sweep may have without being asked about.
const ManyCells = 1000

// An Expense is about what a sweep takes.
type Expense struct {
	Memory, Disk float64 // bytes
	Seconds      float64 // of all workers together in parallel; 0: not estimated
}

// lifetimeBytes is the memory of a lifetime while it is counted.
const lifetimeBytes = 500

// ExpenseOf is about what a sweep takes on so many workers, time aside; with optimum it
// finds the best between the cells too.
func ExpenseOf(s *study.Sweep, workers int, optimum bool) Expense {
	spec := s.Study.Spec()
	market := study.KeptOfMarket(assess.SweepColumns())
	tokens, paths, cells := float64(len(spec.Tokens)), float64(spec.Paths), float64(s.Cells()+1)
	columns := float64(s.Study.Columns(assess.SweepColumns()))
	unit := min(paths, study.ChunkPaths) * study.BatchCells * (8*columns + lifetimeBytes*tokens)
	e := Expense{
		Memory: 2*float64(workers+1)*unit + assess.SweepMemory(s),
		Disk:   8 * paths * (cells*columns + float64(s.Units())/math.Ceil(paths/study.ChunkPaths)*float64(len(market))),
	}
	if optimum { // eight cells at a time, as parts and whole
		e.Memory += 2 * 8 * e.Disk / cells
	}
	return e
}

// Time estimates how long the sweep takes, from a few paths of a few batches.
func (e *Expense) Time(ctx context.Context, s *study.Sweep, workers int) error {
	const paths = 16
	few, err := s.Study.WithPaths(paths, 0)
	if err != nil {
		return err
	}
	probe, err := study.NewSweep(few, s.Axes, s.Sample)
	if err != nil {
		return err
	}
	n := probe.Units()
	var took time.Duration
	tried := []int{0, n / 2, n - 1}
	for _, unit := range tried {
		for again := range 2 { // the first run of a batch warms up
			start := time.Now()
			err := probe.Run(ctx, study.Options{Workers: 1}, []int{unit}, assess.SweepColumns(),
				func(*study.UnitResult) error { return nil })
			if err != nil {
				return err
			}
			if again == 1 {
				took += time.Since(start)
			}
		}
	}
	perUnit := took.Seconds() / float64(len(tried)) * float64(s.Study.Spec().Paths) / paths
	e.Seconds = perUnit * float64(n) / float64(workers)
	return nil
}

// text says in words what the sweep is and takes.
func (e Expense) text(s *study.Sweep) string {
	var b strings.Builder
	spec := s.Study.Spec()
	fmt.Fprintf(&b, "%s, %s of %s each in steps of %s", report.Count(s.Cells(), "cell"),
		report.Count(spec.Paths*len(spec.Tokens), "lifetime"),
		param.FormatSeconds(spec.Horizon.Seconds()), param.FormatSeconds(spec.Step.Seconds()))
	for _, a := range s.Axes {
		fmt.Fprintf(&b, "\n  %s: %s, %s to %s", a.Name, report.Count(len(a.Values), "value"), a.Format(a.Values[0]),
			a.Format(a.Values[len(a.Values)-1]))
	}
	fmt.Fprintf(&b, "\nabout %s, %s of memory and %s on disk", report.AboutDuration(e.Seconds), report.Bytes(e.Memory),
		report.Bytes(e.Disk))
	return b.String()
}

// An Allowance is what a sweep may take.
type Allowance struct {
	Workers int    // 0: all processors
	Optimum bool   // the best is found between the cells too
	Dir     string // where its run is kept
	Many    bool   // more than ManyCells were agreed to
}

// Allow refuses a sweep for which there is no room, and one of very many cells unless
// they were agreed to, with an estimate of what it takes.
func (a Allowance) Allow(ctx context.Context, s *study.Sweep) error {
	workers := a.workers()
	e := ExpenseOf(s, workers, a.Optimum)
	paths := s.Study.Spec().Paths
	if err := FitsMemory(paths, e.Memory); err != nil {
		return err
	}
	if free, ok := FreeDisk(a.Dir); ok && e.Disk > free {
		return Input("%s of %s would take %s on disk, and %s is free at %s; want fewer",
			report.Count(s.Cells(), "cell"), report.Count(paths, "path"),
			report.Bytes(e.Disk), report.Bytes(free), a.Dir)
	}
	if s.Cells() <= ManyCells || a.Many {
		return nil
	}
	if err := e.Time(ctx, s, workers); err != nil {
		return err
	}
	return Input("%s\n--yes runs them, --sample %d runs a Latin hypercube sample of them, "+
		"--dry-run runs nothing", e.text(s), ManyCells/2)
}

// Estimate says in words what a sweep takes, if there is room for it.
func (a Allowance) Estimate(ctx context.Context, s *study.Sweep) (string, error) {
	a.Many = true
	if err := a.Allow(ctx, s); err != nil {
		return "", err
	}
	e := ExpenseOf(s, a.workers(), a.Optimum)
	err := e.Time(ctx, s, a.workers())
	return e.text(s), err
}

func (a Allowance) workers() int {
	if a.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return a.Workers
}

// SweepDir is where a sweep keeps its run while it is under way.
func (o *OutputOptions) SweepDir() string {
	switch {
	case o.NoSave:
		return os.TempDir()
	case o.Out == "":
		return "runs"
	}
	return o.Out
}
