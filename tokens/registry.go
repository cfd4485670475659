package tokens

import (
	"math"
	"slices"
	"time"

	"mcrisk/param"
)

// Policies and Mechanisms hold the kinds of policies and venues by the names
// that specs and flags use. Each registers itself in its own file; a program
// that uses this package registers one of its own the same way.
var (
	Policies   param.Registry[Policy]
	Mechanisms param.Registry[Venue]
)

var fraction = param.Param{Unit: param.Fraction, Min: 0, Max: math.Nextafter(1, 0)}

// Numbers that several venues have.
var (
	spread        = param.Param{Unit: param.Rate, Min: -10, Max: 100}
	underlyingFee = param.Param{Name: "underlying-fee", Unit: param.Rate, Min: -1, Max: 1,
		Doc: "fee inside the underlying's price, which the position's own reference does not pay, per year"}
)

// Numbers that several policies have.
var (
	lowEdge = param.Param{Name: "low", Unit: param.Leverage, Min: 0, Max: 1000, Default: 2.7,
		Doc: "lower edge of the band, absolute leverage"}
	highEdge = param.Param{Name: "high", Unit: param.Leverage, Min: 0, Max: 1000, Default: 3.3,
		Doc: "upper edge of the band, absolute leverage"}
	destination = param.Param{Name: "to", Unit: param.Choice, Max: 2, Choices: []string{"edge", "target", "partial"},
		Doc: "destination of a trade: the edge that was crossed, the target, or part of the way to it"}
	speed = param.Param{Name: "speed", Unit: param.Plain, Min: 0, Max: 1, Default: 0.05,
		Doc: "fraction of the distance to the target that one trade covers; in a band, only with partial"}
	interval = param.Param{Name: "reset-interval", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 86400,
		Doc: "time between resets"}
	offset = param.Param{Name: "reset-offset", Unit: param.Time, Min: 0, Max: 1.5e9,
		Doc: "time of the first reset after the start; 0: one reset-interval"}
)

func named(p param.Param, name string, def float64, doc string) param.Param {
	p.Name, p.Default, p.Doc = name, def, doc
	return p
}

// Params are the parameters of a token besides those of its policy and mechanism.
var Params = slices.Concat([]param.Param{
	{Name: "target", Unit: param.Leverage, Min: -100, Max: 100, Default: 3,
		Doc: "target leverage; negative for a short token"},
	named(fraction, "fee", 0, "trading fee, fraction of the traded notional"),
	named(fraction, "impact-base", 0, "price impact at any trade size, fraction of the traded notional"),
	named(fraction, "impact", 0, "price impact of a trade of 1 USD, fraction of it; grows as notional^impact-exponent"),
	{Name: "impact-exponent", Unit: param.Plain, Min: 0, Max: 2, Default: 1,
		Doc: "exponent of the price impact: 1 is linear, 0.5 the square-root law"},
	{Name: "impact-increase", Unit: param.Fraction, Min: -1, Max: 1,
		Doc: "additional price impact of trades that increase the position, fraction of the traded notional; " +
			"negative: the venue pays"},
	{Name: "impact-decrease", Unit: param.Fraction, Min: -1, Max: 1,
		Doc: "additional price impact of trades that decrease the position, fraction of the traded notional; " +
			"negative: the venue pays"},
	{Name: "gas", Unit: param.USD, Min: 0, Max: 1e9, Doc: "fixed cost per trade, US dollars"},
	{Name: "aum", Unit: param.USD, Min: 1e-6, Max: 1e15, Default: 1e6,
		Doc: "assets in the vault at the start, US dollars"},
	{Name: "flows", Unit: param.Choice, Max: 2, Choices: []string{"steady", "none", "chase"},
		Doc: "deposits and withdrawals: steady keeps the vault at aum, none has none, chase follows past returns"},
	{Name: "close-below", Unit: param.USD, Min: 0, Max: 1e15, Default: 100,
		Doc: "with flows none: assets below which the vault is closed, US dollars; 0: never"},
	{Name: "flow-response", Unit: param.Plain, Min: -100, Max: 100, Default: 0.01,
		Doc: "with flows chase: net deposits of a day, fraction of the vault, per unit of past return"},
	{Name: "flow-look-back", Unit: param.Time, Min: 86400, Max: 365 * 86400, Default: 30 * 86400,
		Doc: "with flows chase: period of the past return, whole days"},
	named(fraction, "flow-cap", 0.05,
		"with flows chase: largest net deposit or withdrawal of a day, fraction of the vault"),
	{Name: "keeper-interval", Unit: param.Time, Min: 0, Max: 1.5e9,
		Doc: "time between checks by the keeper; 0: whenever the price is known"},
	{Name: "latency", Unit: param.Time, Min: 0, Max: 1.5e9, Doc: "delay from the trigger to the trade"},
	{Name: "outage-rate", Unit: param.PerYear, Min: 0, Max: 1e5,
		Doc: "keeper outages per year; during an outage it neither checks nor trades"},
	{Name: "outage-length", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 3600, Doc: "length of each outage"},
	{Name: "streaming-fee", Unit: param.Rate, Min: 0, Max: 10, Doc: "management fee on net asset value, per year"},
	named(fraction, "performance-fee", 0, "fee on gains above the highest value at which it was taken before"),
	{Name: "mint-interval", Unit: param.Time, Min: 0, Max: 1.5e9,
		Doc: "time between mintings of shares for the streaming and performance fee; " +
			"0: continuously, and at every step"},
	named(fraction, "entry-fee", 0, "fee the holder pays on entry, fraction of the amount"),
	named(fraction, "exit-fee", 0, "fee the holder pays on exit, fraction of the amount"),
	{Name: "fee-to-vault", Unit: param.Fraction, Min: 0, Max: 1,
		Doc: "part of entry and exit fees that stays in the vault, for all who hold it"},
	{Name: "invest", Unit: param.USD, Min: 0, Max: mostAUM,
		Doc: "what the holder invests, US dollars, which sets the cost of its trades on entry and exit; " +
			"0: entry and exit fees alone are counted"},
	{Name: "parts", Unit: param.Plain, Min: 1, Max: maxParts, Default: 1,
		Doc: "with invest: equal parts in which the holder's entry, and its exit, is traded; a whole number"},
	{Name: "paid-in", Unit: param.Choice, Max: 1, Choices: []string{"dollars", "underlying"},
		Doc: "with invest, of a long token on a loan: what it is bought with"},
	named(fraction, "entry-flash-fee", 0,
		"with invest, on a loan: fee of the flash loan on entry, fraction of the debt"),
	named(fraction, "exit-flash-fee", 0,
		"with invest, on a loan: fee of the flash loan on exit, fraction of the debt"),
	{Name: "after-liquidation", Unit: param.Choice, Max: 1, Choices: []string{"continue", "stop"},
		Doc: "what follows a liquidation: continue restores the leverage, stop keeps what is left in cash"},
	with("fee-increase", param.Param{Name: "fee-increase", Unit: param.Fraction, Min: -1, Max: 1,
		Doc: "added to the fee of trades that increase the position, fraction of the traded notional"}),
	with("fee-decrease", param.Param{Name: "fee-decrease", Unit: param.Fraction, Min: -1, Max: 1,
		Doc: "added to the fee of trades that decrease the position, fraction of the traded notional"}),
	with("impact-cap", named(fraction, "impact-cap", 0,
		"largest price impact of a trade, fraction of the traded notional; 0: it is not bounded")),
	with("impact-cap", param.Param{Name: "impact-claim", Unit: param.Fraction, Min: 0, Max: 1, Default: 1,
		Doc: "with impact-cap: part of the price impact above it that the venue pays back"}),
	with("rebate-cap", named(fraction, "rebate-cap", 0,
		"most that the venue pays for a trade, fraction of the traded notional; 0: it is not bounded")),
}, stressParams)

