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
	"mcrisk/runs"
	"mcrisk/study"
)

// cacheBytes is how much memory the numbers by path of a sweep's cells may take
// while it is judged.
const cacheBytes = 128e6

// keptCells is up to how many cells a sweep prints and draws each; of more, the
// file cells.csv tells.
const keptCells = 20_000

// A judgement is what a sweep comes to.
type judgement struct {
	plan    *plan
	how     runs.Sweep
	sweep   *study.Sweep
	metrics []analytics.PathMetric
	records *runs.Records

	hash   string
	failed int
	faults []string // of the first cells that failed
	bad    map[int]bool
	cells  []cellRow // the cells that did not fail, each token; nil: too many
	own    []cellRow // the study's own setting, by token
	slices []slice   // by circumstance and token
	robust []robustRow

	numbers map[int][][][]float64 // of cells, by token and metric: what is in memory
	recent  []int                 // its cells, the least recent first
}

// A cellRow is the estimates of one token in one cell.
type cellRow struct {
	cell, token int
	metrics     []metricRow
}

// A metricRow is one metric, and its paired difference from the own setting.
type metricRow struct {
	estimate, versus analytics.Estimate
	unpaired         float64
}

// judge estimates everything that is said of a sweep. The cells go to cells.csv
// one by one.
func judge(ctx context.Context, p *plan, how runs.Sweep, records *runs.Records, dir *runs.Dir, workers int) (*judgement, error) {
	j := &judgement{plan: p, how: how, sweep: records.Sweep, records: records, metrics: analytics.SweepMetrics(how.Aversion), bad: map[int]bool{}, numbers: map[int][][][]float64{}}
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
	own, err := j.records.Cell(j.sweep.Own())
	if err == nil {
		err = own.Fault
	}
	if err != nil {
		return fmt.Errorf("the token's own setting: %w", err)
	}
	ownNumbers := j.measure(own)
	for c := range j.sweep.Cells() + 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		cell := (c + j.sweep.Cells()) % (j.sweep.Cells() + 1) // the own setting first
		row := j.place(cell)
		run, err := j.records.Cell(cell)
		if err != nil {
			return err
		}
		if run.Fault != nil {
			j.failed++
			j.bad[cell] = true
			if len(j.faults) < 5 {
				j.faults = append(j.faults, j.sweep.Label(cell)+": "+run.Fault.Error())
			}
			_ = out.Write(append(append(row, make([]string, 16)...), run.Fault.Error()))
			continue
		}
		lifetimes := study.Hash(run.Ensembles)
		for t := range run.Ensembles {
			hash.Add(&run.Ensembles[t])
		}
		for t, numbers := range j.measure(run) {
			r := cellRow{cell: cell, token: t}
			for i, m := range j.metrics {
				x := metricRow{j.mean(run.Spec, i, numbers), analytics.PairedDifference(numbers[i], ownNumbers[t][i], confidence), analytics.UnpairedSE(numbers[i], ownNumbers[t][i])}
				r.metrics = append(r.metrics, x)
				f := func(v float64) string { return string(runs.AppendFloat(nil, v)) }
				e, d := x.estimate, x.versus
				_ = out.Write(append(slices.Clone(row), run.Spec.Tokens[t].Name, m.Name, m.Unit, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), string(e.Warning),
					f(d.Value), f(d.SE), f(d.Lo), f(d.Hi), strconv.Itoa(d.N), f(x.unpaired), lifetimes, ""))
			}
			switch {
			case cell == j.sweep.Own():
				j.own = append(j.own, r)
			case j.sweep.Cells() <= keptCells:
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

// mean is a metric's estimate, of a cell with these numbers. Growth is corrected
// by the known mean of the price's logarithm.
func (j *judgement) mean(s study.Spec, metric int, numbers [][]float64) analytics.Estimate {
	m, xs := j.metrics[metric], numbers[metric]
	if model, err := s.BuildModel(); m.Name == "log_growth" && err == nil && !s.Uncertain {
		_, logS, _ := price(s, model)
		if e, gain := analytics.ControlledMean(xs, numbers[len(j.metrics)], logS, confidence); !math.IsNaN(e.SE) && !math.IsInf(e.Value, 0) {
			e.Gain = gain
			return e
		}
	}
	return m.Mean(xs, confidence)
}

// estimateOf is a metric's estimate in a cell.
func (j *judgement) estimateOf(cell, token, metric int) analytics.Estimate {
	j.of(cell, token, metric)
	s, err := j.sweep.Cell(cell)
	if err != nil {
		panic(readError{err}) // it was run
	}
	return j.mean(s, metric, j.numbers[cell][token])
}

// measure is every metric of a cell by path, for each token, and the logarithm of
// the price.
func (j *judgement) measure(c study.Cell) [][][]float64 {
	all := make([][][]float64, len(c.Ensembles))
	for t := range all {
		for _, m := range j.metrics {
			all[t] = append(all[t], m.Of(&c.Ensembles[t]))
		}
		all[t] = append(all[t], c.Ensembles[t].Column("log_underlying"))
	}
	return all
}

// of is a metric of a cell by path. What was asked for lately is in memory. It
// panics with a readError, which reading recovers from.
func (j *judgement) of(cell, token, metric int) []float64 {
	if j.numbers[cell] == nil {
		c, err := j.records.Cell(cell)
		if err != nil {
			panic(readError{err})
		}
		j.numbers[cell] = j.measure(c)
		each := 8 * float64(j.sweep.Spec.Paths*(len(j.metrics)+1)*len(j.sweep.Spec.Tokens))
		for len(j.recent) > 1 && float64(len(j.recent)+1)*each > cacheBytes {
			delete(j.numbers, j.recent[0])
			j.recent = j.recent[1:]
		}
		j.recent = append(j.recent, cell)
	}
	return j.numbers[cell][token][metric]
}

// A readError is a record that could be read when the sweep was done and cannot
// any more.
type readError struct{ error }

// reading turns a readError into an error.
func reading(err *error) {
	if r := recover(); r != nil {
		e, ok := r.(readError)
		if !ok {
			panic(r)
		}
		*err = e.error
	}
}

// A slice is one token in one combination of circumstances: what to choose there.
type slice struct {
	token   int
	label   string // of the circumstances, as in "sigma=0.8 fee=0.001"; may be empty
	at      []int  // by axis; −1: chosen
	cells   []int  // by choice, without those that failed
	best    []bestRow
	front   []analytics.Standing // of the cells, by the objectives of --pareto
	exact   []map[string]float64 // by cell: exact answers by metric; nil: none
	theory  *theory              // of utility's best half-width
	optimum *refined             // of --optimise
}

// A bestRow is the best choice for one objective.
type bestRow struct {
	analytics.Choice                    // of the slice's cells
	estimate         analytics.Estimate // of the best
	// Where one number is chosen: what being near it costs, and how many times
	// shorter pairing makes intervals of differences between neighbours.
	near           *analytics.Optimum
	pairing, least float64 // the median of neighbours, and the least
	doubtful       bool    // a choice was left out by a difference that a few paths decide
	exactBest      int     // the best by exact answers; −1: there are none
	exactZ         float64 // the largest deviation of an estimate from its exact answer, in standard errors
}

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

// along is the axis along which one positive number is chosen, or −1.
func (j *judgement) along() int {
	if len(j.how.Choose) != 1 || j.how.Sample > 0 {
		return -1
	}
	i := slices.IndexFunc(j.sweep.Axes, j.chosen)
	if a := j.sweep.Axes[i]; a.Unit == param.Choice || a.Values[0] <= 0 {
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
	for i, m := range j.metrics[:analytics.Objectives] {
		at := func(k int) []float64 { return j.of(s.cells[k], s.token, i) }
		row := bestRow{Choice: analytics.Best(len(s.cells), at, m.Sense, confidence), pairing: nan, least: nan, exactBest: -1}
		row.estimate = j.estimateOf(s.cells[row.Best], s.token, i)
		for k, v := range row.Versus {
			row.doubtful = row.doubtful || !row.Among[k] && v.Warning != ""
		}
		row.Versus = nil // for large sweeps
		if along >= 0 {
			var gains []float64
			for k := 1; k < len(s.cells); k++ {
				if se := analytics.PairedDifference(at(k), at(k-1), confidence).SE; se > 0 {
					gains = append(gains, analytics.UnpairedSE(at(k), at(k-1))/se)
				}
			}
			if len(gains) > 0 {
				slices.Sort(gains)
				row.pairing, row.least = gains[len(gains)/2], gains[0]
			}
			row.near = j.near(s, row.Best, along, at, m.Sense)
		}
		j.compare(s, &row, i)
		s.best = append(s.best, row)
	}
	x, y := j.metric(j.how.Pareto[0]), j.metric(j.how.Pareto[1])
	s.front = analytics.Front(len(s.cells), func(k int) []float64 { return j.of(s.cells[k], s.token, x) }, func(k int) []float64 { return j.of(s.cells[k], s.token, y) },
		j.metrics[x].Sense, j.metrics[y].Sense, confidence)
	if j.how.Optimise != "" {
		return j.optimise(ctx, s, along, workers)
	}
	return nil
}

// near is the parabola through the points around the best, if they are enough.
func (j *judgement) near(s *slice, best, along int, at func(int) []float64, sense analytics.Sense) *analytics.Optimum {
	const points = 5
	from := max(0, min(best-points/2, len(s.cells)-points))
	to := min(len(s.cells), from+points)
	if to-from < 4 {
		return nil
	}
	var xs []float64
	for _, c := range s.cells[from:to] {
		xs = append(xs, j.value(c, along))
	}
	o := analytics.Vertex(xs, func(k int) []float64 { return at(from + k) }, sense, confidence)
	return &o
}

// metric is the number of a metric by name.
func (j *judgement) metric(name string) int {
	return slices.IndexFunc(j.metrics, func(m analytics.PathMetric) bool { return m.Name == name })
}

// A robustRow is the choice that does well whatever the circumstances.
type robustRow struct {
	token   int
	metric  string
	choices []string
	cells   []int    // of the choices, in the first circumstance
	in      []string // circumstances
	analytics.Robustness
}

// harden finds the robust choices, of those that all circumstances have.
func (j *judgement) harden() {
	for t := range j.sweep.Spec.Tokens {
		var in, choices []string
		var cells []map[string]int // by circumstance, by choice
		for _, s := range j.slices {
			if s.token != t {
				continue
			}
			in = append(in, s.label)
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
		for i, m := range j.metrics[:analytics.Objectives] {
			r := analytics.Robust(len(choices), len(in), func(choice, circumstance int) []float64 { return j.of(cells[circumstance][choices[choice]], t, i) }, m.Sense, confidence)
			r.Regret = nil // for large sweeps
			r.Worst = j.estimateOf(cells[r.WorstIn][choices[r.Maximin]], t, i)
			j.robust = append(j.robust, robustRow{t, m.Name, choices, first, in, r})
		}
	}
}

// notes are what the user should know of the results.
func (j *judgement) notes() []string {
	var list []string
	for _, f := range j.faults {
		list = append(list, "failed: "+f)
	}
	if more := j.failed - len(j.faults); more > 0 {
		list = append(list, fmt.Sprintf("failed: %d more cells; see cells.csv", more))
	}
	if j.cells == nil {
		list = append(list, fmt.Sprintf("cells are not printed one by one, as they are more than %s; see cells.csv", thousands(keptCells)))
	}
	along := j.along()
	note := func(text string, is func(s *slice, r *bestRow) bool) {
		var names []string
		for i, m := range j.metrics[:analytics.Objectives] {
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
		return along >= 0 && len(s.cells) > 2 && (r.Best == 0 || r.Best == len(s.cells)-1)
	})
	note("from the best of these, others are told by differences that a few paths decide, so that too many may have been", func(_ *slice, r *bestRow) bool { return r.doubtful })
	return list
}
