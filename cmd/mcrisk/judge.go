package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/rundir"
	"mcrisk/study"
)

// keptCells is up to how many cells a sweep prints and draws each; of more, the
// file cells.csv tells.
const keptCells = 20_000

// A judgement is what a sweep comes to.
type judgement struct {
	plan    *plan
	how     rundir.Sweep
	sweep   *study.Sweep
	metrics []analytics.Metric
	reader  *cellReader // nil: nothing was sampled

	hash   string
	failed int
	faults []string // of the first cells that failed
	bad    map[int]bool
	cells  []cellRow // the cells that did not fail, each token; nil: too many
	slices []slice   // by circumstance and token
	robust []robustRow
	left   []string // what is not drawn, and why
}

// A cellRow is the estimates of one token in one cell.
type cellRow struct {
	cell, token int
	metrics     []metricRow
}

// A metricRow is one metric, and its paired difference from the own setting.
type metricRow struct {
	estimate, versus    analytics.Estimate
	unpaired, reduction float64 // of pairing alone, without correction
}

// judge estimates everything that is said of a sweep. The cells go to cells.csv
// one by one.
func judge(ctx context.Context, p *plan, how rundir.Sweep, records *rundir.Records, dir *rundir.Dir, workers int) (*judgement, error) {
	metrics := analytics.Swept()
	j := &judgement{plan: p, how: how, sweep: records.Sweep, metrics: metrics, bad: map[int]bool{},
		reader: &cellReader{ctx: ctx, records: records, metrics: metrics, averse: how.Aversion, cells: map[int][]measured{}, uncorrected: map[[2]int]bool{}}}
	if err := dir.File("cells.csv", func(w io.Writer) error { return j.estimate(ctx, w) }); err != nil {
		return nil, err
	}
	if j.failed == j.sweep.Cells() {
		return nil, fmt.Errorf("every cell failed: %s", j.faults[0])
	}
	if err := j.choose(ctx, workers); err != nil {
		return nil, err
	}
	return j, nil
}

// estimate estimates every cell and writes it as CSV.
func (j *judgement) estimate(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	header := []string{"cell"}
	for _, a := range j.sweep.Axes {
		header = append(header, a.Name)
	}
	_ = out.Write(append(header, "token", "metric", "unit", "estimate", "se", "lo", "hi", "n", "warning", "difference", "difference_se", "difference_lo", "difference_hi", "difference_n", "unpaired_se", "lifetimes_hash", "fault"))
	hash := study.NewHasher()
	own, err := j.reader.records.Cell(j.sweep.Own())
	if err == nil {
		err = own.Fault
	}
	if err != nil {
		return fmt.Errorf("the token's own setting: %w", err)
	}
	owns := measure(own, j.metrics, j.how.Aversion)
	for c := range j.sweep.Cells() + 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		cell := (c + j.sweep.Cells()) % (j.sweep.Cells() + 1) // the own setting first
		row := j.place(cell)
		run, err := j.reader.records.Cell(cell)
		if err != nil {
			return err
		}
		if run.Fault != nil {
			j.fail(cell, run.Fault)
			_ = out.Write(append(append(row, make([]string, 16)...), run.Fault.Error()))
			continue
		}
		lifetimes := hash.Add(run.Ensembles)
		for t, here := range measure(run, j.metrics, j.how.Aversion) {
			r := cellRow{cell: cell, token: t}
			own := &owns[t]
			if here.corrected == nil {
				j.reader.uncorrected[[2]int{cell, t}] = true
			}
			corrected := here.corrected != nil && own.corrected != nil
			for i, m := range j.metrics {
				x := metricRow{estimate: here.levels[i], versus: analytics.PairedDifference(analytics.Sample{X: here.of(i, corrected)}, analytics.Sample{X: own.of(i, corrected)}, confidence)}
				x.unpaired, x.reduction = analytics.Pairing(analytics.Sample{X: here.raw[i]}, analytics.Sample{X: own.raw[i]})
				r.metrics = append(r.metrics, x)
				f, e, d := numberText, x.estimate, x.versus
				_ = out.Write(append(slices.Clone(row), run.Spec.Tokens[t].Name, m.Name, string(m.Unit), f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), string(e.Warning),
					f(d.Value), f(d.SE), f(d.Lo), f(d.Hi), strconv.Itoa(d.N), f(x.unpaired), lifetimes, ""))
			}
			if cell != j.sweep.Own() && j.sweep.Cells() <= keptCells {
				j.cells = append(j.cells, r)
			}
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return err
		}
	}
	j.hash = hash.Sum()
	out.Flush()
	return out.Error()
}

