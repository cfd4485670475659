package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/report"
)

// RequireUsage is what help says of --require.
const RequireUsage = "`bound` that must hold, such as 'p_liquidation<0.01', or exit with status 3; may be repeated"

// A Requirement is a bound on a metric, such as p_liquidation<0.01. The metric
// may name an end of its interval: p_liquidation.hi<0.01 holds only if the whole
// interval lies below.
type Requirement struct {
	text, metric, end, operator string
	bound                       float64
}

// ParseRequirements reads what --require says.
func ParseRequirements(texts []string) ([]Requirement, error) {
	var rs []Requirement
	var faults []error
	for _, text := range texts {
		r, err := parseRequirement(text)
		if err != nil {
			faults = append(faults, Input("--require %q: %w", text, err))
		}
		rs = append(rs, r)
	}
	return rs, errors.Join(faults...)
}

func parseRequirement(text string) (Requirement, error) {
	r := Requirement{text: text}
	i := strings.IndexAny(text, "<>")
	if i < 0 {
		return r, errors.New("want metric<number, with one of < <= > >=")
	}
	r.operator = text[i : i+1]
	rest := text[i+1:]
	if strings.HasPrefix(rest, "=") {
		r.operator, rest = r.operator+"=", rest[1:]
	}
	r.metric = strings.TrimSpace(text[:i])
	for _, end := range []string{".lo", ".hi"} {
		if name, ok := strings.CutSuffix(r.metric, end); ok {
			r.metric, r.end = name, end
		}
	}
	if err := checkRequired(r.metric); err != nil {
		return r, err
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(rest), "%")
	var err error
	if r.bound, err = strconv.ParseFloat(strings.TrimSpace(number), 64); err != nil || r.bound != r.bound {
		return r, fmt.Errorf("%q; want a number such as 0.01 or 1%%", strings.TrimSpace(rest))
	}
	if percent {
		r.bound /= 100
	}
	return r, nil
}

// checkRequired refuses a name that is neither a metric nor a quantile, before anything
// runs.
func checkRequired(name string) error {
	for _, p := range analytics.QuantileLevels {
		if analytics.QuantileName(p) == name {
			return nil
		}
	}
	_, err := analytics.Lookup(name)
	return err
}

// Require checks the requirements for every token's summary. Unmet requirements make
// an [UnmetError]. Notes say which are met, with their numbers, and which are undecided:
// their bound is within the interval of the estimate.
func Require(rs []Requirement, summaries []analytics.Summary) (notes []string, err error) {
	var unmet, unknown []error
	for _, r := range rs {
		for i := range summaries {
			s := &summaries[i]
			e, err := s.Estimate(r.metric)
			if err != nil {
				unknown = append(unknown, fmt.Errorf("--require %q: %w", r.text, err))
				break
			}
			v, text := e.Value, report.Value(e)
			switch r.end {
			case ".lo":
				v, text = e.Lo, report.Short(e.Lo)
			case ".hi":
				v, text = e.Hi, report.Short(e.Hi)
			}
			number := fmt.Sprintf("%s: %s%s = %s (%g %% interval %s)", s.Token, r.metric, r.end, text,
				100*assess.Confidence, report.Range(e))
			if r.end == "" && e.Lo <= r.bound && r.bound <= e.Hi {
				number += "; undecided: the interval contains the bound, and more paths would decide"
			}
			switch {
			case e.Warning == analytics.NotEstimable:
				unmet = append(unmet, fmt.Errorf("%s: %s is %s; want %s", s.Token, r.metric, e.Warning, r.text))
				continue
			case !r.holds(v): // so that NaN fails too
				unmet = append(unmet, fmt.Errorf("does not hold: %s: %s", r.text, number))
			default:
				notes = append(notes, fmt.Sprintf("holds: %s: %s", r.text, number))
			}
			if e.Warning != "" {
				notes = append(notes, fmt.Sprintf("%s: the interval of %s may be too short (%s)",
					s.Token, r.metric, e.Warning))
			}
		}
	}
	if len(unknown) > 0 {
		return notes, AsInput(errors.Join(unknown...))
	}
	if len(unmet) > 0 {
		return notes, NotMet(errors.Join(unmet...))
	}
	return notes, nil
}

func (r Requirement) holds(v float64) bool {
	switch r.operator {
	case "<":
		return v < r.bound
	case "<=":
		return v <= r.bound
	case ">":
		return v > r.bound
	}
	return v >= r.bound
}
