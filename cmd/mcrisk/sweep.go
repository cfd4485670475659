package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/rundir"
	"mcrisk/study"
)

func newSweep() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep [SPEC]",
		Short: "Run a token at many values of any parameters, on the same paths",
		Long: `sweep runs a token at every combination of the values of some parameters: a cell
each. All cells live on the same paths, so differences between them are paired
and their intervals narrow. It tells which cell is best for each of nine
objectives, which others cannot be told from it, and how much a little more
costs; along the first --over, or those named by --choose, for each combination
of the others.

What is done is on disk at once: a sweep that was interrupted goes on with
--resume, and ends with the same results. --shard computes a part of it, for
mcrisk merge to join. With --exact nothing is sampled.

Exit status 1 says that a cell failed, though the others were run.`,
		Example: `  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk sweep --token ETHBULL3X --over half-width=0.1:0.6:0.1 --over fee=5bp,10bp,30bp --over sigma=0.4:1.2:0.2
  mcrisk sweep --token BTCBULL3X --over latency=0,5m,1h --over model=gbm,merton,kou
  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05 --optimise utility
  mcrisk sweep --token ETHBULL3X --impact 0 --gas 0 --over half-width=0.05:0.6:0.05 --exact
  mcrisk sweep --resume runs/ETHBULL3X-20260102T030405Z-0123abcd`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return badInput("arguments %s; want at most one, a spec", strings.Join(args, " "))
			}
			return nil
		},
	}
	f := addStudyFlags(cmd)
	f.sweeps = true
	o := addOutputFlags(cmd)
	w := addSweepFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if f.spec != "" {
				return badInput("--spec %s and the spec %s; want one of them", f.spec, args[0])
			}
			if err := f.cmd.Flags().Set("spec", args[0]); err != nil {
				return err
			}
		}
		if w.resume != "" {
			return w.goOn(cmd, f, o)
		}
		p, err := f.plan()
		if err != nil {
			return err
		}
		how, err := w.how(p, f.how)
		if err != nil {
			return inputError{err}
		}
		if w.exact {
			for _, flag := range []string{"optimise", "pareto", "shard", "fail-fast"} {
				if f.given(flag) {
					return badInput("--exact and --%s; want one of them", flag)
				}
			}
			how.Optimise = "" // of a file, where sampling finds it
		}
		sweep, err := newGrid(p.spec, &how)
		if err != nil {
			return inputError{err}
		}
		p.roundedAxes(sweep.Axes)
		if err := w.affordable(cmd, sweep, how, f.workers, o); err != nil || w.dryRun {
			return err
		}
		if w.exact {
			return exactSweep(cmd, p, how, sweep, f.workers, o)
		}
		return w.begin(cmd, p, how, sweep, f, o)
	}
	return cmd
}

const overUsage = "parameter and its values: name=low:high:step, both ends included, or name=a,b,c; model takes kinds and fitted specs"

// sweepFlags are those of a sweep alone.
type sweepFlags struct {
	over                                []string
	sample, choose, aversion            string
	pareto, optimise, resume, shard     string
	exact, dryRun, failFast, affordsAll bool
}

func addSweepFlags(cmd *cobra.Command) *sweepFlags {
	w := new(sweepFlags)
	s := cmd.Flags()
	s.StringArrayVar(&w.over, "over", nil, "`name=values`: "+overUsage+"; may be repeated")
	inSection(s, sectionStudy, "over")
	addFlag(s, &w.sample, sectionStudy, "sample", "count", "", "run a Latin hypercube sample of so many cells instead of the whole grid")
	addFlag(s, &w.choose, sectionStudy, "choose", "names", "", "parameters of --over along which the best is sought; the others are circumstances (default the first; with --sample all)")
	addFlag(s, &w.aversion, sectionStudy, "aversion", "number", "1", "weight of tracking variance, against growth and cost, in the objectives utility and tracking_cost")
	addFlag(s, &w.pareto, sectionStudy, "pareto", "a,b", tradedOff, "objectives to trade off against each other")
	addFlag(s, &w.optimise, sectionStudy, "optimise", "objective", "", "find the best value of the one parameter to choose, between the cells too")
	s.BoolVar(&w.exact, "exact", false, "sweep without sampling, where that is possible")
	addFlag(s, &w.resume, sectionOutput, "resume", "run", "", "go on with a sweep that was interrupted")
	addFlag(s, &w.shard, sectionOutput, "shard", "k/n", "", "run the k-th of n parts only")
	s.BoolVar(&w.dryRun, "dry-run", false, "say how many cells there are and what they take, and run nothing")
	s.BoolVar(&w.failFast, "fail-fast", false, "stop at the first cell that fails")
	s.BoolVar(&w.affordsAll, "yes", false, fmt.Sprintf("run more than %s cells", thousands(manyCells)))
	return w
}