// fail notes a cell that failed.
func (j *judgement) fail(cell int, fault error) {
	j.failed++
	j.bad[cell] = true
	if len(j.faults) < 5 {
		j.faults = append(j.faults, j.sweep.Label(cell)+": "+fault.Error())
	}
}

// place is a cell's number and values, as in files.
func (j *judgement) place(cell int) []string {
	row := []string{"own"}
	if cell == j.sweep.Own() {
		return append(row, make([]string, len(j.sweep.Axes))...)
	}
	row[0] = strconv.Itoa(cell)
	for i, at := range j.sweep.At(cell) {
		a := j.sweep.Axes[i]
		row = append(row, a.Format(a.Values[at]))
	}
	return row
}

// A slice is one token in one combination of circumstances: what to choose there.
type slice struct {
	token     int
	label     string // of the circumstances, as in "sigma=0.8 fee=0.001"; may be empty
	at        []int  // by axis; −1: chosen
	cells     []int  // by choice, without those that failed
	best      []bestRow
	front     []analytics.Standing // of the cells, by the objectives of --pareto
	corrected bool                 // growth is, in all cells
	exact     []map[string]float64 // by cell: exact answers by metric; nil: none
	theory    *theory              // of utility's best half-width
	optimum   *refined             // of --optimise
}

// A bestRow is the best choice for one objective. Where no choice has a value, as
// where every path is ruined, the estimate is NaN.
type bestRow struct {
	analytics.Choice                    // of the slice's cells
	estimate         analytics.Estimate // of the best
	// Where one number is chosen: what being near it costs, and the variance
	// reduction of pairing in differences between neighbours.
	near           *analytics.Optimum
	pairing, least float64 // the median of neighbours, and the least
	doubtful       bool    // a choice was left out by a difference that a few paths decide
	alike          bool    // all choices have the same value
	exactBest      int     // the best by exact answers; −1: there are none
	exactZ         float64 // the largest deviation of an estimate from its exact answer, in standard errors
}

// none says that no choice has a value.
func (r *bestRow) none() bool { return math.IsNaN(r.estimate.Value) }

// choose finds the best choices in every slice, and the robust ones.
func (j *judgement) choose(ctx context.Context, workers int) (err error) {
	defer reading(&err)
	for _, cut := range j.cut() {
		for t := range j.sweep.Spec.Tokens {
			if err := ctx.Err(); err != nil {
				return err
			}
			s := cut
			s.token = t
			s.corrected = !slices.ContainsFunc(s.cells, func(c int) bool { return j.reader.uncorrected[[2]int{c, t}] })
			if err := j.best(ctx, &s, workers); err != nil {
				return err
			}
			j.slices = append(j.slices, s)
		}
	}
	j.harden()
	return nil
}

// cut is the slices, without token.
func (j *judgement) cut() []slice {
	var list []slice
	number := map[string]int{}
	for cell := range j.sweep.Cells() {
		if j.bad[cell] {
			continue
		}
		at := slices.Clone(j.sweep.At(cell))
		var words []string
		for i, a := range j.sweep.Axes {
			if j.chosen(a) {
				at[i] = -1
			} else {
				words = append(words, a.Name+"="+a.Format(a.Values[at[i]]))
			}
		}
		label := strings.Join(words, " ")
		n, ok := number[label]
		if !ok {
			n = len(list)
			number[label] = n
			list = append(list, slice{at: at, label: label})
		}
		list[n].cells = append(list[n].cells, cell)
	}
	for _, s := range list { // a sample is in no order
		slices.SortStableFunc(s.cells, func(a, b int) int { return slices.Compare(j.sweep.At(a), j.sweep.At(b)) })
	}
	return list
}

// chosen says whether the best is sought along an axis.
func (j *judgement) chosen(a study.Axis) bool { return slices.Contains(j.how.Choose, a.Name) }

