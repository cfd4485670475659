package assess

import (
	"errors"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// Headline are the names of the metrics that a simulation begins with, all of which have exact answers under
// geometric Brownian motion.
var Headline = []string{"median_nav", "p_loss_50", "log_growth", "decay_vs_power", "trade_drag",
	"rebalances_per_year", "p_liquidation"}

// A Textbook is the headline of a token with another, simple price model, without sampling.
type Textbook struct {
	Token   string
	Model   string             // its kind
	Metrics map[string]float64 // of Headline, by name; those without an exact answer are absent
	Missing string             // why some are absent; empty: none is
}

// textbooks are the headlines of a study's tokens with another model, whose parameters are as fitted, and at
// constant rates.
func textbooks(s *study.Study, model param.Part) (list []Textbook, err error) {
	spec := s.Spec()
	spec.Model, spec.Errors, spec.Uncertain, spec.History, spec.Last = model, nil, false, nil, nil
	other, err := study.New(spec)
	if err != nil {
		return nil, err
	}
	other = other.ConstantRates()
	for i := range other.Tokens() {
		list = append(list, textbookOf(other, i))
	}
	return list, nil
}

// rarely is a probability of liquidation up to which the law of the final value takes a second at most.
const rarely = 1e-12

func textbookOf(s *study.Study, token int) Textbook {
	t := Textbook{Token: s.Spec().Tokens[token].Name, Model: s.Spec().Model.Kind, Metrics: map[string]float64{}}
	a, err := Answers(s, token, Solving{})
	switch {
	case err != nil:
		t.Missing = reason(err)
		return t
	case a.Liquidated > analytics.Certain && !stops(s.Token(token)):
		t.Missing = "it may be liquidated and then goes on, where exact answers end"
		return t
	case !lawWorthIt(s) || a.Liquidated > rarely: // that of tokens which are liquidated takes minutes
		t.Missing = "the law of the final value takes longer than these paths; mcrisk exact has it"
	default:
		if with, err := Answers(s, token, Solving{Law: true, Quick: true}); err == nil {
			a = with
		} else {
			t.Missing = reason(err)
		}
	}
	known := exactByName(a, analytics.All())
	for _, name := range Headline {
		if v, ok := known[name]; ok {
			t.Metrics[name] = v
		}
	}
	return t
}

// lawWorthIt says whether the law of the final value takes no more than a few times as long as the study's
// lifetimes. They are counted in steps of paths, so that the answer is the same on every machine.
func lawWorthIt(s *study.Study) bool {
	const leastSteps = 5e6
	spec := s.Spec()
	return float64(spec.Paths)*float64(spec.Horizon/spec.Step) >= leastSteps
}

// reason is an error in one line, without the package that found it.
func reason(err error) string {
	for e := errors.Unwrap(err); e != nil; e = errors.Unwrap(e) {
		err = e
	}
	lines := strings.Split(err.Error(), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimSpace(line), "exact: ")
	}
	return strings.Join(lines, "; ")
}
