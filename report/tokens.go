package report

import (
	"fmt"
	"math"
	"strings"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// TokenList is every token of the catalogue, a row for each.
func TokenList(list []assess.Listed) Document {
	t := Table{PeopleOnly: true,
		Columns: columnsOf("token", "target", "policy", "trades outside", "mechanism", "venue", "underlying")}
	data := Table{Name: "tokens", DataOnly: true,
		Columns: columnsOf("token", "target", "policy", "low", "high", "mechanism", "venue", "underlying")}
	for _, l := range list {
		e := l.Entry
		t.Add(e.Name, e.Target(), e.Policy.Kind, edges(l.Trigger), e.Mechanism.Kind, e.Venue.Value, e.Underlying)
		data.Add(e.Name, e.Target(), e.Policy.Kind, edge(l.Trigger.Low), edge(l.Trigger.High),
			e.Mechanism.Kind, e.Venue.Value, e.Underlying)
	}
	return Document{Blocks: []Block{t, data}}
}

// edge is the leverage at one edge as files have it; nothing where there is none.
func edge(leverage float64) any {
	if !(leverage > 0) || math.IsInf(leverage, 1) {
		return nil
	}
	return leverage
}

// edges writes the leverages that a policy waits for.
func edges(t tokens.Trigger) string {
	switch low, high := edge(t.Low) != nil, edge(t.High) != nil; {
	case low && high:
		return Short(t.Low) + " to " + Short(t.High)
	case high:
		return "up to " + Short(t.High)
	}
	return missing
}

// Explanation says in words what a token of the catalogue does, and lists its parameters
// with their sources.
func Explanation(e *assess.Explanation) Document {
	entry, token, u := e.Entry, e.Token, e.Underlying
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	where := entry.Venue.Value
	if !entry.Chain.Unknown {
		where += " (" + entry.Chain.Value + ")"
	}
	option, protected := token.Mechanism.(tokens.Option)
	article := "a"
	if protected {
		article = "an"
	}
	say("%s aims at leverage %s on %s, through %s %s on %s.",
		entry.Name, Short(token.Target), entry.Underlying, article, entry.Mechanism.Kind, where)
	say("Its policy is %s: it %s.", entry.Policy.Kind, e.PolicyDoc)
	lines = append(lines, triggers(e)...)
	if protected {
		lines = append(lines, callRules(token, option)...)
	}
	say("A round trip costs the holder %s %% in entry and exit fees.", Fixed(100*e.RoundTrip, 2))
	say("With trades and flash loans, entering with %s USD costs %s %% and leaving at the target %s %%.",
		amount(assess.ExplainedAmount), Fixed(100*e.EntryCost, 2), Fixed(100*e.ExitCost, 2))
	say("%s", carry(e))
	if r := entry.Rates; r.Kind == "skew" {
		say("Size over collateral of the venue is assumed: simulate draws it, and the funding rate with it.")
	} else if r.Kind != "" {
		say("Mean rates of years differ by a standard deviation of %s %% (%s; %s): simulate draws one for each "+
			"lifetime; --rates constant holds it at its mean.",
			Short(100*r.Values["rate-sd"]), r.Words["rate-sd"].Source, r.Words["rate-sd"].AsOf)
	}
	for _, s := range e.Stress {
		say("  %s", stress(s))
	}
	say("Volatility of %s: %s per √year (%s; standard error for independent returns %s).",
		entry.Underlying, Short(u.Sigma.Value), u.Sigma.Source, Digits(u.SigmaSERobust.Value, 2))
	if r := u.Recommended; r.Model != "" {
		say("Price model where none is named: %s (%s, %s: %s).", r.Model, r.Date, r.Evidence, r.Reason)
	}
	if len(e.Assumptions) > 0 {
		say("Assumed, as it is not published:")
	}
	for _, a := range e.Assumptions {
		say("  %s: %s", strings.Join(a.Names, ", "), a.Text)
	}
	return Document{
		Data:   explanationJSON(e),
		Blocks: []Block{Text(strings.Join(lines, "\n")), settingsOf(e.Settings), settingsData(e)},
	}
}

// settingsData are a token's parameters and where they come from, in full.
func settingsData(e *assess.Explanation) Table {
	t := Table{Name: "settings", DataOnly: true, Columns: columnsOf("setting", "value", "from")}
	for _, s := range e.Settings {
		t.Add(s.Name, s.Value, s.Origin)
	}
	return t
}

// explanationJSON is what a token does, in numbers.
func explanationJSON(e *assess.Explanation) any {
	type edge struct {
		Leverage float64 `json:"leverage"`
		Move     float64 `json:"price_move"`
		To       *Number `json:"trades_to"`
		Wait     float64 `json:"after_seconds"`
	}
	type liquidation struct {
		Leverage *Number `json:"leverage"`
		Move     *Number `json:"price_move"`
		FromEdge *Number `json:"price_move_from_upper_edge"`
	}
	type recommended struct {
		Model    string `json:"model"` // empty: none
		Reason   string `json:"reason"`
		Evidence string `json:"evidence"`
		Date     string `json:"date"`
	}
	all := struct {
		Name        string          `json:"name"`
		Target      float64         `json:"target"`
		Underlying  string          `json:"underlying"`
		Volatility  float64         `json:"volatility"`
		Recommended recommended     `json:"recommended"`
		Policy      string          `json:"policy"`
		Mechanism   string          `json:"mechanism"`
		Venue       string          `json:"venue"`
		Edges       []edge          `json:"edges"`
		Liquidation liquidation     `json:"liquidation"`
		RoundTrip   float64         `json:"round_trip"`
		Entry       float64         `json:"entry_cost"`
		Exit        float64         `json:"exit_cost"`
		Carry       float64         `json:"carry_per_year"`
		Settings    []study.Setting `json:"settings"`
	}{
		e.Entry.Name, e.Token.Target, e.Entry.Underlying, e.Underlying.Sigma.Value,
		recommended(e.Underlying.Recommended),
		e.Entry.Policy.Kind, e.Entry.Mechanism.Kind, e.Entry.Venue.Value, []edge{},
		liquidation{Existing(e.Liquidation), Existing(e.LiquidationMove), Existing(e.LiquidationFromEdge)},
		e.RoundTrip, e.EntryCost, e.ExitCost, e.Carry, e.Settings,
	}
	for _, x := range e.Edges {
		all.Edges = append(all.Edges, edge{x.Leverage, x.Move, Existing(x.To), x.Wait.Seconds()})
	}
	return all
}

// triggers says at which price moves from the target a token trades, and to what
// leverage, and at which it is liquidated.
func triggers(e *assess.Explanation) (lines []string) {
	for _, x := range e.Edges {
		does := "where it does nothing yet"
		switch {
		case !math.IsNaN(x.To):
			does = "where it trades to " + Short(x.To)
		case x.Wait > 0:
			does = "and it trades " + param.FormatSeconds(math.Round(x.Wait.Seconds())) + " later"
		}
		lines = append(lines, fmt.Sprintf("  A price move of %s from the target takes leverage to %s, %s.",
			SignedPercent(x.Move, 3), Short(x.Leverage), does))
	}
	if e.Clock != tokens.Never {
		lines = append(lines, "  It also looks at the clock, first after "+param.FormatSeconds(e.Clock.Seconds())+".")
	}
	if _, ok := e.Token.Mechanism.(tokens.Option); ok {
		return lines
	}
	if math.IsInf(e.Liquidation, 0) {
		return append(lines, "It is not liquidated before it is worth nothing.")
	}
	line := fmt.Sprintf("It is liquidated at leverage %s: %s from the target",
		Short(math.Abs(e.Liquidation)), SignedPercent(e.LiquidationMove, 2))
	if !math.IsNaN(e.LiquidationFromEdge) {
		line += fmt.Sprintf(", %s from the upper edge", SignedPercent(e.LiquidationFromEdge, 2))
	}
	return append(lines, line+".")
}

// callRules say what a call does below and above its strike, and when it and its hedge are liquidated.
func callRules(token tokens.Token, m tokens.Option) []string {
	roll := "It never rolls its strike."
	if m.RollTrigger > 0 {
		roll = fmt.Sprintf("When the price has risen by %s %% since the last roll, %s %% of the size is rolled to the "+
			"price of the moment", Short(100*m.RollTrigger), Short(100*m.RollPart))
		if m.RollDown {
			roll += "; when it has fallen by as much, too"
		}
		roll += "."
	}
	owed := min(m.Margin*token.Target, m.HedgeLTV)
	flat := "Below the strike of its call, which is the price at the start, it is flat but for funding, interest " +
		"and fees"
	if m.Margin*token.Target > m.HedgeLTV {
		flat += ", and for the part of its margin that is not hedged"
	}
	return []string{
		flat + ".",
		roll,
		fmt.Sprintf("Its call is liquidated when funding leaves a margin below %s %% of the size, its hedge by a "+
			"rise of %s %% without a trade.", Short(100*m.Maintenance),
			Short(math.Round(1000*(m.HedgeThreshold/owed-1))/10)),
	}
}

// carry says what the holder pays or earns in a year at the target.
func carry(e *assess.Explanation) string {
	what := "funding"
	if e.Lender {
		what = "interest"
	}
	s := "At the target the holder pays no " + what
	if e.Carry != 0 {
		s = fmt.Sprintf("At the target the holder %s of net asset value a year in %s", paid(e.Carry), what)
	}
	if fee := e.Token.StreamingFee; fee > 0 {
		s += fmt.Sprintf(", and pays the streaming fee of %s %%", Fixed(100*fee, 2))
	}
	return s + "."
}

// paid is carry in words, without a sign: who gains by it is said.
func paid(carry float64) string {
	verb := "earns"
	if carry < 0 {
		verb, carry = "pays", -carry
	}
	return verb + " " + Fixed(100*carry, 2) + " %"
}

// stress says what carry would be in other states of the venue.
func stress(s assess.Stress) string {
	if s.Rule == assess.HyperliquidRule {
		v := s.States[0]
		return fmt.Sprintf("At the venue's baseline of %s %% on notional (%s %% compounded) the holder %s.",
			Fixed(100*v.Rate, 2), Fixed(100*v.Compounded, 2), paid(v.Carry))
	}
	text := map[assess.VenueRule]string{
		assess.AaveRule:       "By Aave's rule for USDC of March 2025, at a utilisation of",
		assess.GMXBorrowRule:  "By GMX's rule, at a utilisation of",
		assess.GMXFundingRule: "By GMX's rule of funding, with longs three fifths of the open interest for",
	}[s.Rule]
	var states []string
	for _, v := range s.States {
		at := Fixed(100*v.At, 0) + " %"
		if s.Rule == assess.GMXFundingRule {
			at = Fixed(v.At, 0) + " hours"
		}
		states = append(states, at+" the holder "+paid(v.Carry))
	}
	return text + " " + strings.Join(states, ", ") + "."
}