// choice is what is chosen in a cell, as in "0.2" or "half-width=0.2 to=edge".
func (j *judgement) choice(cell int) string {
	var words []string
	for i, at := range j.sweep.At(cell) {
		a := j.sweep.Axes[i]
		switch {
		case !j.chosen(a):
		case len(j.how.Choose) == 1:
			return a.Format(a.Values[at])
		default:
			words = append(words, a.Name+"="+a.Format(a.Values[at]))
		}
	}
	return strings.Join(words, " ")
}

// along is the axis along which one number is chosen, or −1.
func (j *judgement) along() int {
	if len(j.how.Choose) != 1 || j.how.Sample > 0 {
		return -1
	}
	i := slices.IndexFunc(j.sweep.Axes, j.chosen)
	if j.sweep.Axes[i].Unit == param.Choice {
		return -1
	}
	return i
}

// value is a cell's value on an axis.
func (j *judgement) value(cell, axis int) float64 {
	return j.sweep.Axes[axis].Values[j.sweep.At(cell)[axis]]
}

// best judges one slice.
func (j *judgement) best(ctx context.Context, s *slice, workers int) error {
	along := j.along()
	if err := j.solve(ctx, s); err != nil {
		return err
	}
	for i, m := range j.objectives() {
		at := j.numbers(s, i)
		row := bestRow{Choice: analytics.Best(len(s.cells), onPaths(at), m.Sense, confidence), pairing: nan, least: nan, exactBest: -1}
		row.estimate = j.level(s.cells[row.Best], s.token, i)
		row.alike = true
		for k, v := range row.Versus {
			row.doubtful = row.doubtful || !row.Among[k] && v.Warning != ""
			row.alike = row.alike && v.Value == 0
		}
		row.Versus = nil // for large sweeps
		if along >= 0 {
			var reductions []float64
			for k := 1; k < len(s.cells); k++ {
				raw := func(k int) []float64 { return j.reader.at(s.cells[k], s.token).raw[i] }
				if _, reduction := analytics.Pairing(analytics.Sample{X: raw(k)}, analytics.Sample{X: raw(k - 1)}); !math.IsNaN(reduction) {
					reductions = append(reductions, reduction)
				}
			}
			if len(reductions) > 0 {
				slices.Sort(reductions)
				row.pairing, row.least = reductions[len(reductions)/2], reductions[0]
			}
			row.near = j.near(s, row.Best, along, at, m.Sense)
		}
		j.compare(s, &row, i)
		s.best = append(s.best, row)
	}
	x, y := j.metric(j.how.Pareto[0]), j.metric(j.how.Pareto[1])
	s.front = analytics.Front(len(s.cells), onPaths(j.numbers(s, x)), onPaths(j.numbers(s, y)), j.metrics[x].Sense, j.metrics[y].Sense, confidence)
	if j.how.Optimise != "" {
		return j.optimise(ctx, s, along, workers)
	}
	return nil
}

// numbers gives a metric of the slice's cells by path.
func (j *judgement) numbers(s *slice, metric int) func(k int) []float64 {
	return func(k int) []float64 { return j.reader.at(s.cells[k], s.token).of(metric, s.corrected) }
}

// level is the estimate of a metric in a cell.
func (j *judgement) level(cell, token, metric int) analytics.Estimate {
	return j.reader.at(cell, token).levels[metric]
}

// near is the parabola through the points around the best, if they are enough and
// above zero.
func (j *judgement) near(s *slice, best, along int, at func(int) []float64, sense analytics.Sense) *analytics.Optimum {
	const points = 5
	from := max(0, min(best-points/2, len(s.cells)-points))
	to := min(len(s.cells), from+points)
	if to-from < 4 || j.value(s.cells[from], along) <= 0 {
		return nil
	}
	var xs []float64
	for _, c := range s.cells[from:to] {
		xs = append(xs, j.value(c, along))
	}
	o := analytics.Vertex(xs, onPaths(func(k int) []float64 { return at(from + k) }), sense, confidence)
	return &o
}

// metric is the number of a metric by its name or alias.
func (j *judgement) metric(name string) int {
	return metricNumber(j.metrics, analytics.MustLookup(name).Name)
}

// objectives are the metrics that settings are chosen by, the first of all.
func (j *judgement) objectives() []analytics.Metric { return j.metrics[:len(analytics.Objectives())] }

