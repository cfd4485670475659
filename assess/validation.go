package assess

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// A ValidationPlan says what [Validate] does.
type ValidationPlan struct {
	// Study has the token, the only one, and the horizon, number of paths and seed. Its model
	// and step are not used.
	Study     *study.Study
	Histories []*paths.History // of one step that divides the horizon
	Until     time.Time        // models are fitted to the bars before it
	Kinds     []string         // of models, some of [Validatable]
}

// Validatable are the kinds of price model that [Validate] takes: those that can be
// fitted, and those that draw from a history.
func Validatable() []string {
	kinds := Fittable()
	for _, k := range models.Registry.Kinds() {
		if models.Resamples(k.Name) && !slices.Contains(kinds, k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	return kinds
}

// Where a simulation starts.
const (
	// Stationary is a state drawn from the model's long-run law.
	Stationary = "stationary"
	// Filtered is the state that the model infers from all bars before the window. The
	// model is not fitted again.
	Filtered = "filtered"
)

// Starts are where each model starts, in order. A model without a state is the same from both.
var Starts = []string{Stationary, Filtered}

// Reference is the kind of model that scores are divided by. It is always run.
const Reference = "gbm"

// A Validation holds simulated laws against what happened.
type Validation struct {
	Plan     ValidationPlan
	Token    string
	Step     time.Duration
	Windows  []Window         // after Plan.Until, by history, then time
	Fitted   []Window         // before it
	Gappy    int              // windows left out because bars are missing
	Months   int              // calendar months in which Windows begin
	Models   []ValidatedModel // against Windows, by model, then start
	InSample []ValidatedModel // against Fitted
	Unfitted []Unfitted       // models left out
	Few      []FewLiquidations
	Ranking  []RankedModel // best first
}

// A ValidatedModel is one model from one start against windows.
type ValidatedModel struct {
	Kind, Start string
	Stateless   bool              // it has no state, so it is the same from both starts
	Statistics  []StatisticRecord // by ValidatedStatistics
	Liquidation LossRecord        // at least one liquidation in a window
	LossOfHalf  LossRecord        // a window that ended with a loss of more than half
}

// A StatisticRecord says how well a model forecast one statistic.
type StatisticRecord struct {
	analytics.Calibration
	CRPS    float64 // mean over windows, in the unit of the statistic
	OverGBM float64 // divided by that of fitted geometric Brownian motion; NaN if that is zero
}

// A LossRecord is a probability as simulated and as it came out.
type LossRecord struct {
	Simulated float64            // mean over windows
	Realised  analytics.Estimate // share of windows, with the interval of Clopper and Pearson
	Count     int                // of windows
}

// Validate fits kinds of model to the bars of each history before a date, simulates the
// study's token with them and holds the windows of the horizon after it, to the end
// of the histories, against the simulated laws; and the windows before it too. Prices are
// seen at closes. The expected price does not grow (mu is 0).
//
// Windows of a history follow one another and do not overlap; those that lack bars over
// more than a tenth of their length are left out. Windows of all histories are pooled, and
// those that begin in one calendar month count as one cluster. Every model is simulated
// from each of [Starts]. [Reference] is always run. A model that cannot be fitted to all
// histories is left out, with the reason.
//
// The same plan has the same bits for any number of workers. Progress is in fits and
// simulations.
func Validate(ctx context.Context, plan ValidationPlan, opt Options) (*Validation, error) {
	if !slices.Contains(plan.Kinds, Reference) {
		plan.Kinds = append([]string{Reference}, plan.Kinds...)
	}
	if err := plan.check(); err != nil {
		return nil, err
	}
	r := &validating{Validation: &Validation{Plan: plan, Step: plan.Histories[0].Step}, options: opt,
		studies: map[string][]*study.Study{}, scores: map[string][2][]windowScore{}}
	if err := r.realise(); err != nil {
		return nil, err
	}
	if err := r.fit(ctx); err != nil {
		return nil, err
	}
	if err := r.simulate(ctx); err != nil {
		return nil, err
	}
	r.Models = r.pool(r.Windows, false)
	r.InSample = r.pool(r.Fitted, true)
	r.warn()
	r.rank()
	return r.Validation, nil
}

// check says what is wrong with a plan.
func (p ValidationPlan) check() error {
	if len(p.Histories) == 0 {
		return errors.New("assess: no history; want at least one")
	}
	if n := p.Study.Tokens(); n != 1 {
		return fmt.Errorf("%d tokens; want one", n)
	}
	step, horizon := p.Histories[0].Step, p.Study.Spec().Horizon
	if horizon%step != 0 {
		return fmt.Errorf("horizon %s is not a whole number of the file's steps of %s; want a multiple",
			param.FormatSeconds(horizon.Seconds()), param.FormatSeconds(step.Seconds()))
	}
	for _, h := range p.Histories {
		from, to := h.Bars[0].Start, h.Bars[0].Start.Add(h.Span())
		span := fmt.Sprintf("%s goes from %s to %s", h.Name, from.Format(time.RFC3339), to.Format(time.RFC3339))
		switch {
		case h.Step != step:
			return fmt.Errorf("%s has bars of %s, %s of %s; want files of one step", p.Histories[0].Name,
				param.FormatSeconds(step.Seconds()), h.Name, param.FormatSeconds(h.Step.Seconds()))
		case !p.Until.After(from) || !p.Until.Before(to):
			return fmt.Errorf("until %s: %s; want a time between, with bars to fit to before it",
				p.Until.Format(time.RFC3339), span)
		case p.Until.Add(-horizon).Before(from):
			return fmt.Errorf("until %s: %s, which leaves no window of %s before it; want at least one",
				p.Until.Format(time.RFC3339), span, param.FormatSeconds(horizon.Seconds()))
		case p.Until.Add(horizon).After(to):
			return fmt.Errorf("until %s: %s, which leaves no window of %s after it; want at least one",
				p.Until.Format(time.RFC3339), span, param.FormatSeconds(horizon.Seconds()))
		}
	}
	for _, kind := range p.Kinds {
		if !slices.Contains(Validatable(), kind) {
			return fmt.Errorf("assess: kind %q; want some of %s", kind, strings.Join(Validatable(), ", "))
		}
	}
	return nil
}

// A validating is a validation on its way.
type validating struct {
	*Validation
	options Options
	studies map[string][]*study.Study // of the fitted models, by kind, then history
	// by kind, then start: of each of Windows, then of each of Fitted
	scores map[string][2][]windowScore
}

// realise runs the token through the windows of all histories.
func (r *validating) realise() error {
	token, horizon := r.Plan.Study.Token(0), r.Plan.Study.Spec().Horizon
	r.Token = token.Name
	months := map[int]bool{}
	for i, h := range r.Plan.Histories {
		end := h.Bars[0].Start.Add(h.Span())
		for _, part := range []struct {
			stretch
			to *[]Window
		}{{stretch{h, r.Plan.Until, end}, &r.Windows}, {stretch{h, h.Bars[0].Start, r.Plan.Until}, &r.Fitted}} {
			list, gappy, err := part.live(token, i, horizon)
			if err != nil {
				return fmt.Errorf("%s: %w", h.Name, err)
			}
			*part.to, r.Gappy = append(*part.to, list...), r.Gappy+gappy
		}
	}
	if len(r.Windows) == 0 || len(r.Fitted) == 0 {
		return fmt.Errorf("windows of %s lack bars over more than a tenth of their length: "+
			"%d of all are left out, %d remain before %s and %d after it; want some of both",
			param.FormatSeconds(horizon.Seconds()), r.Gappy, len(r.Fitted), r.Plan.Until.Format(time.RFC3339),
			len(r.Windows))
	}
	for _, w := range r.Windows {
		months[w.month()] = true
	}
	r.Months = len(months)
	return nil
}

// pool makes the records of all models against some windows.
func (r *validating) pool(windows []Window, fitted bool) (list []ValidatedModel) {
	part := func(kind string, start int) []windowScore {
		all := r.scores[kind][start]
		if fitted {
			return all[len(r.Windows):]
		}
		return all[:len(r.Windows)]
	}
	months := make([]int, len(windows))
	for i, w := range windows {
		months[i] = w.month()
	}
	for _, kind := range r.Plan.Kinds {
		if _, ok := r.scores[kind]; !ok {
			continue
		}
		for s, start := range Starts {
			m := ValidatedModel{Kind: kind, Start: start, Stateless: !models.HasStart(kind),
				Statistics: make([]StatisticRecord, len(ValidatedStatistics))}
			scores, reference := part(kind, s), part(Reference, s)
			for k := range ValidatedStatistics {
				m.Statistics[k] = recordOf(k, scores, reference, months)
			}
			m.Liquidation = lossOf(windows, scores, func(w Window) bool { return w.Liquidated },
				func(s windowScore) float64 { return s.liquidated })
			m.LossOfHalf = lossOf(windows, scores, func(w Window) bool { return w.LostHalf },
				func(s windowScore) float64 { return s.lostHalf })
			list = append(list, m)
		}
	}
	return list
}

// recordOf pools the scores of one statistic.
func recordOf(statistic int, scores, reference []windowScore, months []int) StatisticRecord {
	ranks := make([]analytics.Rank, len(scores))
	sum, against := 0.0, 0.0
	for i := range scores {
		ranks[i] = scores[i].ranks[statistic]
		sum += scores[i].crps[statistic]
		against += reference[i].crps[statistic]
	}
	record := StatisticRecord{Calibration: analytics.Calibrate(ranks, months),
		CRPS: sum / float64(len(scores)), OverGBM: math.NaN()}
	if against > 0 {
		record.OverGBM = sum / against
	}
	return record
}

// lossOf is how often something happened to windows, and how often it does in simulation.
func lossOf(windows []Window, scores []windowScore, happened func(Window) bool,
	simulated func(windowScore) float64) (l LossRecord) {
	for i, w := range windows {
		if happened(w) {
			l.Count++
		}
		l.Simulated += simulated(scores[i])
	}
	l.Simulated /= float64(len(windows))
	l.Realised = analytics.Proportion(l.Count, len(windows), Confidence)
	return l
}

// Model is the record of a model from a start against the windows after Plan.Until, nil
// if there is none.
func (v *Validation) Model(kind, start string) *ValidatedModel {
	for i := range v.Models {
		if m := &v.Models[i]; m.Kind == kind && m.Start == start {
			return m
		}
	}
	return nil
}

// A RankedModel is a model with what decides its rank.
type RankedModel struct {
	Kind string
	// Score is the geometric mean of its CRPS over that of GBM, over the statistics that
	// are scored.
	Score float64
	// Fails are the scored statistics whose KS p-value is below [FailsBelow], and
	// p_liquidation if it makes too few of the liquidations of the years it was fitted to.
	Fails []string
}

// FailsBelow is the p-value below which a model's forecasts of a statistic fail.
const FailsBelow = 0.01

// rank orders the models by what they forecast from the filtered start after Plan.Until:
// those without a failure before those with one, and each of both by score.
func (r *validating) rank() {
	for _, m := range r.Models {
		if m.Start != Filtered {
			continue
		}
		ranked := RankedModel{Kind: m.Kind}
		logs, n := 0.0, 0.0
		for k, s := range m.Statistics {
			if !ValidatedStatistics[k].Scored || math.IsNaN(s.OverGBM) { // as the trades of one that never trades
				continue
			}
			if s.P < FailsBelow {
				ranked.Fails = append(ranked.Fails, ValidatedStatistics[k].Name)
			}
			logs, n = logs+fmath.Log(s.OverGBM), n+1
		}
		ranked.Score = fmath.Exp(logs / n)
		if slices.ContainsFunc(r.Few, func(f FewLiquidations) bool { return f.Kind == m.Kind }) {
			ranked.Fails = append(ranked.Fails, "p_liquidation")
		}
		r.Ranking = append(r.Ranking, ranked)
	}
	slices.SortStableFunc(r.Ranking, func(a, b RankedModel) int {
		return cmp.Or(cmp.Compare(min(1, len(a.Fails)), min(1, len(b.Fails))), cmp.Compare(a.Score, b.Score))
	})
}

// Recommended is the first of the ranking.
func (v *Validation) Recommended() RankedModel { return v.Ranking[0] }
