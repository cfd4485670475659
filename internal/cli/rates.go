package cli

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

// knownRates gives tokens of the catalogue the law of rates, or of their market, that it has for them, where it is of
// the kind that was named; that of rates where none was.
func (p *resolving) knownRates() {
	constant := p.Rates == "" && (p.demand.OneRate || p.demand.AnyTime || p.dates())
	if p.Spec != "" || constant {
		return
	}
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		entry := p.entries[t.Name]
		law := entry.Rates
		if p.Rates != "" && p.Rates == entry.Market.Kind {
			law = entry.Market
		}
		if law.Kind == "" || entry.Mechanism.Kind != t.Mechanism.Kind {
			continue
		}
		if p.Rates == "" && p.fixes(entry) || p.Rates != "" && p.Rates != law.Kind {
			continue
		}
		prefix := ""
		if len(p.spec.Tokens) > 1 {
			prefix = t.Name + ": "
		}
		t.Rates = param.Part{Kind: law.Kind, Values: maps.Clone(law.Values)}
		for name, from := range law.Origins() {
			p.Origins[prefix+name] = from
		}
		if p.Rates == "" {
			p.Origins[prefix+"rates"], p.ratesDrawn = "catalogue", append(p.ratesDrawn, t.Rates.Kind)
		}
	}
}

// dates reports whether some number is a dated series, beside which rates are not drawn.
func (p *resolving) dates() bool {
	for _, text := range p.Numbers {
		if strings.HasPrefix(text, "@") {
			return true
		}
	}
	return false
}

// fixes reports whether options give the rate that a token's law drives, or run the study over it, and no number of
// the law.
func (p *resolving) fixes(entry catalogue.Token) bool {
	named := func(name string) bool { return p.given(name) || slices.Contains(p.axes(), name) }
	for name := range entry.Rates.Values {
		if named(name) {
			return false
		}
	}
	return named(entry.Spec().MainRate())
}

// noteRates says that rates are drawn where no law was named.
func (r *Resolved) noteRates() {
	notes := []string{}
	if slices.ContainsFunc(r.ratesDrawn, func(kind string) bool { return kind != "skew" }) {
		notes = append(notes, "rates: one for each lifetime, drawn from the law of years' means; "+
			"--rates constant holds them at their mean")
	}
	if slices.Contains(r.ratesDrawn, "skew") {
		notes = append(notes, "rates: skew of the venue of a call, and the funding rate that follows it, drawn; "+
			"--rates constant holds the skew at its mean")
	}
	r.Notes = slices.Concat(notes, r.Notes)
}

// mostRate is the rate a year above which it is asked whether percents were meant.
const mostRate = 2

// tooHigh asks of a rate above 200 % a year whether percents were meant.
func tooHigh(q param.Param, text string, v float64) error {
	if q.Unit != param.Rate || math.Abs(v) <= mostRate {
		return nil
	}
	if strings.HasSuffix(text, "%") {
		return fmt.Errorf("%s = %s a year; want at most 200 %% either way, or --force if that is meant", q.Name, text)
	}
	return fmt.Errorf("%s = %s is %s %% a year; want %s%%, if that is meant, or --force",
		q.Name, text, report.Short(100*v), text)
}

// tooHighOf is tooHigh of the values of parameters, but for some names.
func tooHighOf(params []param.Param, values param.Values, but func(name string) bool) error {
	var faults []error
	for _, q := range params {
		if v, ok := values[q.Name]; ok && !but(q.Name) {
			faults = append(faults, tooHigh(q, q.Format(v), v))
		}
	}
	return errors.Join(faults...)
}

// ofKind is tooHighOf a part; a kind that is unknown has another error.
func ofKind[T any](part param.Part, registry *param.Registry[T], but func(name string) bool) error {
	kind, err := registry.Kind(part.Kind)
	if err != nil {
		return nil
	}
	return tooHighOf(kind.Params, part.Values, but)
}

// specRates asks of the rates of --spec, but for those that options replace and those
// that were fitted, as nobody typed them.
func (p *resolving) specRates() error {
	if p.StudyOptions.Force {
		return nil
	}
	given := p.given
	fitted := func(name string) bool {
		return given(name) || p.spec.Errors != nil && slices.Contains(p.spec.Errors.Names, name)
	}
	faults := []error{ofKind(p.spec.Model, &models.Registry, fitted)}
	for _, u := range p.spec.Others {
		faults = append(faults, ofKind(u.Model, &models.Registry, given))
	}
	for _, t := range p.spec.Tokens {
		faults = append(faults, ofKind(t.Policy, &tokens.Policies, given),
			ofKind(t.Mechanism, &tokens.Mechanisms, given), ofKind(t.Rates, &rates.Registry, given),
			tooHighOf(tokens.Params, t.Values, given))
	}
	return errors.Join(faults...)
}

// axisRates asks of the rates along axes.
func (r *Resolved) axisRates(axes []study.Axis) error {
	if r.Force {
		return nil
	}
	for _, a := range axes {
		if err := ratesOf(a.Param, a.Values); err != nil {
			return err
		}
	}
	return nil
}

// ratesOf asks of values of a parameter, of the first that is too high.
func ratesOf(q param.Param, values []float64) error {
	for _, v := range values {
		if err := tooHigh(q, q.Format(v), v); err != nil {
			return err
		}
	}
	return nil
}