// A robustRow is the choice that does well whatever the circumstances.
type robustRow struct {
	token   int
	metric  string
	choices []string
	cells   []int    // of the choices, in the first circumstance
	in      []string // circumstances
	analytics.Robustness
}

// names are the choice of least regret and that of the best worst value; empty where
// there is none, as no choice has a value in one of the circumstances.
func (r *robustRow) names() (least, maximin string) {
	if !math.IsInf(r.Greatest[r.Choice].Value, 1) {
		least = r.choices[r.Choice]
	}
	if !math.IsNaN(r.Worst.Value) {
		maximin = r.choices[r.Maximin]
	}
	return least, maximin
}

// harden finds the robust choices, of those that all circumstances have.
func (j *judgement) harden() {
	for t := range j.sweep.Spec.Tokens {
		var in, choices []string
		var cells []map[string]int // by circumstance, by choice
		var corrected []bool
		for _, s := range j.slices {
			if s.token != t {
				continue
			}
			in, corrected = append(in, s.label), append(corrected, s.corrected)
			of := map[string]int{}
			for _, c := range s.cells {
				choice := j.choice(c)
				if _, seen := of[choice]; !seen && len(cells) == 0 {
					choices = append(choices, choice)
				}
				of[choice] = c
			}
			cells = append(cells, of)
		}
		choices = slices.DeleteFunc(choices, func(choice string) bool {
			return slices.ContainsFunc(cells, func(of map[string]int) bool { _, ok := of[choice]; return !ok })
		})
		if len(in) < 2 || len(choices) < 2 {
			continue
		}
		first := make([]int, len(choices))
		for i, choice := range choices {
			first[i] = cells[0][choice]
		}
		for i, m := range j.objectives() {
			r := analytics.Robust(len(choices), len(in), func(choice, circumstance int) analytics.Sample {
				return analytics.Sample{X: j.reader.at(cells[circumstance][choices[choice]], t).of(i, corrected[circumstance])}
			}, m.Sense, confidence)
			r.Regret = nil // for large sweeps
			r.Worst = j.level(cells[r.WorstIn][choices[r.Maximin]], t, i)
			j.robust = append(j.robust, robustRow{t, m.Name, choices, first, in, r})
		}
	}
}

// leftOut are notes of cells that failed, and of figures that are not drawn.
func (j *judgement) leftOut() (list []string) {
	for _, f := range j.faults {
		list = append(list, "failed: "+f)
	}
	if more := j.failed - len(j.faults); more > 0 {
		list = append(list, fmt.Sprintf("failed: %d more cells; see %s", more, j.cellsFile()))
	}
	return append(list, j.left...)
}

// cellsFile is the file that has every cell.
func (j *judgement) cellsFile() string {
	if j.reader == nil {
		return "exact.csv"
	}
	return "cells.csv"
}

// notes are what the user should know of the results.
func (j *judgement) notes() []string {
	list := j.leftOut()
	if j.cells == nil {
		list = append(list, fmt.Sprintf("cells are not printed one by one, as they are more than %s; see cells.csv", thousands(keptCells)))
	}
	along := j.along()
	note := func(text string, is func(s *slice, r *bestRow) bool) {
		var names []string
		for i, m := range j.objectives() {
			n := 0
			for k := range j.slices {
				if is(&j.slices[k], &j.slices[k].best[i]) {
					n++
				}
			}
			if n > 0 {
				names = append(names, fmt.Sprintf("%s (%d of %d)", m.Name, n, len(j.slices)))
			}
		}
		if len(names) > 0 {
			list = append(list, text+": "+strings.Join(names, ", "))
		}
	}
	note("the best of these is at an end of the range swept, so that the truly best may lie beyond", func(s *slice, r *bestRow) bool {
		if along < 0 || r.none() || r.alike || len(s.cells) < 3 {
			return false
		}
		axis, at := j.sweep.Axes[along], j.value(s.cells[r.Best], along)
		return r.Best == 0 && at > axis.Min || r.Best == len(s.cells)-1 && at < axis.Max
	})
	note("no choice has a value of these, as every path is ruined, or there are too few", func(_ *slice, r *bestRow) bool { return r.none() })
	note("from the best of these, others are told by differences that a few paths decide, so that too many may have been", func(_ *slice, r *bestRow) bool { return r.doubtful })
	return list
}
