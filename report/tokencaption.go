package report

import (
	"math"
	"path/filepath"
	"slices"
	"strings"

	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// TokenCaption says in a sentence or two what a token of a study is: leverage, policy
// and its band, costs, carry, the vault's size and the keeper's latency. Numbers of
// some names are left out if an axis shows them.
func TokenCaption(s *study.Study, token int, without ...string) string {
	t, spec := s.Token(token), s.Spec().Tokens[token]
	left := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(without, name) })
	}
	var words []string
	add := func(text string, unless ...string) {
		if text != "" && !left(unless...) {
			words = append(words, text)
		}
	}
	held := map[string]string{"loan": "a loan", "perp": "a perpetual", "option": "a call"}[spec.Mechanism.Kind]
	if held == "" {
		held = spec.Mechanism.Kind
	}
	add(Short(t.Target) + "x through " + held)
	add(policyWords(t, spec), study.HalfWidth.Name, "low", "high")
	add(destination(spec, left), "to")
	add("fee "+Short(100*t.Cost.Fee)+" %", "fee")
	add(impactWords(t), "impact", "impact-base", "impact-exponent", "aum")
	if t.Cost.Gas > 0 {
		add("gas "+Short(t.Cost.Gas)+" USD a trade", "gas")
	}
	add(carryWords(spec, left))
	add("AUM "+amount(t.AUM)+" USD"+flowWords(t), "aum")
	add(keeperWords(t), "latency")
	return "Token: " + strings.Join(words, ", ") + "."
}

// policyWords name a band's edges, or another policy.
func policyWords(t tokens.Token, spec study.TokenSpec) string {
	if outside := edges(t.Awaits()); outside != missing {
		return "band " + outside
	}
	if spec.Policy.Kind == "hold" {
		return "held without rebalancing"
	}
	return "policy " + spec.Policy.Kind
}

// destination says where a band token trades to.
func destination(spec study.TokenSpec, left func(...string) bool) string {
	to, ok := spec.Value("to")
	if !ok || left("to") {
		return ""
	}
	return []string{"traded to the edge", "traded to the target", "traded part of the way back"}[int(to)]
}

// impactWords say what impact takes of a trade, or of one as large as a hundredth of the
// vault where that depends on its size.
func impactWords(t tokens.Token) string {
	c := t.Cost
	if c.Impact == 0 {
		if c.ImpactBase == 0 {
			return ""
		}
		return "impact " + Short(100*c.ImpactBase) + " %"
	}
	size := t.AUM / 100
	at := c.ImpactBase + float64(c.Impact*fmath.Pow(size, c.Exponent))
	return "impact " + Short3(100*at) + " % of a trade of " + amount(size) + " USD"
}

// carryWords are the rates of the venue.
func carryWords(spec study.TokenSpec, left func(...string) bool) string {
	var words, dated []string
	for _, name := range []string{"borrow", "supply", "funding"} {
		if v, ok := spec.Value(name); ok && !left(name) {
			if s, ok := spec.Series[name]; ok {
				dated = append(dated, name+" by "+filepath.Base(s.File))
			} else {
				words = append(words, name+" "+Short(100*v)+" %")
			}
		}
	}
	if len(words) > 0 {
		words[len(words)-1] += " a year"
	}
	return strings.Join(append(words, dated...), ", ")
}

func flowWords(t tokens.Token) string {
	switch t.Flows.Kind {
	case tokens.NoFlows:
		return " at the start and no flows"
	case tokens.Chasing:
		return " at the start and flows that follow returns"
	}
	return ""
}

func keeperWords(t tokens.Token) string {
	words := "latency " + param.FormatSeconds(t.Keeper.Latency.Seconds())
	if t.Keeper.Interval > 0 {
		words += ", looks every " + param.FormatSeconds(t.Keeper.Interval.Seconds())
	}
	if t.Stress.Window > 0 {
		words += ", costs and outages that follow the variance"
	}
	return words
}

// amount writes US dollars: whole ones with a comma between thousands, or four digits.
func amount(usd float64) string {
	if usd >= 1000 && usd < 1e15 {
		return Thousands(int(math.Round(usd)))
	}
	return Short(usd)
}