// tradedOff are the objectives of --pareto, unless it says others.
const tradedOff = "cost_drag,tracking_error"

// manyCells is how many cells are asked about before they are run.
const manyCells = 1000

// over reads what a flag sweeps: name=low:high:step or name=a,b,c, or model=kinds
// and files.
func (p *plan) over(flag, text string) (o rundir.Over, err error) {
	name, list, ok := strings.Cut(text, "=")
	if !ok || list == "" {
		return o, fmt.Errorf("%s = %q; want name=low:high:step or name=a,b,c", flag, text)
	}
	o = rundir.Over{Name: name, Values: list}
	if name == study.ModelAxis {
		if err := p.models(&o); err != nil {
			return o, fmt.Errorf("%s: %w", flag, err)
		}
	}
	return o, nil
}

// how is what the flags say of the sweep, over what a spec said.
func (w *sweepFlags) how(p *plan, spec *rundir.Sweep) (rundir.Sweep, error) {
	how := rundir.Sweep{Aversion: 1}
	if spec != nil {
		how = *spec
	}
	if len(w.over) > 0 {
		how.Over, how.Choose = nil, nil
		for _, text := range w.over {
			o, err := p.over("--over", text)
			if err != nil {
				return how, err
			}
			how.Over = append(how.Over, o)
		}
	}
	if len(how.Over) == 0 {
		return how, errors.New("--over is missing; want name=low:high:step or name=a,b,c, as in half-width=0.05:0.6:0.05")
	}
	if w.sample != "" {
		n, err := rundir.Count(w.sample)
		if err != nil || n < 1 || n > study.MaxCells {
			return how, fmt.Errorf("--sample = %q; want a number of cells from 1 to %d", w.sample, study.MaxCells)
		}
		how.Sample = int(n)
	}
	given := func(name string) bool { return flagGiven(p, name) }
	if given("aversion") {
		v, err := param.Number(w.aversion)
		if err != nil {
			return how, fmt.Errorf("--aversion = %q; want a number from 0 to 1e6", w.aversion)
		}
		how.Aversion = v
	}
	if given("pareto") {
		how.Pareto = strings.Split(w.pareto, ",")
	}
	if w.choose != "" {
		how.Choose = strings.Split(w.choose, ",")
	}
	if w.optimise != "" {
		how.Optimise = w.optimise
	}
	return how, nil
}

func flagGiven(p *plan, name string) bool {
	for _, f := range p.flags {
		if strings.HasPrefix(f, "--"+name+"=") {
			return true
		}
	}
	return false
}

