package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mcrisk/analytics"
)

// An unmetError is a requirement that results do not meet.
type unmetError struct{ error }

func (e unmetError) Unwrap() error { return e.error }

// A requirement is a bound on a metric, such as p_liquidation<0.01. The metric
// may name an end of its interval: p_liquidation.hi<0.01 holds only if the whole
// interval lies below.
type requirement struct {
	text, metric, end, operator string
	bound                       float64
}

func parseRequirements(texts []string) ([]requirement, error) {
	var rs []requirement
	var faults []error
	for _, text := range texts {
		r, err := parseRequirement(text)
		if err != nil {
			faults = append(faults, badInput("--require %q: %w", text, err))
		}
		rs = append(rs, r)
	}
	return rs, errors.Join(faults...)
}

func parseRequirement(text string) (requirement, error) {
	r := requirement{text: text}
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

// metricNames are the names that requirements know.
func metricNames(s *analytics.Summary) (names []string) {
	for _, m := range s.Metrics {
		names = append(names, m.Name)
	}
	for _, q := range s.Quantiles {
		names = append(names, quantileName(q.P))
	}
	return names
}

func quantileName(p float64) string { return "nav_quantile_" + strconv.FormatFloat(p, 'g', -1, 64) }

func estimateOf(s *analytics.Summary, name string) (analytics.Estimate, bool) {
	if m, ok := s.Metric(name); ok {
		return m.Estimate, true
	}
	for _, q := range s.Quantiles {
		if quantileName(q.P) == name {
			return q.Estimate, true
		}
	}
	return analytics.Estimate{}, false
}

// require holds every token's summary to the requirements. Those that are not
// met make an unmetError. Notes name the metrics whose interval holds the bound,
// so that the answer may be chance.
func require(rs []requirement, summaries []analytics.Summary) (notes []string, err error) {
	var unmet, unknown []error
	for _, r := range rs {
		for i := range summaries {
			s := &summaries[i]
			e, ok := estimateOf(s, r.metric)
			if !ok {
				unknown = append(unknown, fmt.Errorf("--require %q: no metric %q%s", r.text, r.metric, didYouMean(r.metric, metricNames(s))))
				break
			}
			v := e.Value
			switch r.end {
			case ".lo":
				v = e.Lo
			case ".hi":
				v = e.Hi
			}
			if !r.holds(v) { // so that NaN fails too
				unmet = append(unmet, fmt.Errorf("%s: %s%s = %s (%s); want %s", s.Token, r.metric, r.end, short(v), interval(e), r.text))
			}
			if r.end == "" && e.Lo <= r.bound && r.bound <= e.Hi {
				notes = append(notes, fmt.Sprintf("%s: the interval of %s, %s, holds the bound of %q; more paths would decide it", s.Token, r.metric, interval(e), r.text))
			}
			if e.Warning != "" {
				notes = append(notes, fmt.Sprintf("%s: the interval of %s may be too short (%s)", s.Token, r.metric, e.Warning))
			}
		}
	}
	if len(unknown) > 0 {
		return notes, inputError{errors.Join(unknown...)}
	}
	if len(unmet) > 0 {
		return notes, unmetError{errors.Join(unmet...)}
	}
	return notes, nil
}

func (r requirement) holds(v float64) bool {
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
