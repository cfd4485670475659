package assess

import (
	"slices"

	"mcrisk/analytics"
)

// A Grouping is a number that paths are grouped by, with its unit.
type Grouping struct{ Column, Name, Unit string }

// The numbers of the underlying that paths are grouped by.
var (
	ByPrice    = Grouping{"underlying", "final price", "start = 1"}
	ByVariance = Grouping{"realised_variance", "realised variance", "log²"}
)

// CausesByGroup are the causes of ln NAV within groups of paths, added up by kind.
type CausesByGroup struct {
	Groups []analytics.Group // those in which a path survived
	Empty  int               // groups without a surviving path
	Causes []GroupedCause    // those that are not zero in all groups
}

// A GroupedCause is a kind of causes: underlying, volatility_decay, band_effect,
// trading, liquidation or carry, which is interest, funding and fees. Values are in
// log units over the horizon, by group; positive is gained.
type GroupedCause struct {
	Kind   string
	Values []float64
}

// causeKinds are the kinds of causes that are not carry.
var causeKinds = map[string]string{
	"underlying": "underlying", "volatility_decay": "volatility_decay", "band_effect": "band_effect",
	"trade_fee": "trading", "impact": "trading", "gas": "trading", "liquidation_penalty": "liquidation",
}

// CauseKind is the kind of a cause, as [GroupedCause] has it.
func CauseKind(cause string) string {
	if kind, ok := causeKinds[cause]; ok {
		return kind
	}
	return "carry"
}

// CausesBy groups the causes by fifths of the paths.
func (v *View) CausesBy(g Grouping) (c CausesByGroup) {
	for _, group := range analytics.AttributeBy(v.Case(), g.Column, min(fifths, v.Ensemble.N)) {
		if group.Total.Over.N == 0 {
			c.Empty++
			continue
		}
		c.Groups = append(c.Groups, group)
	}
	for i, group := range c.Groups {
		for _, cause := range group.Causes {
			c.values(cause.Name)[i] += cause.Over.Value
		}
	}
	c.Causes = slices.DeleteFunc(c.Causes, func(k GroupedCause) bool {
		return !slices.ContainsFunc(k.Values, func(v float64) bool { return v != 0 })
	})
	return c
}

// values are those of the kind that a cause is of.
func (c *CausesByGroup) values(cause string) []float64 {
	kind := CauseKind(cause)
	i := slices.IndexFunc(c.Causes, func(k GroupedCause) bool { return k.Kind == kind })
	if i < 0 {
		i = len(c.Causes)
		c.Causes = append(c.Causes, GroupedCause{kind, make([]float64, len(c.Groups))})
	}
	return c.Causes[i].Values
}
