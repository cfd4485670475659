package catalogue

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"strings"

	"mcrisk/param"
)

// Spot is the name of the underlying itself among holdings.
const Spot = "spot"

// spotFee is what buying or selling spot is assumed to cost.
var spotFee = Text{Value: "0.001", Provenance: Provenance{Source: "fees differ by venue and volume", Unknown: true,
	Assumption: "0.1 %, a round fee of a large exchange for a taker"}}

// perpName is the name of a perpetual position that is opened once, by its leverage.
var perpName = regexp.MustCompile(`^perp-(-?\d{1,2}(?:\.\d{1,3})?)x$`)

// IsHolding reports whether a name is one for [LookupHolding].
func IsHolding(name string) bool { return name == Spot || strings.HasPrefix(name, "perp-") }

// LookupHolding returns what someone may hold of an underlying in place of a leveraged token, as one that never
// trades: spot, which costs a fee to buy and to sell, or perp-3x, perp--1x and so on, a perpetual position that is
// opened at that leverage and left alone, at the venue's funding and fees: Hyperliquid's, or those of another
// perpetual of the catalogue on that underlying.
func LookupHolding(name, underlying string) (Token, error) {
	hold := SourcedPart{Part: param.Part{Kind: "hold"}, Words: map[string]Text{"kind": chosen("hold")}}
	if name == Spot {
		t := Token{Name: Spot, Underlying: underlying, Policy: hold,
			Mechanism: SourcedPart{Part: param.Part{Kind: "loan", Values: param.Values{"borrow": 0, "supply": 0}},
				Words: map[string]Text{"kind": chosen("loan"), "borrow": chosen("0"), "supply": chosen("0")}},
			Numbers: SourcedPart{Part: param.Part{Values: param.Values{"target": 1, "gas": 0, "fee": 0,
				"entry-fee": 0.001, "exit-fee": 0.001}},
				Words: map[string]Text{"target": chosen("1"), "gas": chosen("0"), "fee": chosen("0"),
					"entry-fee": spotFee, "exit-fee": spotFee}}}
		return t, nil
	}
	m := perpName.FindStringSubmatch(name)
	if m == nil {
		return Token{}, fmt.Errorf("catalogue: no holding %.40q; want spot, or perp-3x with a leverage from -99 to 99",
			name)
	}
	leverage, err := param.Number(m[1])
	if err != nil || leverage == 0 {
		return Token{}, fmt.Errorf("catalogue: holding %q; want a leverage other than 0", name)
	}
	venue, ok := perpetualOn(underlying)
	if !ok {
		return Token{}, fmt.Errorf("catalogue: holding %q: no perpetual on %s, whose venue it would have", name,
			underlying)
	}
	t := venue
	t.Name, t.Policy = name, hold
	t.Numbers = SourcedPart{Part: param.Part{Values: maps.Clone(venue.Numbers.Values)},
		Words: maps.Clone(venue.Numbers.Words)}
	for number, v := range map[string]float64{"target": leverage, "entry-fee": 0, "exit-fee": 0, "streaming-fee": 0,
		"after-liquidation": 1} {
		t.Numbers.Values[number], t.Numbers.Words[number] = v, chosen(param.Param{}.Format(v))
	}
	return t, nil
}

// chosen is a value that the name of a holding stands for.
func chosen(value string) Text {
	return Text{Value: value, Provenance: Provenance{Source: "what its name says", AsOf: "holding"}}
}

// perpetualOn is a perpetual on an underlying: Hyperliquid's, or the first by name.
func perpetualOn(underlying string) (venue Token, ok bool) {
	for _, t := range Tokens() {
		if t.Underlying != underlying || t.Mechanism.Kind != "perp" || math.Signbit(t.Target()) {
			continue
		}
		if !ok || t.Venue.Value == "Hyperliquid" {
			venue, ok = t, true
		}
		if t.Venue.Value == "Hyperliquid" {
			break
		}
	}
	return venue, ok
}
