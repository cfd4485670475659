package assess

import (
	"math"
	"slices"
	"strings"
	"time"

	"mcrisk/catalogue"
	"mcrisk/fmath"
	"mcrisk/models/rates"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A Listed is a token of the catalogue with its triggers at the start.
type Listed struct {
	Entry   catalogue.Token
	Trigger tokens.Trigger
}

// List is every token of the catalogue, in its order.
func List() ([]Listed, error) {
	var all []Listed
	for _, e := range catalogue.Tokens() {
		token, err := e.Spec().Build()
		if err != nil {
			return nil, err
		}
		all = append(all, Listed{e, token.Awaits()})
	}
	return all, nil
}

// An Explanation describes a token of the catalogue in numbers. Moves are relative moves
// of the price while the token does not trade.
type Explanation struct {
	Entry      catalogue.Token
	Underlying catalogue.Underlying
	Token      tokens.Token
	PolicyDoc  string // what the policy does, after "it"

	Edges []Edge
	Clock time.Duration // from the start, at which the policy looks first; [tokens.Never] if it has none

	Liquidation         float64 // leverage at which the venue liquidates, signed; infinite: never
	LiquidationMove     float64 // from the target to that
	LiquidationFromEdge float64 // from the policy's upper edge to that; NaN where it has none

	RoundTrip float64 // entry and exit fee together, a fraction
	// EntryCost and ExitCost are what it costs to enter and, at the target, to leave with
	// [ExplainedAmount], fees, trades and flash loans together, fractions.
	EntryCost, ExitCost float64
	Lender              bool    // carry is a lender's interest, else funding
	Carry               float64 // at the target, a fraction of net asset value a year; negative: the holder pays
	Stress              []Stress

	Assumptions []Assumption    // of unpublished values
	Settings    []study.Setting // the token's parameters and where they come from
}

// ExplainedAmount is what the holder invests whose entry and exit an [Explanation] has, US
// dollars.
const ExplainedAmount = 10_000

// An Edge is a leverage at which a policy trades at the start.
type Edge struct {
	Leverage float64       // magnitude
	Move     float64       // from the target to it
	To       float64       // leverage that is traded to there, at once; NaN: none
	Wait     time.Duration // after which it is traded if not at once; 0: nothing is done yet
}

// An Assumption replaces numbers and names that are not published.
type Assumption struct {
	Text  string
	Names []string // sorted
}

// A Stress is the carry of a token in other states of its venue, by the venue's rule.
type Stress struct {
	Rule   VenueRule
	States []VenueState
}

// A VenueRule is how a venue sets its rates.
type VenueRule int

const (
	AaveRule        VenueRule = iota // interest on USDC by utilisation
	GMXBorrowRule                    // the borrow fee by utilisation
	GMXFundingRule                   // funding by how long longs were three fifths of the open interest
	HyperliquidRule                  // funding where the perpetual trades at its oracle's price
)

// A VenueState is a state of a venue and the carry of a token in it.
type VenueState struct {
	At         float64 // utilisation, a fraction; or hours
	Rate       float64 // that the rule sets, 1/year
	Compounded float64 // that rate over a year, compounded hourly; of HyperliquidRule only
	Carry      float64 // at the target, a fraction of net asset value a year
}

// Explain describes a token of the catalogue. The error for an unknown name suggests
// similar ones.
func Explain(name string) (*Explanation, error) {
	entry, err := catalogue.LookupToken(name)
	if err != nil {
		return nil, err
	}
	underlying, err := catalogue.LookupUnderlying(entry.Underlying)
	if err != nil {
		return nil, err
	}
	gbm := underlying.Model("gbm")
	s, err := study.New(study.Spec{
		Model: gbm, Horizon: time.Hour, Step: time.Hour, Paths: 1,
		Tokens: []study.TokenSpec{entry.Spec()},
	})
	if err != nil {
		return nil, err
	}
	policy, err := tokens.Policies.Kind(entry.Policy.Kind)
	if err != nil {
		return nil, err
	}
	token := s.Token(0)
	e := &Explanation{
		Entry: entry, Underlying: underlying, Token: token, PolicyDoc: policy.Doc,
		RoundTrip: 1 - float64((1-token.EntryFee)*(1-token.ExitFee)),
		Lender:    token.Mechanism.Terms(token).Lender, Carry: token.CarryAtTarget(),
		Stress: stress(entry, token), Assumptions: assumptions(entry),
	}
	token.Holder.Invest = ExplainedAmount
	e.EntryCost, e.ExitCost = token.Enter().Total(), token.Leave(1, math.Abs(token.Target)).Total()
	e.triggers()
	origins := study.Origins(entry.Origins())
	for _, setting := range s.Settings(origins) {
		if origins[setting.Name] != "" {
			e.Settings = append(e.Settings, setting)
		}
	}
	return e, nil
}

// triggers finds the triggers of the policy and the liquidation.
func (e *Explanation) triggers() {
	token := e.Token
	start, state := token.Start(), new(tokens.State)
	trigger := token.Policy.Trigger(start, state)
	side := math.Copysign(1, token.Target)
	for _, leverage := range []float64{trigger.Low, trigger.High} {
		if !(leverage > 0) || math.IsInf(leverage, 1) {
			continue
		}
		move := tokens.PriceMove(token.Target, side*leverage)
		if _, ok := token.Mechanism.(tokens.Option); ok && move < 0 {
			continue // below the strike the policy is not asked
		}
		view := start
		view.Exposure = token.Target * (1 + move)
		view.Equity = 1 + float64(token.Target*move)
		view.Leverage = leverage
		edge, then := Edge{Leverage: leverage, Move: move, To: math.NaN()}, *state
		if to, ok := token.Policy.Trade(view, &then); ok {
			edge.To = to
		} else if next := token.Policy.Trigger(view, &then); next.At != tokens.Never && next.At > 0 {
			edge.Wait = next.At
		}
		e.Edges = append(e.Edges, edge)
	}
	e.Clock = trigger.At
	e.Liquidation = token.LiquidationLeverage()
	e.LiquidationMove = tokens.PriceMove(token.Target, e.Liquidation)
	e.LiquidationFromEdge = math.NaN()
	if !math.IsInf(trigger.High, 1) {
		e.LiquidationFromEdge = tokens.PriceMove(side*trigger.High, e.Liquidation)
	}
}

// assumptions are the assumptions of an entry, grouped by their texts.
func assumptions(e catalogue.Token) (list []Assumption) {
	names := map[string][]string{}
	for _, part := range []catalogue.SourcedPart{
		{Words: map[string]catalogue.Text{"chain": e.Chain, "venue": e.Venue,
			"collateral": e.Collateral, "debt": e.Debt}},
		e.Policy, e.Mechanism, e.Numbers,
	} {
		for name, word := range part.Words {
			if word.Unknown {
				names[word.Assumption] = append(names[word.Assumption], name)
			}
		}
	}
	for text, of := range names {
		slices.Sort(of)
		list = append(list, Assumption{text, of})
	}
	key := func(a Assumption) string { return strings.Join(a.Names, ", ") + ": " + a.Text }
	slices.SortFunc(list, func(a, b Assumption) int { return strings.Compare(key(a), key(b)) })
	return list
}

// stress is the carry in other states of the token's venue; empty if the venue's rule is
// unknown.
func stress(e catalogue.Token, token tokens.Token) []Stress {
	switch m := token.Mechanism.(type) {
	case tokens.Loan:
		return loanStress(e, token, m)
	case tokens.Perp:
		return perpStress(e, token, m)
	}
	return nil
}

// hoursAYear is in years of 365 days.
const hoursAYear = 8760

// statesOf are states of a token's venue; set returns the mechanism in a state and its
// rate.
func statesOf(token tokens.Token, at []float64, set func(at float64) (tokens.Venue, float64)) (states []VenueState) {
	for _, x := range at {
		v := VenueState{At: x}
		token.Mechanism, v.Rate = set(x)
		v.Carry = token.CarryAtTarget()
		states = append(states, v)
	}
	return states
}

// aaveReserve is the part of interest on USDC that Aave keeps.
const aaveReserve = 0.1

func loanStress(e catalogue.Token, token tokens.Token, m tokens.Loan) []Stress {
	owes, lends := e.Debt.Value == "USDC", e.Collateral.Value == "USDC"
	if e.Venue.Value != "Aave v3" || !owes && !lends {
		return nil
	}
	return []Stress{{AaveRule, statesOf(token, []float64{0.9, 0.95}, func(u float64) (tokens.Venue, float64) {
		m := m
		if owes {
			m.Borrow = tokens.AaveUSDC.At(u)
			return m, m.Borrow
		}
		m.Supply = tokens.AaveUSDC.Supply(u, aaveReserve)
		return m, m.Supply
	})}}
}

func perpStress(e catalogue.Token, token tokens.Token, m tokens.Perp) (all []Stress) {
	switch e.Venue.Value {
	case "GMX v2":
		if token.Target > 0 {
			borrow := func(u float64) (tokens.Venue, float64) {
				m := m
				m.BorrowFee = tokens.GMXMajor.At(u)
				return m, m.BorrowFee
			}
			all = append(all, Stress{GMXBorrowRule, statesOf(token, []float64{0.5, 0.85, 0.95}, borrow)})
		}
		if e.Underlying == "BTC" || e.Underlying == "ETH" { // others have another bound
			const imbalance = 0.2 // of longs that are three fifths
			funding := func(hours float64) (tokens.Venue, float64) {
				rate := rates.GMXFunding.After(0, imbalance, hours/hoursAYear)
				longs, shorts := rates.GMXFunding.Paid(rate, imbalance)
				m := m
				if m.Funding = longs; token.Target < 0 {
					m.Funding = -shorts
				}
				return m, m.Funding
			}
			all = append(all, Stress{GMXFundingRule, statesOf(token, []float64{3, 15}, funding)})
		}
	case "Hyperliquid":
		hourly := tokens.HyperliquidFunding(0)
		states := statesOf(token, []float64{0}, func(float64) (tokens.Venue, float64) {
			m := m
			m.Funding = hoursAYear * hourly
			return m, m.Funding
		})
		states[0].Compounded = fmath.Expm1(hoursAYear * fmath.Log1p(hourly))
		all = append(all, Stress{HyperliquidRule, states})
	}
	return all
}
