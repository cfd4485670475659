package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

// SourceOf is what the catalogue and the options know of a token of the study.
func (r *Resolved) SourceOf(token int) report.TokenSource {
	spec := r.Study.Spec().Tokens[token]
	s := report.TokenSource{Underlying: r.Underlying}
	s.SigmaFrom, _, _ = strings.Cut(r.Origins.Of("sigma"), ":")
	entry, err := catalogue.LookupToken(spec.Name)
	if err != nil {
		return s // it was made of parts
	}
	s.Underlying = entry.Underlying
	s.BandAssumed = r.Origins["low"] != "given" && entry.Policy.Words["low"].Unknown
	if spec.Mechanism.Kind == entry.Mechanism.Kind {
		if s.Venue = entry.Venue.Value; !entry.Chain.Unknown {
			s.Venue += " (" + entry.Chain.Value + ")"
		}
	}
	return s
}

// ByUnderlying are tokens of the catalogue by the names that it has for them, and
// groups of them by their underlyings, in order.
func ByUnderlying(tokens []string) (names []string, groups [][]string, err error) {
	var underlyings []string
	for _, name := range tokens {
		entry, err := catalogue.LookupToken(name)
		if err != nil {
			return nil, nil, AsInput(err)
		}
		names = append(names, entry.Name)
		i := slices.Index(underlyings, entry.Underlying)
		if i < 0 {
			i = len(underlyings)
			underlyings, groups = append(underlyings, entry.Underlying), append(groups, nil)
		}
		groups[i] = append(groups[i], entry.Name)
	}
	return names, groups, nil
}

// ParseLatencies reads delays of a keeper, in seconds, none of them twice.
func ParseLatencies(flag, text string) ([]float64, error) {
	p, err := study.Spec{}.Param("latency")
	if err != nil {
		return nil, err
	}
	return parseValues(flag, p, text)
}

// ParseWaits reads delays of a keeper, as ParseLatencies does, as lengths of time.
func ParseWaits(flag, text string) ([]time.Duration, error) {
	seconds, err := ParseLatencies(flag, text)
	waits := make([]time.Duration, len(seconds))
	for i, s := range seconds {
		waits[i] = tokens.Duration(s)
	}
	return waits, err
}

// ParseHoldings reads the time between starts and the holding periods of cohorts, from short
// to long; what is empty was not given.
func ParseHoldings(every, periods string) (time.Duration, []time.Duration, error) {
	p := param.Param{Name: "period", Unit: param.Time, Min: 1, Max: 100 * 365 * 86400}
	lengths := func(flag, text string) (list []time.Duration, err error) {
		if text == "" {
			return nil, nil
		}
		seconds, err := parseValues(flag, p, text)
		for _, s := range slices.Sorted(slices.Values(seconds)) {
			list = append(list, tokens.Duration(s))
		}
		return list, err
	}
	starts, err := lengths("--every", every)
	if err == nil && len(starts) > 1 {
		err = Input("--every = %q; want one duration", every)
	}
	if err != nil {
		return 0, nil, err
	}
	list, err := lengths("--periods", periods)
	if len(starts) == 0 {
		starts = []time.Duration{0}
	}
	return starts[0], list, err
}

// ParseJumps reads falls of a price, fractions below 1, none of them twice.
func ParseJumps(flag, text string) ([]float64, error) {
	return parseValues(flag, param.Param{Name: "jump", Unit: param.Fraction, Min: 0, Max: 0.99}, text)
}

// ParseRates reads rates of a venue, 1/year, two of them at least and none twice. It asks
// about those above 200 % a year unless they are meant.
func ParseRates(flag, venue, rate, text string, force bool) ([]float64, error) {
	p, err := study.Spec{Tokens: []study.TokenSpec{{Mechanism: param.Part{Kind: venue}}}}.Param(rate)
	if err != nil {
		return nil, err
	}
	vs, err := parseValues(flag, p, text)
	if err == nil && len(vs) < 2 {
		err = Input("%s: %s = %s; want two values at least", flag, rate, text)
	}
	if err == nil && !force {
		if err = ratesOf(p, vs); err != nil {
			err = Input("%s: %w", flag, err)
		}
	}
	return vs, err
}

// ParseAmounts reads amounts that a holder invests, US dollars, none twice.
func ParseAmounts(flag, text string) ([]float64, error) {
	p, err := study.Spec{}.Param("invest")
	if err != nil {
		return nil, err
	}
	return parseValues(flag, p, text)
}

// parseValues reads values as axes do, none of them twice.
func parseValues(flag string, p param.Param, text string) ([]float64, error) {
	vs, err := study.ParseValues(p, text)
	if err == nil && len(slices.Compact(slices.Clone(vs))) != len(vs) {
		err = fmt.Errorf("%q names a value twice", text)
	}
	if err != nil {
		return nil, Input("%s: %w", flag, err)
	}
	return vs, nil
}
