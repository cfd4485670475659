package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/rundir"
	"mcrisk/study"
)

// aversion is the default weight of tracking variance in utility: that of a holder
// of log utility.
const aversion = 1

// save writes tables and figures.
func (j *judgement) save(dir *rundir.Dir, figures bool) error {
	if err := dir.File("best.csv", j.writeBest); err != nil {
		return err
	}
	if err := dir.File("front.csv", j.writeFront); err != nil {
		return err
	}
	if len(j.robust) > 0 {
		if err := dir.File("robust.csv", j.writeRobust); err != nil {
			return err
		}
	}
	if err := dir.File("sweep.json", j.writeJSON); err != nil {
		return err
	}
	if !figures {
		return nil
	}
	drawn, err := j.figures()
	if err != nil {
		return err
	}
	return (&runDir{dir}).figures("", drawn)
}

func (j *judgement) token(t int) string { return j.sweep.Spec.Tokens[t].Name }

// write prints the sweep for people.
func (j *judgement) write(w io.Writer) error {
	p := j.plan
	var names []string
	for t := range j.sweep.Spec.Tokens {
		names = append(names, j.token(t))
	}
	fmt.Fprintf(w, "%s: %s cells, %s\n\n", strings.Join(names, ", "), thousands(j.sweep.Cells()), captionBut(p, j.sweep.Axes))
	j.printBest(w)
	j.printOptimum(w)
	j.printRobust(w)
	j.printFront(w)
	if len(j.sweep.Axes) == 1 && j.cells != nil {
		j.printCells(w)
	}
	for _, m := range j.metrics {
		if len(j.sweep.Axes) > 1 && m.Sense != analytics.Neither {
			fmt.Fprintf(w, "%s (%s): %s\n", m.Name, m.Unit, m.Doc)
		}
	}
	fmt.Fprintln(w)
	writeSettings(w, p.settings())
	_, err := fmt.Fprintf(w, "\nresults_hash %s\n", j.hash)
	return err
}

// head is the beginning of a row: the token where there are several, and the
// circumstances where there are any, which are not those of the settings.
func (j *judgement) head(token, circumstances string) (row table.Row) {
	if len(j.sweep.Spec.Tokens) > 1 {
		row = append(row, token)
	}
	if j.slices[0].label != "" {
		row = append(row, circumstances)
	}
	return row
}

// heading is the head of a table that begins with the names of those.
func (j *judgement) heading(names ...any) table.Row {
	return append(j.head("token", "circumstances"), names...)
}

func (j *judgement) printBest(w io.Writer) {
	near := j.along() >= 0
	theory := slices.ContainsFunc(j.slices, func(s slice) bool { return s.theory != nil })
	fmt.Fprintf(w, "The best %s for each objective, of the values swept. Those of a set cannot be told from the best at %g %%.", strings.Join(j.how.Choose, " and "), 100*confidence)
	if near {
		fmt.Fprintf(w, "\nVariance reduction is how many times more paths differences between neighbours would take without pairing: the median, and the least.")
	}
	if theory {
		fmt.Fprintf(w, "\nTheory is the half-width of the least tracking cost in the long run: seen at these steps, continuously, and for small costs.")
	}
	fmt.Fprint(w, "\n\n")
	t := newTable(w)
	head := j.heading("objective", "best", "estimate", "interval", "cannot be told from it")
	if near {
		more, _ := j.tenPercent()
		head = append(head, more+" costs", "variance reduction")
	}
	solved := slices.ContainsFunc(j.slices, func(s slice) bool {
		return slices.ContainsFunc(s.best, func(r bestRow) bool { return r.exactBest >= 0 })
	})
	if solved {
		head = append(head, "exact best", "exact, SE off")
	}
	if theory {
		head = append(head, "theory")
	}
	t.AppendHeader(head)
	for _, s := range j.slices {
		for i, m := range j.objectives() {
			r := s.best[i]
			label := s.label
			if i > 0 {
				label = ""
			}
			best, set := "none", "–"
			if !r.none() {
				best, set = j.choice(s.cells[r.Best]), j.set(s.cells, r.Among)
			}
			row := append(j.head(j.token(s.token), label), m.Name, best, short(r.estimate.Value), interval(r.estimate), set)
			if near {
				costs, reduction := "–", "–"
				if r.near != nil && r.near.Pinned {
					costs = fmt.Sprintf("%s (%s)", short3(r.near.Wider.Value), span(r.near.Wider))
				}
				if !math.IsNaN(r.pairing) {
					reduction = short3(r.pairing) + ", " + short3(r.least)
				}
				row = append(row, costs, reduction)
			}
			if solved {
				best, off := "–", "–"
				if r.exactBest >= 0 {
					best, off = j.choice(s.cells[r.exactBest]), short3(r.exactZ)
				}
				row = append(row, best, off)
			}
			if theory {
				text := ""
				if m.Name == "tracking_cost" && s.theory != nil {
					text = fmt.Sprintf("%s, %s, %s", short3(s.theory.grid), short3(s.theory.continuous), short3(s.theory.small))
				}
				row = append(row, text)
			}
			t.AppendRow(row)
		}
	}
	t.Render()
	fmt.Fprintln(w)
}

// tenPercent are words for 10 % more and less of the parameter that is chosen.
func (j *judgement) tenPercent() (more, less string) {
	switch axis := j.sweep.Axes[j.along()]; {
	case axis.Name == study.HalfWidth.Name:
		return "10 % wider", "10 % narrower"
	case axis.Unit == param.Time:
		return "10 % longer", "10 % shorter"
	}
	return "10 % higher", "10 % lower"
}

func span(e analytics.Estimate) string { return short3(e.Lo) + " to " + short3(e.Hi) }

// set writes the choices that are among some cells: a range, where they follow each
// other.
func (j *judgement) set(cells []int, among []bool) string {
	var in []int
	for k, ok := range among {
		if ok {
			in = append(in, k)
		}
	}
	first, last := in[0], in[len(in)-1]
	switch {
	case len(in) == len(cells) && len(in) > 1:
		return fmt.Sprintf("all %d", len(in))
	case len(in) > 2 && last-first == len(in)-1 && j.along() >= 0:
		return fmt.Sprintf("%s to %s (%d)", j.choice(cells[first]), j.choice(cells[last]), len(in))
	case len(in) > 4:
		return fmt.Sprintf("%d of %d", len(in), len(cells))
	}
	return strings.Join(j.choices(cells, among), ", ")
}

// choices are those among some cells in order, each once: a sample may have a cell
// twice.
func (j *judgement) choices(cells []int, among []bool) (names []string) {
	for k, ok := range among {
		if ok {
			names = append(names, j.choice(cells[k]))
		}
	}
	return slices.Compact(names)
}

func (j *judgement) printOptimum(w io.Writer) {
	if j.how.Optimise == "" {
		return
	}
	axis := j.sweep.Axes[j.along()]
	fmt.Fprintf(w, "%s is best at, between the cells too, by a parabola in ln %s:\n\n", j.how.Optimise, axis.Name)
	t := newTable(w)
	more, less := j.tenPercent()
	t.AppendHeader(j.heading(axis.Name, "interval", "value there", "interval", more+" costs", less+" costs", "pinned down", "laid through", "values tried"))
	for _, s := range j.slices {
		r := s.optimum
		if r.fault != "" {
			t.AppendRow(append(j.head(j.token(s.token), s.label), "–", "–", "–", "–", "–", "–", "no: "+r.fault, "–", "–"))
			continue
		}
		pinned := "yes"
		switch {
		case !r.Pinned && r.AtEnd:
			pinned = "no: it is at an end of the range or beyond"
		case !r.Pinned:
			pinned = "no: too flat for these paths"
		case r.At.Value < r.Low || r.At.Value > r.High:
			pinned = "no: it is beyond the range"
		}
		t.AppendRow(append(j.head(j.token(s.token), s.label), short(r.At.Value), interval(r.At), short(r.Value.Value), interval(r.Value),
			short3(r.Wider.Value)+" ("+span(r.Wider)+")", short3(r.Narrower.Value)+" ("+span(r.Narrower)+")", pinned, short3(r.Low)+" to "+short3(r.High), r.Tried))
	}
	t.Render()
	fmt.Fprintln(w)
}

func (j *judgement) printRobust(w io.Writer) {
	if len(j.robust) == 0 {
		return
	}
	fmt.Fprintf(w, "The robust %s: the choice whose greatest regret, against the best choice in each of the %d circumstances, is least;\nand the one whose worst value is best.\n\n",
		strings.Join(j.how.Choose, " and "), len(j.robust[0].in))
	t := newTable(w)
	head := func(token string) (row table.Row) {
		if len(j.sweep.Spec.Tokens) > 1 {
			row = table.Row{token}
		}
		return row
	}
	t.AppendHeader(append(head("token"), "objective", "least regret", "greatest regret", "interval", "in", "cannot be told from it", "best worst value", "value", "in"))
	for _, r := range j.robust {
		least, maximin := r.names()
		g, set := r.Greatest[r.Choice], "–"
		if least != "" {
			set = j.set(r.cells, r.Among)
		}
		t.AppendRow(append(head(j.token(r.token)), r.metric, cmp.Or(least, "none"), short(g.Value), interval(g), r.in[r.Decides], set, cmp.Or(maximin, "none"), short(r.Worst.Value), r.in[r.WorstIn]))
	}
	t.Render()
	fmt.Fprintln(w)
}

// standings are the words for them.
var standings = map[analytics.Standing]string{analytics.OnFront: "front", analytics.Untold: "untold", analytics.Dominated: "dominated"}

func (j *judgement) printFront(w io.Writer) {
	fmt.Fprintf(w, "Traded off: %s against %s. On the front no other is better in both; those untold may be on it too; the others are surely not.\n\n", j.how.Pareto[0], j.how.Pareto[1])
	t := newTable(w)
	t.AppendHeader(j.heading("front", "untold", "dominated"))
	for _, s := range j.slices {
		row := j.head(j.token(s.token), s.label)
		for _, standing := range []analytics.Standing{analytics.OnFront, analytics.Untold, analytics.Dominated} {
			among := make([]bool, len(s.cells))
			for k, f := range s.front {
				among[k] = f == standing
			}
			text := "none"
			if slices.Contains(among, true) {
				text = j.set(s.cells, among)
			}
			row = append(row, text)
		}
		t.AppendRow(row)
	}
	t.Render()
	fmt.Fprintln(w)
}

func (j *judgement) printCells(w io.Writer) {
	axis := j.sweep.Axes[0]
	fmt.Fprintf(w, "Differences are from the token's own setting, on the same paths; variance reduction is how many times more paths they would take without pairing.\n\n")
	for i, m := range j.metrics {
		fmt.Fprintf(w, "%s (%s): %s\n", m.Name, m.Unit, m.Doc)
		t := newTable(w)
		t.AppendHeader(j.heading(axis.Name, "estimate", "interval", "difference", "interval", "variance reduction"))
		for _, r := range j.cells {
			x := r.metrics[i]
			t.AppendRow(append(j.head(j.token(r.token), ""), axis.Format(axis.Values[j.sweep.At(r.cell)[0]]), short(x.estimate.Value), interval(x.estimate), short(x.versus.Value), interval(x.versus), short3(x.reduction)))
		}
		t.Render()
		fmt.Fprintln(w)
	}
}

// circumstances are the columns of files that say in which a row is.
func (j *judgement) circumstances() (names []string) {
	names = []string{"token"}
	for _, a := range j.sweep.Axes {
		if !j.chosen(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

func (j *judgement) in(s *slice) (values []string) {
	values = []string{j.token(s.token)}
	for i, a := range j.sweep.Axes {
		if !j.chosen(a) {
			values = append(values, a.Format(a.Values[s.at[i]]))
		}
	}
	return values
}

func numbers(es ...analytics.Estimate) (texts []string) {
	for _, e := range es {
		texts = append(texts, numberText(e.Value), numberText(e.Lo), numberText(e.Hi))
	}
	return texts
}

func (j *judgement) writeBest(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write(append(j.circumstances(), "objective", "best", "estimate", "lo", "hi", "cannot_be_told", "plus_10_percent", "plus_10_percent_lo", "plus_10_percent_hi", "minus_10_percent", "minus_10_percent_lo", "minus_10_percent_hi",
		"vertex", "vertex_lo", "vertex_hi", "variance_reduction_median", "variance_reduction_least", "exact_best", "exact_se_off", "theory_grid", "theory_continuous", "theory_small_cost", "optimum", "optimum_lo", "optimum_hi", "optimum_pinned"))
	for _, s := range j.slices {
		for i, m := range j.objectives() {
			r := s.best[i]
			best, among := j.chosenBest(&s, &r)
			row := append(append(j.in(&s), m.Name, best), numbers(r.estimate)...)
			row = append(row, strings.Join(among, ";"))
			if r.near != nil {
				row = append(row, numbers(r.near.Wider, r.near.Narrower, r.near.At)...)
			} else {
				row = append(row, make([]string, 9)...)
			}
			row = append(row, numberText(r.pairing), numberText(r.least))
			if r.exactBest >= 0 {
				row = append(row, j.choice(s.cells[r.exactBest]), numberText(r.exactZ))
			} else {
				row = append(row, "", "")
			}
			if m.Name == "tracking_cost" && s.theory != nil {
				row = append(row, numberText(s.theory.grid), numberText(s.theory.continuous), numberText(s.theory.small))
			} else {
				row = append(row, "", "", "")
			}
			if s.optimum != nil && s.optimum.fault == "" && s.optimum.metric.Name == m.Name {
				row = append(append(row, numbers(s.optimum.At)...), strconv.FormatBool(s.optimum.Pinned))
			} else {
				row = append(row, make([]string, 4)...)
			}
			_ = out.Write(row)
		}
	}
	out.Flush()
	return out.Error()
}

// chosenBest is the best choice and those that cannot be told from it, as in files:
// empty where there is none.
func (j *judgement) chosenBest(s *slice, r *bestRow) (best string, among []string) {
	if r.none() {
		return "", nil
	}
	return j.choice(s.cells[r.Best]), j.choices(s.cells, r.Among)
}

func (j *judgement) writeFront(w io.Writer) (err error) {
	defer reading(&err)
	out := csv.NewWriter(w)
	a, b := j.how.Pareto[0], j.how.Pareto[1]
	_ = out.Write(append(j.circumstances(), "choice", a, a+"_lo", a+"_hi", b, b+"_lo", b+"_hi", "standing"))
	for _, s := range j.slices {
		for k, c := range s.cells {
			x, y := j.pair(&s, c)
			_ = out.Write(append(append(append(j.in(&s), j.choice(c)), numbers(x, y)...), standings[s.front[k]]))
		}
	}
	out.Flush()
	return out.Error()
}

// pair is the two metrics of --pareto in a cell.
func (j *judgement) pair(s *slice, cell int) (x, y analytics.Estimate) {
	return j.level(cell, s.token, j.metric(j.how.Pareto[0])), j.level(cell, s.token, j.metric(j.how.Pareto[1]))
}

func (j *judgement) writeRobust(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"token", "objective", "choice", "greatest_regret", "lo", "hi", "cannot_be_told", "least_regret", "maximin"})
	for _, r := range j.robust {
		least, maximin := r.names()
		for k, g := range r.Greatest {
			_ = out.Write(append(append([]string{j.token(r.token), r.metric, r.choices[k]}, numbers(g)...),
				strconv.FormatBool(r.Among[k]), strconv.FormatBool(r.choices[k] == least), strconv.FormatBool(r.choices[k] == maximin)))
		}
	}
	out.Flush()
	return out.Error()
}

func (j *judgement) writeJSON(w io.Writer) error {
	type metric struct {
		jsonEstimate
		Difference jsonEstimate `json:"difference"`
		UnpairedSE *float64     `json:"unpaired_se"`
	}
	type cell struct {
		Cell    int               `json:"cell"`
		Token   string            `json:"token"`
		Values  map[string]string `json:"values"`
		Metrics map[string]metric `json:"metrics"`
	}
	type best struct {
		Token         string            `json:"token"`
		Circumstances map[string]string `json:"circumstances"`
		Objective     string            `json:"objective"`
		Best          string            `json:"best"`
		Estimate      jsonEstimate      `json:"estimate"`
		Among         []string          `json:"cannot_be_told"`
		More          *jsonEstimate     `json:"plus_10_percent_costs,omitempty"`
		Reduction     *float64          `json:"variance_reduction,omitempty"`
		Exact         string            `json:"exact_best,omitempty"`
		Optimum       *jsonEstimate     `json:"optimum,omitempty"`
		Pinned        *bool             `json:"optimum_pinned,omitempty"`
	}
	type robust struct {
		Token     string       `json:"token"`
		Objective string       `json:"objective"`
		Choice    string       `json:"least_regret"`
		Regret    jsonEstimate `json:"greatest_regret"`
		In        string       `json:"in"`
		Maximin   string       `json:"maximin"`
	}
	all := struct {
		ResultsHash string              `json:"results_hash"`
		Over        map[string][]string `json:"over"`
		Choose      []string            `json:"choose"`
		Failed      int                 `json:"failed"`
		Best        []best              `json:"best"`
		Robust      []robust            `json:"robust,omitempty"`
		Cells       []cell              `json:"cells"`
	}{ResultsHash: j.hash, Over: map[string][]string{}, Choose: j.how.Choose, Failed: j.failed, Cells: []cell{}}
	for _, a := range j.sweep.Axes {
		for _, v := range a.Values {
			all.Over[a.Name] = append(all.Over[a.Name], a.Format(v))
		}
	}
	for _, s := range j.slices {
		in := map[string]string{}
		for i, a := range j.sweep.Axes {
			if !j.chosen(a) {
				in[a.Name] = a.Format(a.Values[s.at[i]])
			}
		}
		for i, m := range j.objectives() {
			r := s.best[i]
			b := best{Token: j.token(s.token), Circumstances: in, Objective: m.Name, Estimate: toJSON(r.estimate), Reduction: finite(r.pairing)}
			b.Best, b.Among = j.chosenBest(&s, &r)
			if r.near != nil && r.near.Pinned {
				e := toJSON(r.near.Wider)
				b.More = &e
			}
			if r.exactBest >= 0 {
				b.Exact = j.choice(s.cells[r.exactBest])
			}
			if s.optimum != nil && s.optimum.fault == "" && s.optimum.metric.Name == m.Name {
				e := toJSON(s.optimum.At)
				b.Optimum, b.Pinned = &e, &s.optimum.Pinned
			}
			all.Best = append(all.Best, b)
		}
	}
	for _, r := range j.robust {
		least, maximin := r.names()
		all.Robust = append(all.Robust, robust{j.token(r.token), r.metric, least, toJSON(r.Greatest[r.Choice]), r.in[r.Decides], maximin})
	}
	for _, r := range j.cells {
		c := cell{r.cell, j.token(r.token), map[string]string{}, map[string]metric{}}
		for i, at := range j.sweep.At(r.cell) {
			a := j.sweep.Axes[i]
			c.Values[a.Name] = a.Format(a.Values[at])
		}
		for i, m := range j.metrics {
			x := r.metrics[i]
			c.Metrics[m.Name] = metric{toJSON(x.estimate), toJSON(x.versus), finite(x.unpaired)}
		}
		all.Cells = append(all.Cells, c)
	}
	return encodeJSON(w, all)
}

// ownValue is the value of a parameter that the token itself has.
func ownValue(t study.TokenSpec, s study.Spec, over param.Param) (float64, bool) {
	if over.Name == study.HalfWidth.Name {
		low, high, target := t.Policy.Values["low"], t.Policy.Values["high"], math.Abs(t.Values["target"])
		h := high - target
		return h, t.Policy.Kind == "band" && math.Abs(target-low-h) < 1e-9
	}
	for _, values := range []param.Values{t.Values, t.Policy.Values, t.Mechanism.Values, s.Model.Values} {
		if v, ok := values[over.Name]; ok {
			return v, true
		}
	}
	return 0, false
}