// completeHow writes out defaults and checks names.
func completeHow(how *rundir.Sweep, axes []study.Axis) error {
	var names []string
	for _, a := range axes {
		names = append(names, a.Name)
	}
	if len(how.Choose) == 0 {
		how.Choose = names[:1]
		if how.Sample > 0 {
			how.Choose = names
		}
	}
	var faults []error
	for i, name := range how.Choose {
		faults = append(faults, among("--choose", name, names))
		if slices.Contains(how.Choose[:i], name) {
			faults = append(faults, fmt.Errorf("--choose names %s twice", name))
		}
	}
	if !(how.Aversion >= 0 && how.Aversion <= 1e6) {
		faults = append(faults, fmt.Errorf("--aversion = %v; want a number from 0 to 1e6", how.Aversion))
	}
	if len(how.Pareto) == 0 {
		how.Pareto = strings.Split(tradedOff, ",")
	}
	for i := range how.Pareto {
		faults = append(faults, objective("--pareto", &how.Pareto[i]))
	}
	if len(how.Pareto) != 2 || how.Pareto[0] == how.Pareto[1] {
		faults = append(faults, fmt.Errorf("--pareto = %q; want two objectives, as in cost_drag,tracking_error", strings.Join(how.Pareto, ",")))
	}
	if how.Optimise == "" {
		return errors.Join(faults...)
	}
	faults = append(faults, objective("--optimise", &how.Optimise))
	if len(how.Choose) != 1 || how.Sample > 0 {
		faults = append(faults, errors.New("--optimise finds the best of one parameter on a grid; want one --choose and no --sample"))
	}
	for _, a := range axes {
		if slices.Contains(how.Choose, a.Name) && (a.Unit == param.Choice || len(a.Values) < 2 || !(a.Values[0] > 0)) {
			faults = append(faults, fmt.Errorf("--optimise along %s; want a parameter with two values at least, numbers above 0", a))
		}
	}
	return errors.Join(faults...)
}

func objectiveNames() []string { return namesOf(analytics.Objectives()) }

// objective gives an objective that was named by an alias its name, and reports a
// name that is no objective's.
func objective(flag string, name *string) error {
	if m, err := analytics.Lookup(*name); err == nil {
		*name = m.Name
	}
	return among(flag, *name, objectiveNames())
}

// sweptColumns are the columns that the metrics of a sweep need.
func sweptColumns() []string { return analytics.Columns(analytics.Swept()...) }

// among reports a name that is none of those there are.
func among(flag, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	if hint := didYouMean(name, names); hint != "" {
		return fmt.Errorf("%s %q%s", flag, name, hint)
	}
	return fmt.Errorf("%s %q; want one of %s", flag, name, strings.Join(names, ", "))
}

// models reads those values of the axis model that are files, such as calibrate
// writes.
func (p *plan) models(o *rundir.Over) error {
	var names []string
	var parts []param.Part
	files := false
	for _, item := range strings.Split(o.Values, ",") {
		if !strings.ContainsAny(item, "./\\") {
			a, err := study.ParseAxis(p.spec, study.ModelAxis, item)
			if err != nil {
				return err
			}
			names, parts = append(names, item), append(parts, a.Models[0])
			continue
		}
		files = true
		data, err := os.ReadFile(item)
		if err != nil {
			return fmt.Errorf("model: %w", err)
		}
		spec, err := rundir.ReadSpec(data, item)
		if err != nil {
			return err
		}
		if spec.Model.Kind == "" {
			return fmt.Errorf("model: %s has none", item)
		}
		p.inputs[item] = rundir.Hash(data)
		names, parts = append(names, strings.TrimSuffix(filepath.Base(item), filepath.Ext(item))), append(parts, spec.Model)
	}
	if files {
		o.Values, o.Models = strings.Join(names, ","), parts
	}
	return nil
}

// newGrid makes the sweep, and completes how it is swept.
func newGrid(spec study.Spec, how *rundir.Sweep) (*study.Sweep, error) {
	axes, err := how.Axes(spec)
	if err != nil {
		return nil, fmt.Errorf("--over: %w", err)
	}
	if err := completeHow(how, axes); err != nil {
		return nil, err
	}
	return study.NewSweep(spec, axes, how.Sample)
}

// openSweep opens a sweep's run, whose sweep.yaml may have been written by hand.
func openSweep(path string) (*rundir.Records, rundir.Sweep, rundir.Begin, error) {
	r, how, begin, err := rundir.OpenSweep(path, sweptColumns())
	if err == nil {
		if err = completeHow(&how, r.Sweep.Axes); err != nil {
			err = fmt.Errorf("%s: %w", filepath.Join(path, rundir.SweepFile), err)
		}
	}
	if err != nil {
		err = inputError{err}
	}
	return r, how, begin, err
}

