package report

import (
	"mcrisk/assess"
)

// The names of a sweep in JSON.
type (
	sweepMetric struct {
		JSONEstimate
		Difference JSONEstimate `json:"difference"`
		UnpairedSE *Number      `json:"unpaired_se"`
	}
	sweepCell struct {
		Cell    int                    `json:"cell"`
		Token   string                 `json:"token"`
		Values  map[string]string      `json:"values"`
		Metrics map[string]sweepMetric `json:"metrics"`
	}
	sweepBest struct {
		Token     string            `json:"token"`
		Scenario  map[string]string `json:"scenario"`
		Objective string            `json:"objective"`
		Best      string            `json:"best"`
		Estimate  JSONEstimate      `json:"estimate"`
		Set       []string          `json:"indistinguishable"`
		More      *JSONEstimate     `json:"loss_at_plus_10_percent,omitempty"`
		Reduction *Number           `json:"variance_reduction,omitempty"`
		Exact     string            `json:"exact_best,omitempty"`
		Optimum   *JSONEstimate     `json:"optimum,omitempty"`
		Pinned    *bool             `json:"optimum_pinned,omitempty"`
	}
	sweepRobust struct {
		Token     string       `json:"token"`
		Objective string       `json:"objective"`
		Setting   string       `json:"least_regret"`
		Regret    JSONEstimate `json:"greatest_regret"`
		In        string       `json:"in"`
		BestWorst string       `json:"maximin"`
	}
	sweepDocument struct {
		ResultsHash string              `json:"results_hash"`
		Over        map[string][]string `json:"over"`
		Select      []string            `json:"select"`
		Failed      int                 `json:"failed"`
		Best        []sweepBest         `json:"best"`
		Robust      []sweepRobust       `json:"robust,omitempty"`
		Cells       []sweepCell         `json:"cells"`
	}
)

// sweepJSON has the names that scripts rely on.
func sweepJSON(r *assess.SweepAnalysis) any {
	v := viewOf(r.Layout)
	all := sweepDocument{ResultsHash: r.Hash, Over: map[string][]string{}, Select: v.Settings.Select, Failed: r.Failed,
		Cells: []sweepCell{}}
	for _, a := range v.Sweep.Axes {
		for _, x := range a.Values {
			all.Over[a.Name] = append(all.Over[a.Name], a.Format(x))
		}
	}
	for i := range r.Slices {
		s := &r.Slices[i]
		for k := range s.Best {
			all.Best = append(all.Best, v.bestJSON(s, &s.Best[k]))
		}
	}
	for i := range r.Robust {
		x := &r.Robust[i]
		all.Robust = append(all.Robust, sweepRobust{v.tokens[x.Token], x.Objective, x.LeastRegret(),
			ToJSON(x.Greatest[x.Minimax]),
			x.Scenarios[x.Decides], x.BestWorst()})
	}
	for _, c := range r.Cells {
		x := sweepCell{c.Cell, v.tokens[c.Token], v.values(c.Cell), map[string]sweepMetric{}}
		for i, m := range r.Metrics {
			e := c.Metrics[i]
			x.Metrics[m.Name] = sweepMetric{ToJSON(e.Estimate), ToJSON(e.Versus), Existing(e.Unpaired)}
		}
		all.Cells = append(all.Cells, x)
	}
	return all
}

func (v view) bestJSON(s *assess.Slice, b *assess.Best) sweepBest {
	x := sweepBest{Token: v.tokens[s.Token], Scenario: map[string]string{}, Objective: b.Objective,
		Estimate: ToJSON(b.Estimate), Reduction: Existing(b.Pairing)}
	for i, a := range v.Sweep.Axes {
		if !v.Selects(i) {
			x.Scenario[a.Name] = a.Format(a.Values[s.At[i]])
		}
	}
	x.Best, x.Set = v.bestNames(s, b)
	if b.Local != nil && b.Local.Pinned {
		e := ToJSON(b.Local.LossAtPlus10)
		x.More = &e
	}
	if b.ExactIndex >= 0 {
		x.Exact = v.Setting(s.Cells[b.ExactIndex])
	}
	if o := optimumOf(s, b); o != nil {
		e := ToJSON(o.At)
		x.Optimum, x.Pinned = &e, &o.Pinned
	}
	return x
}

// values are the values of a cell by axis.
func (v view) values(cell int) map[string]string {
	all := map[string]string{}
	for i, text := range v.Texts(cell) {
		all[v.Sweep.Axes[i].Name] = text
	}
	return all
}