// Make makes a token of its parts and of the numbers of Params, all of which
// must be there but those of stress.
func Make(name string, policy Policy, mechanism Venue, v param.Values) Token {
	return Token{
		Name: name, Target: v["target"], Policy: policy, Mechanism: mechanism,
		Cost: Cost{Fee: v["fee"], ImpactBase: v["impact-base"], Impact: v["impact"], Exponent: v["impact-exponent"],
			Gas: v["gas"], Increase: v["impact-increase"], Decrease: v["impact-decrease"],
			FeeIncrease: v["fee-increase"], FeeDecrease: v["fee-decrease"],
			Cap: v["impact-cap"], Claim: claimed(v), RebateCap: v["rebate-cap"]},
		Keeper: Keeper{Interval: Duration(v["keeper-interval"]), Latency: Duration(v["latency"]),
			Outage: Outage{Rate: v["outage-rate"], Length: Duration(v["outage-length"])}},
		Stress:       makeStress(v),
		AUM:          v["aum"],
		Flows:        makeFlows(v),
		StreamingFee: v["streaming-fee"], EntryFee: v["entry-fee"], ExitFee: v["exit-fee"],
		Minting:    Minting{PerformanceFee: v["performance-fee"], Interval: Duration(v["mint-interval"])},
		FeeToVault: v["fee-to-vault"],
		Holder: Holder{Invest: v["invest"], Parts: v["parts"], PaidIn: Payment(v["paid-in"]),
			EntryFlashFee: v["entry-flash-fee"], ExitFlashFee: v["exit-flash-fee"]},
		AfterLiquidation: AfterLiquidation(v["after-liquidation"]),
	}
}

// claimed is the part of the impact above its cap that is paid back, if it has one.
func claimed(v param.Values) float64 {
	if v["impact-cap"] == 0 {
		return 0
	}
	return v["impact-claim"]
}

// makeFlows takes the numbers that a kind of flows has.
func makeFlows(v param.Values) Flows {
	switch kind := FlowKind(v["flows"]); kind {
	case NoFlows:
		return Flows{Kind: kind, CloseBelow: v["close-below"]}
	case Chasing:
		return Flows{Kind: kind, Response: v["flow-response"],
			LookBack: Duration(v["flow-look-back"]), Cap: v["flow-cap"]}
	default:
		return Flows{Kind: kind}
	}
}

// Duration turns seconds into a time.Duration, to the nearest nanosecond.
func Duration(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }
