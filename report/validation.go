package report

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
)

// Validation is simulated laws against what happened, with the figure of how outcomes
// lay in their forecasts.
func Validation(v *assess.Validation, p Provenance) Document {
	d := Document{Data: validationJSON(v),
		Blocks: []Block{Text(validationText(v)), Text(Recommendation(v)), rankingTable(v)}}
	title := fmt.Sprintf("Share of windows outside the central %.0f %%", 100*analytics.Central)
	d.Blocks = append(d.Blocks,
		recordTable(v.Models, title+", of 10 % if the forecasts are right", true,
			func(r assess.StatisticRecord) float64 { return r.Outside }, whole),
		recordTable(v.Models, "Mean probability integral transform; 0.5 if the forecasts are right, more if "+
			"outcomes lie high", false, func(r assess.StatisticRecord) float64 { return r.Mean }, twoDecimals),
		recordTable(v.Models, "p-value of the Kolmogorov–Smirnov distance, by a bootstrap over calendar months", false,
			func(r assess.StatisticRecord) float64 { return r.P }, pValue),
		recordTable(v.Models, "Continuous ranked probability score (CRPS) over that of gbm: less is better", false,
			func(r assess.StatisticRecord) float64 { return r.OverGBM }, twoDecimals),
		lossTable(v), recordTable(v.InSample, title+", in sample: the windows of the fitted years", true,
			func(r assess.StatisticRecord) float64 { return r.Outside }, whole),
		recordData(v), lossData(v), windowData(v),
		Figure{Name: "pits", Draw: func() (*plots.Figure, error) { return plots.PITs(pitsOf(v)) }})
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// How people see the numbers: windows are few, so their digits are too.
func whole(v float64) string       { return fixedOr(v, 0) }
func twoDecimals(v float64) string { return fixedOr(v, 2) }

func pValue(v float64) string {
	switch {
	case math.IsNaN(v):
		return missing
	case v < 0.0015: // of 999 bootstraps none was as far
		return "<0.002"
	case v < 0.1:
		return Fixed(v, 3)
	}
	return Fixed(v, 2)
}

func fixedOr(v float64, decimals int) string {
	if math.IsNaN(v) {
		return missing
	}
	return TrueMinus(Fixed(v, decimals))
}

// validationText says what was held against what.
func validationText(v *assess.Validation) string {
	spec := v.Plan.Study.Spec()
	var files []string
	for _, h := range v.Plan.Histories {
		files = append(files, filepath.Base(h.Name))
	}
	return fmt.Sprintf("%s on %s.\nModels are fitted to the bars before %s (%d windows of %s), and held against "+
		"the %d windows after it, which begin in %d calendar months. Windows do not overlap; prices are closes of %s; "+
		"simulations have %s paths, seed %d, and no expected growth.",
		v.Token, strings.Join(files, ", "), Minute(v.Plan.Until), len(v.Fitted),
		param.FormatSeconds(spec.Horizon.Seconds()), len(v.Windows), v.Months,
		param.FormatSeconds(v.Step.Seconds()), Thousands(spec.Paths), spec.Seed)
}

// Recommendation says in words which model comes first, and how far it may be trusted.
func Recommendation(v *assess.Validation) string {
	best := v.Recommended()
	score := fmt.Sprintf("its CRPS is %s of gbm's", twoDecimals(best.Score))
	if best.Kind == assess.Reference {
		score = "no other model's CRPS is lower"
	}
	few := ""
	if v.Months < analytics.FewestClusters {
		few = " So few windows cannot show that a forecast fails."
	}
	if len(best.Fails) == 0 {
		return fmt.Sprintf("Recommended: %s. None of its forecasts fails, and %s.%s", best.Kind, score, few)
	}
	return fmt.Sprintf("Recommended: %s, with a reservation: no model passes. It has the lowest CRPS (%s), but its "+
		"forecasts fail in %s.%s", best.Kind, score, strings.ReplaceAll(strings.Join(best.Fails, ", "), "_", " "), few)
}

// rankingTable is the ranking with its reasons.
func rankingTable(v *assess.Validation) Table {
	t := Table{PeopleOnly: true, Title: fmt.Sprintf("Ranking, from the filtered start: models without a failure "+
		"first, then by CRPS over that of gbm (geometric mean of %s). A forecast fails if its KS p-value is below %g, "+
		"or if the model makes too few of the liquidations of the fitted years.", strings.Join(ranked(), ", "),
		assess.FailsBelow),
		Columns: []Column{{Name: "model"}, {Name: "CRPS over gbm", Format: twoDecimals},
			{Name: "fails in", Wrap: true}}}
	for _, r := range v.Ranking {
		fails := "nothing"
		if len(r.Fails) > 0 {
			fails = strings.ReplaceAll(strings.Join(r.Fails, ", "), "_", " ")
		}
		t.Add(r.Kind, r.Score, fails)
	}
	return t
}

// ranked are the names of the statistics that count in the ranking.
func ranked() (names []string) {
	for _, s := range assess.ValidatedStatistics {
		if s.Scored {
			names = append(names, inWords(s.Name))
		}
	}
	return names
}

// inWords is the name of a statistic for people.
func inWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

// startOf is where a model starts, for people.
func startOf(m assess.ValidatedModel) string {
	if m.Stateless {
		return "no state"
	}
	return m.Start
}

// shown are the rows that people see: a model without a state once.
func shown(list []assess.ValidatedModel) []assess.ValidatedModel {
	return slices.DeleteFunc(slices.Clone(list), func(m assess.ValidatedModel) bool {
		return m.Stateless && m.Start != assess.Starts[0]
	})
}

// recordTable shows one number of every model and statistic.
func recordTable(list []assess.ValidatedModel, title string, percent bool, of func(assess.StatisticRecord) float64,
	format func(float64) string) Table {
	t := Table{PeopleOnly: true, Title: title, Keys: 2, Columns: []Column{{Name: "model"}, {Name: "start"}}}
	for _, s := range assess.ValidatedStatistics {
		t.Columns = append(t.Columns, Column{Name: inWords(s.Name), Percent: percent, Format: format})
	}
	for _, m := range shown(list) {
		row := []any{m.Kind, startOf(m)}
		for _, r := range m.Statistics {
			row = append(row, of(r))
		}
		t.Add(row...)
	}
	return t
}

// lossTable shows the probabilities of a liquidation and of a loss of half, as
// simulated and as they came out.
func lossTable(v *assess.Validation) Table {
	t := Table{PeopleOnly: true, Keys: 2, Title: "Probability of a liquidation and of a loss of more than half " +
		"within a window; that of what happened with its exact 95 % interval (Clopper and Pearson)",
		Columns: []Column{{Name: "model"}, {Name: "start"}, {Name: "liquidation", Percent: true},
			{Name: "in sample", Percent: true}, {Name: "loss of half", Percent: true},
			{Name: "in sample", Percent: true}}}
	percent := func(p float64) Shown { return Shown{Value: p, Text: Short3(100 * p)} }
	happened := func(l assess.LossRecord) Shown {
		text, interval := PercentProbability(l.Realised)
		return Shown{Value: l.Realised.Value, Text: text + strings.Replace(interval, " to ", "–", 1)}
	}
	after, fitted := v.Models[0], v.InSample[0] // of which all have the same windows
	t.Add("(happened)", "", happened(after.Liquidation), happened(fitted.Liquidation),
		happened(after.LossOfHalf), happened(fitted.LossOfHalf))
	in := shown(v.InSample)
	for i, m := range shown(v.Models) {
		t.Add(m.Kind, startOf(m), percent(m.Liquidation.Simulated), percent(in[i].Liquidation.Simulated),
			percent(m.LossOfHalf.Simulated), percent(in[i].LossOfHalf.Simulated))
	}
	return t
}

// samples calls each with the models against the windows after the fitted years, and
// in them.
func samples(v *assess.Validation, each func(name string, m assess.ValidatedModel)) {
	for _, m := range v.Models {
		each("after", m)
	}
	for _, m := range v.InSample {
		each("fitted", m)
	}
}

// recordData are the records of all statistics in full.
func recordData(v *assess.Validation) Table {
	t := Table{Name: "validation", DataOnly: true, Columns: columnsOf("sample", "model", "start", "statistic", "n",
		"months", "outside_90", "mean_pit", "ks", "ks_p", "crps", "crps_vs_gbm")}
	samples(v, func(name string, m assess.ValidatedModel) {
		for k, r := range m.Statistics {
			t.Add(name, m.Kind, m.Start, assess.ValidatedStatistics[k].Name, r.N, r.Clusters, r.Outside, r.Mean, r.KS,
				r.P, r.CRPS, r.OverGBM)
		}
	})
	return t
}

// lossData are the probabilities of losses in full.
func lossData(v *assess.Validation) Table {
	t := Table{Name: "losses", DataOnly: true, Columns: columnsOf("sample", "model", "start", "metric", "simulated",
		"realised", "windows", "lo", "hi")}
	samples(v, func(name string, m assess.ValidatedModel) {
		add := func(metric string, l assess.LossRecord) {
			e := l.Realised
			t.Add(name, m.Kind, m.Start, metric, l.Simulated, e.Value, e.N, e.Lo, e.Hi)
		}
		add("p_liquidation", m.Liquidation)
		add("p_loss_50", m.LossOfHalf)
	})
	return t
}

// windowData is what happened in each window.
func windowData(v *assess.Validation) Table {
	t := Table{Name: "windows", DataOnly: true, Columns: columnsOf("sample", "file", "start")}
	for _, s := range assess.ValidatedStatistics {
		t.Columns = append(t.Columns, Column{Name: s.Name})
	}
	t.Columns = append(t.Columns, columnsOf("liquidated", "lost_half")...)
	for _, part := range []struct {
		name string
		list []assess.Window
	}{{"after", v.Windows}, {"fitted", v.Fitted}} {
		for _, w := range part.list {
			row := []any{part.name, v.Plan.Histories[w.File].Name, w.Start}
			for _, x := range w.Values {
				row = append(row, x)
			}
			t.Add(append(row, w.Liquidated, w.LostHalf)...)
		}
	}
	return t
}

// pitsOf are the histograms of all models, best first.
func pitsOf(v *assess.Validation) plots.PITData {
	spec := v.Plan.Study.Spec()
	d := plots.PITData{Title: "Where outcomes of " + v.Token + " lay in their forecasts", Bars: "filtered start"}
	d.Caption = fmt.Sprintf("%d windows of %s after %s in %s, pooled; models fitted to the bars before; %s "+
		"paths of each forecast, seed %d. Models from the best to the worst.", len(v.Windows),
		param.FormatSeconds(spec.Horizon.Seconds()), v.Plan.Until.Format(time.DateOnly),
		Count(len(v.Plan.Histories), "file"), Thousands(spec.Paths), spec.Seed)
	for _, s := range assess.ValidatedStatistics {
		d.Columns = append(d.Columns, inWords(s.Name))
	}
	for _, r := range v.Ranking {
		filtered := v.Model(r.Kind, assess.Filtered)
		row := plots.PITRow{Name: r.Kind, Bars: histogramsOf(filtered)}
		if !filtered.Stateless {
			row.Over, d.Over = histogramsOf(v.Model(r.Kind, assess.Stationary)), "stationary start"
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}

func histogramsOf(m *assess.ValidatedModel) (list [][]float64) {
	for i := range m.Statistics {
		shares := m.Statistics[i].Histogram[:]
		for b, v := range shares {
			shares[b] = min(v, 1) // sums of shares may pass it by rounding
		}
		list = append(list, shares)
	}
	return list
}

// fewMonths are so few that a note says it.
const fewMonths = 36

// ValidationNotes say what the numbers rest on, and which models are left out or make
// too few liquidations; asked are the kinds that the user wanted.
func ValidationNotes(v *assess.Validation, asked []string) (notes []string) {
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if !slices.Contains(asked, assess.Reference) {
		note("%s is run too, as scores are divided by its", assess.Reference)
	}
	for _, u := range v.Unfitted {
		note("%s is left out, as it could not be fitted: %v", u.Kind, u.Err)
	}
	for _, f := range v.Few {
		note("%s makes too few liquidations: %s", f.Kind, f)
	}
	if v.Gappy > 0 {
		note("%d windows are left out: bars are missing over more than a tenth of their length", v.Gappy)
	}
	if v.Months < analytics.FewestClusters {
		note("the windows begin in %d calendar months; KS p-values take %d, and are left out", v.Months,
			analytics.FewestClusters)
	}
	if v.Months < fewMonths {
		together := ""
		if len(v.Plan.Histories) > 1 {
			together = "; those of one month move together, so they count as little more than one"
		}
		note("%d windows in %d months decide%s: a year that is wilder or quieter may turn the order", len(v.Windows),
			v.Months, together)
	}
	var stateless []string
	for _, m := range shown(v.Models) {
		if m.Stateless {
			stateless = append(stateless, m.Kind)
		}
	}
	note("without a state, and so the same from both starts: %s", strings.Join(stateless, ", "))
	return notes
}

// validationJSON has the names that scripts rely on.
func validationJSON(v *assess.Validation) any {
	type statistic struct {
		N       int     `json:"n"`
		Outside *Number `json:"outside_90"`
		Mean    *Number `json:"mean_pit"`
		KS      *Number `json:"ks"`
		P       *Number `json:"ks_p"`
		CRPS    *Number `json:"crps"`
		OverGBM *Number `json:"crps_vs_gbm"`
	}
	type loss struct {
		Simulated *Number `json:"simulated"`
		Realised  *Number `json:"realised"`
		Windows   int     `json:"windows"`
		Lo        *Number `json:"lo"`
		Hi        *Number `json:"hi"`
	}
	type model struct {
		Name        string               `json:"name"`
		Start       string               `json:"start"`
		Statistics  map[string]statistic `json:"statistics"`
		Liquidation loss                 `json:"p_liquidation"`
		LossOfHalf  loss                 `json:"p_loss_50"`
	}
	type unfitted struct {
		Name   string `json:"name"`
		Reason string `json:"reason"`
	}
	lossOf := func(l assess.LossRecord) loss {
		return loss{Existing(l.Simulated), Existing(l.Realised.Value), l.Realised.N, Existing(l.Realised.Lo),
			Existing(l.Realised.Hi)}
	}
	modelsOf := func(list []assess.ValidatedModel) (out []model) {
		for _, m := range list {
			o := model{m.Kind, m.Start, map[string]statistic{}, lossOf(m.Liquidation), lossOf(m.LossOfHalf)}
			for k, r := range m.Statistics {
				o.Statistics[assess.ValidatedStatistics[k].Name] = statistic{r.N, Existing(r.Outside), Existing(r.Mean),
					Existing(r.KS), Existing(r.P), Existing(r.CRPS), Existing(r.OverGBM)}
			}
			out = append(out, o)
		}
		return out
	}
	out := struct {
		Token          string     `json:"token"`
		Windows        int        `json:"windows"`
		FittedWindows  int        `json:"fitted_windows"`
		Months         int        `json:"months"`
		Until          time.Time  `json:"until"`
		Horizon        string     `json:"horizon"`
		Models         []model    `json:"models"`
		InSample       []model    `json:"in_sample"`
		Unfitted       []unfitted `json:"unfitted"`
		Few            []string   `json:"too_few_liquidations"`
		Ranking        []string   `json:"ranking"`
		Recommended    string     `json:"recommended"`
		Recommendation string     `json:"recommendation"`
	}{v.Token, len(v.Windows), len(v.Fitted), v.Months, v.Plan.Until,
		param.FormatSeconds(v.Plan.Study.Spec().Horizon.Seconds()), modelsOf(v.Models), modelsOf(v.InSample),
		nil, nil, nil, v.Recommended().Kind, Recommendation(v)}
	for _, u := range v.Unfitted {
		out.Unfitted = append(out.Unfitted, unfitted{u.Kind, u.Err.Error()})
	}
	for _, f := range v.Few {
		out.Few = append(out.Few, f.Kind)
	}
	for _, r := range v.Ranking {
		out.Ranking = append(out.Ranking, r.Kind)
	}
	return out
}