// affordable refuses a sweep for which there is no room, and one of very many
// cells unless it was allowed, with an estimate of what it takes.
func (w *sweepFlags) affordable(cmd *cobra.Command, s *study.Sweep, how rundir.Sweep, workers int, o *outputFlags) error {
	many := s.Cells() > manyCells && !w.affordsAll
	if w.exact {
		if w.dryRun {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s cells, without sampling\n", thousands(s.Cells()))
			return err
		}
		if many {
			return badInput("%s cells; with --yes they are run", thousands(s.Cells()))
		}
		return nil
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	e := expenseOf(s, workers)
	if how.Optimise != "" { // eight cells at a time, as parts and whole
		e.memory += 2 * 8 * e.disk / float64(s.Cells()+1)
	}
	if free := freeMemory(); e.memory > free {
		return badInput("--paths = %d: the lifetimes would take %s of memory, and %s is free; want fewer", s.Spec.Paths, bytesText(e.memory), bytesText(free))
	}
	where := o.out
	switch {
	case o.noSave:
		where = os.TempDir()
	case where == "":
		where = "runs"
	}
	if free, ok := freeDisk(where); ok && e.disk > free {
		return badInput("%s cells of %s paths would take %s on disk, and %s is free at %s; want fewer", thousands(s.Cells()), thousands(s.Spec.Paths), bytesText(e.disk), bytesText(free), where)
	}
	if !many && !w.dryRun {
		return nil
	}
	seconds, err := timeOf(cmd.Context(), s, workers)
	if err != nil {
		return err
	}
	if w.dryRun {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), e.text(s, seconds))
		return err
	}
	return badInput("%s\nwith --yes they are run, with --sample %d a Latin hypercube sample of them, with --dry-run nothing", e.text(s, seconds), manyCells/2)
}

// An expense is about what a sweep takes, in bytes.
type expense struct{ memory, disk float64 }

func expenseOf(s *study.Sweep, workers int) expense {
	market, token := study.Kept(sweptColumns())
	tokens, paths, cells := float64(len(s.Spec.Tokens)), float64(s.Spec.Paths), float64(s.Cells()+1)
	columns := float64(len(token)) * tokens
	unit := min(paths, study.ChunkPaths) * study.BatchCells * (8*columns + lifetimeBytes*tokens)
	metrics := float64(len(analytics.Swept())) * tokens
	return expense{
		memory: 2*float64(workers+1)*unit + max(cacheBytes, 4*8*paths*(columns+metrics)) + min(cells, keptCells)*cellBytes,
		disk:   8 * paths * (cells*columns + float64(s.Units())/math.Ceil(paths/study.ChunkPaths)*float64(len(market))),
	}
}

const (
	lifetimeBytes = 500   // of a lifetime while it is counted
	cellBytes     = 4_000 // of a cell's estimates
)

// timeOf is about how long a sweep takes, in seconds, from a few paths of a few
// batches.
func timeOf(ctx context.Context, s *study.Sweep, workers int) (float64, error) {
	const paths = 16
	spec := s.Spec
	spec.Paths = paths
	probe, err := study.NewSweep(spec, s.Axes, s.Sample)
	if err != nil {
		return 0, err
	}
	n := probe.Units()
	var took time.Duration
	tried := []int{0, n / 2, n - 1}
	for _, unit := range tried {
		for again := range 2 { // the first run of a batch warms up
			start := time.Now()
			if err := probe.Run(ctx, study.Options{Workers: 1}, []int{unit}, sweptColumns(), func(*study.Part) error { return nil }); err != nil {
				return 0, err
			}
			if again == 1 {
				took += time.Since(start)
			}
		}
	}
	return took.Seconds() / float64(len(tried)) * float64(n) * float64(s.Spec.Paths) / paths / float64(workers), nil
}

func (e expense) text(s *study.Sweep, seconds float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s cells, %s lifetimes of %s each in steps of %s", thousands(s.Cells()), thousands(s.Spec.Paths*len(s.Spec.Tokens)),
		param.FormatSeconds(s.Spec.Horizon.Seconds()), param.FormatSeconds(s.Spec.Step.Seconds()))
	for _, a := range s.Axes {
		fmt.Fprintf(&b, "\n  %s: %s values, %s to %s", a.Name, thousands(len(a.Values)), a.Format(a.Values[0]), a.Format(a.Values[len(a.Values)-1]))
	}
	fmt.Fprintf(&b, "\nabout %s, %s of memory and %s on disk", spoken(seconds), bytesText(e.memory), bytesText(e.disk))
	return b.String()
}

// spoken is a length of time in words.
func spoken(seconds float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{365 * 86400, "years"}, {86400, "days"}, {3600, "hours"}, {60, "minutes"}} {
		if seconds >= 2*u.size {
			return short3(seconds/u.size) + " " + u.name
		}
	}
	return short3(seconds) + " seconds"
}

// begin runs a new sweep.
func (w *sweepFlags) begin(cmd *cobra.Command, p *plan, how rundir.Sweep, sweep *study.Sweep, f *studyFlags, o *outputFlags) error {
	p.spec.Marks = 0
	if _, err := w.part(sweep); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := rundir.WriteSweep(&text, p.spec, how); err != nil {
		return err
	}
	path := o.out
	switch {
	case o.noSave && o.out != "":
		return badInput("--out and --no-save; want one of them")
	case o.noSave && w.shard != "":
		return badInput("--shard and --no-save; want a run to keep the shard in")
	case o.noSave:
		dir, err := os.MkdirTemp("", "mcrisk-sweep-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "run")
	case path == "":
		path = filepath.Join("runs", runName(p, text.Bytes()))
	}
	b := rundir.Begin{Command: append(strings.Fields(cmd.CommandPath()), p.flags...), Settings: p.settings(), Inputs: p.inputs, Notes: p.notes}
	if err := rundir.CreateSweep(path, text.Bytes(), b); err != nil {
		return existing(err)
	}
	return w.run(cmd, path, f.workers, o)
}

// goOn resumes a sweep.
func (w *sweepFlags) goOn(cmd *cobra.Command, f *studyFlags, o *outputFlags) error {
	for _, flag := range []string{"out", "no-save", "exact", "dry-run"} {
		if f.given(flag) {
			return badInput("--resume and --%s; want --resume alone, or with --workers, --shard, --fail-fast, --json or --no-figures", flag)
		}
	}
	if said := f.said(); len(said) > 0 {
		return badInput("--resume and %s; a sweep goes on as it began", said[0])
	}
	if err := checkWorkers(f.workers); err != nil {
		return err
	}
	return w.run(cmd, w.resume, f.workers, o)
}

// part reads --shard: the units of work to do.
func (w *sweepFlags) part(s *study.Sweep) ([]int, error) {
	k, n := 1, 1
	if w.shard != "" {
		a, b, _ := strings.Cut(w.shard, "/")
		var err1, err2 error
		k, err1 = strconv.Atoi(a)
		n, err2 = strconv.Atoi(b)
		if err1 != nil || err2 != nil || !(1 <= k && k <= n) {
			return nil, badInput("--shard = %q; want k/n with 1 ≤ k ≤ n, as in 2/7", w.shard)
		}
	}
	var units []int
	for u := k - 1; u < s.Units(); u += n {
		units = append(units, u)
	}
	return units, nil
}

// run does what is missing of a sweep, and once nothing is, its results.
func (w *sweepFlags) run(cmd *cobra.Command, path string, workers int, o *outputFlags) error {
	start := time.Now()
	records, how, begin, err := openSweep(path)
	if err != nil {
		return err
	}
	units, err := w.part(records.Sweep)
	if err != nil {
		return err
	}
	if err := records.Tidy(units); err != nil {
		return err
	}
	missing, damaged, err := records.Missing(cmd.Context(), units)
	if err != nil {
		return unfinished(cmd, err, path, o)
	}
	for _, d := range damaged {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: done again:", d)
	}
	failed := map[int]string{}
	progress := newProgress(cmd.ErrOrStderr(), "cells")
	err = records.Sweep.Run(cmd.Context(), study.Options{Workers: workers, Progress: progress.update}, missing, sweptColumns(), func(p *study.Part) error {
		for i, fault := range p.Faults {
			if fault == "" {
				continue
			}
			cell := records.Sweep.Batch(p.Batch)[i]
			if w.failFast {
				return fmt.Errorf("%s: %s", records.Sweep.Label(cell), fault)
			}
			failed[cell] = fault
		}
		return records.Write(p)
	})
	progress.done()
	if err != nil {
		return unfinished(cmd, err, path, o)
	}
	if w.shard != "" {
		all := allUnits(records.Sweep)
		rest, _, err := records.Missing(cmd.Context(), all)
		if err != nil {
			return unfinished(cmd, err, path, o)
		}
		if len(rest) > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "written: %s, %d of %d units of the sweep\nnext: mcrisk merge --out WHOLE %s ...\n", path, len(all)-len(rest), len(all), shellWord(path))
			if len(failed) == 0 {
				return nil
			}
			for _, cell := range slices.Sorted(maps.Keys(failed))[:min(5, len(failed))] {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: failed: %s: %s\n", records.Sweep.Label(cell), failed[cell])
			}
			return failedCells{len(failed), records.Sweep.Cells()}
		}
	}
	return unfinished(cmd, finish(cmd, records, how, begin, workers, o, start), path, o)
}

// unfinished says how a sweep that stopped on the way goes on.
func unfinished(cmd *cobra.Command, err error, path string, o *outputFlags) error {
	if err == nil || o.noSave || errors.As(err, new(failedCells)) {
		return err
	}
	return unfinishedError{err, path, cmd.Context().Err() != nil}
}

// An unfinishedError is why a sweep stopped, and how it goes on.
type unfinishedError struct {
	error
	path        string
	interrupted bool
}

func (e unfinishedError) Unwrap() error { return e.error }

func (e unfinishedError) Error() string {
	why := e.error.Error()
	if e.interrupted {
		why = "interrupted"
	}
	return why + "; what is done is kept: mcrisk sweep --resume " + shellWord(e.path)
}

// shellWord is a path as a shell reads it.
func shellWord(path string) string {
	if path == "" || strings.ContainsAny(path, " \t\n\"'\\$&|;<>()*?[]{}`!#~") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// A failedCells says how many cells of a sweep failed, after the others were run.
type failedCells struct{ failed, cells int }

func (e failedCells) Error() string {
	return fmt.Sprintf("%d of %d cells failed; the others were run", e.failed, e.cells)
}

// finish judges a sweep whose records are all there and writes its results.
func finish(cmd *cobra.Command, records *rundir.Records, how rundir.Sweep, begin rundir.Begin, workers int, o *outputFlags, start time.Time) error {
	p := &plan{command: begin.Command, spec: records.Sweep.Spec, origins: origins{}, notes: begin.Notes, inputs: begin.Inputs}
	for _, s := range begin.Settings {
		p.origins[s.Name] = s.Origin
	}
	dir, err := records.Results(cmd.Context())
	if dir != nil {
		defer dir.Abort()
	}
	if err != nil {
		return err
	}
	r, err := judge(cmd.Context(), p, how, records, dir, workers)
	if err != nil {
		return err
	}
	if !o.noSave {
		if err := r.save(dir, !o.noFigures); err != nil {
			return err
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if workers == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		plan, err := os.ReadFile(filepath.Join(records.Path, rundir.SweepFile))
		if err != nil {
			return err
		}
		if err := dir.Commit(rundir.Manifest{
			Command: begin.Command, SpecHash: rundir.Hash(plan), ResultsHash: r.hash, Seed: p.spec.Seed, Paths: p.spec.Paths,
			Workers: workers, Start: start.UTC(), End: time.Now().UTC(), Settings: begin.Settings, Inputs: begin.Inputs,
		}); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	if o.json {
		err = r.writeJSON(out)
	} else {
		err = r.write(out)
	}
	writeNotes(cmd, append(p.notes, r.notes()...))
	if !o.noSave {
		fmt.Fprintln(cmd.ErrOrStderr(), "written:", records.Path)
	}
	if err == nil && r.failed > 0 {
		err = failedCells{r.failed, records.Sweep.Cells()}
	}
	return err
}

// runName is the name of a run that is given none.
func runName(p *plan, plan []byte) string {
	name := strings.ReplaceAll(p.spec.Tokens[0].Name, " ", "-")
	return name + "-" + time.Now().UTC().Format("20060102T150405Z") + "-" + rundir.Hash(plan)[:8]
}
