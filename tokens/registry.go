package tokens

import (
	"math"
	"time"

	"mcrisk/param"
)

// Policies and Mechanisms hold the kinds of each by the names that specs and
// flags use. Each policy registers itself in its own file; a program that uses
// this package registers one of its own the same way.
var (
	Policies   param.Registry[Policy]
	Mechanisms param.Registry[Mechanism]
)

var fraction = param.Param{Unit: param.Fraction, Min: 0, Max: math.Nextafter(1, 0)}

// Numbers that several policies have.
var (
	lowEdge     = param.Param{Name: "low", Unit: param.Leverage, Min: 0, Max: 1000, Default: 2.7, Doc: "lower edge, a magnitude"}
	highEdge    = param.Param{Name: "high", Unit: param.Leverage, Min: 0, Max: 1000, Default: 3.3, Doc: "upper edge, a magnitude"}
	destination = param.Param{Name: "to", Unit: param.Choice, Max: 2, Choices: []string{"edge", "target", "partial"}, Doc: "where it trades to"}
	speed       = param.Param{Name: "speed", Unit: param.Plain, Min: 0, Max: 1, Default: 0.05, Doc: "part of the way to the target, where it trades so"}
	interval    = param.Param{Name: "reset-interval", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 86400, Doc: "from one reset to the next"}
	offset      = param.Param{Name: "reset-offset", Unit: param.Time, Min: 0, Max: 1.5e9, Doc: "of the first reset, from the start; 0: one interval"}
)

func named(p param.Param, name string, def float64, doc string) param.Param {
	p.Name, p.Default, p.Doc = name, def, doc
	return p
}

// Params are the numbers of a token besides those of its policy and mechanism.
var Params = []param.Param{
	{Name: "target", Unit: param.Leverage, Min: -100, Max: 100, Default: 3, Doc: "target leverage, signed"},
	named(fraction, "fee", 0, "cost of a trade, fraction of its notional"),
	named(fraction, "impact-base", 0, "price impact of a trade of any size, fraction of its notional"),
	named(fraction, "impact", 0, "price impact at 1 USD of notional, fraction; grows as notional^impact-exponent"),
	{Name: "impact-exponent", Unit: param.Plain, Min: 0, Max: 2, Default: 1, Doc: "1 linear, 0.5 square-root law"},
	{Name: "impact-increase", Unit: param.Fraction, Min: -1, Max: 1, Doc: "price impact of a trade of any size that increases the position, on top of impact-base; negative: paid by the venue"},
	{Name: "impact-decrease", Unit: param.Fraction, Min: -1, Max: 1, Doc: "the same of a trade that decreases it"},
	{Name: "gas", Unit: param.USD, Min: 0, Max: 1e9, Doc: "fixed cost of a trade"},
	{Name: "aum", Unit: param.USD, Min: 1e-6, Max: 1e15, Default: 1e6, Doc: "US dollars that the initial equity stands for"},
	{Name: "keeper-interval", Unit: param.Time, Min: 0, Max: 1.5e9, Doc: "the keeper looks this often; 0: whenever the price is known"},
	{Name: "latency", Unit: param.Time, Min: 0, Max: 1.5e9, Doc: "time from the trigger to the trade"},
	{Name: "outage-rate", Unit: param.PerYear, Min: 0, Max: 1e5, Doc: "outages of the keeper a year, in which it neither looks nor trades"},
	{Name: "outage-length", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 3600, Doc: "of each outage"},
	{Name: "streaming-fee", Unit: param.Rate, Min: 0, Max: 10, Doc: "fee on net asset value"},
	named(fraction, "entry-fee", 0, "paid by the holder on entering"),
	named(fraction, "exit-fee", 0, "paid by the holder on leaving"),
	{Name: "after-liquidation", Unit: param.Choice, Max: 1, Choices: []string{"continue", "stop"}, Doc: "lever again, or end holding what is left"},
}

var _ = Mechanisms.Register(param.Kind[Mechanism]{
	Name: "loan", Doc: "money market such as Aave",
	Params: []param.Param{
		{Name: "borrow", Unit: param.Rate, Min: -10, Max: 100, Default: 0.05, Doc: "rate of the asset owed, continuously compounded"},
		{Name: "supply", Unit: param.Rate, Min: -10, Max: 100, Doc: "rate of the asset deposited, continuously compounded"},
		named(fraction, "liquidation-threshold", 0.85, "part of the collateral that counts against the debt"),
		named(fraction, "liquidation-bonus", 0.05, "the liquidator's, fraction of the debt repaid"),
	},
	New: func(v param.Values) Mechanism {
		return Loan{Borrow: v["borrow"], Supply: v["supply"], Threshold: v["liquidation-threshold"], Bonus: v["liquidation-bonus"]}
	},
})

var _ = Mechanisms.Register(param.Kind[Mechanism]{
	Name: "perp", Doc: "perpetual future such as those of GMX and Hyperliquid",
	Params: []param.Param{
		{Name: "funding", Unit: param.Rate, Min: -100, Max: 100, Default: 0.1095, Doc: "paid by longs on notional; negative: received"},
		{Name: "borrow-fee", Unit: param.Rate, Min: -100, Max: 100, Doc: "paid on absolute notional"},
		named(fraction, "maintenance", 0.005, "margin below this fraction of the base is liquidated"),
		{Name: "maintenance-base", Unit: param.Choice, Max: 1, Choices: []string{"current", "entry"}, Doc: "position's value now (Hyperliquid) or when opened (GMX)"},
		named(fraction, "close-fee", 0, "counted against the margin in the liquidation test, fraction of the base"),
		named(fraction, "liquidation-fee", 0, "taken when a position is liquidated, fraction of the base"),
		{Name: "tier", Unit: param.USD, Min: 0, Max: 1e15, Doc: "base above which the part above it needs tier-maintenance; 0: none"},
		named(fraction, "tier-maintenance", 0, "as maintenance, of the part of the base above the tier"),
	},
	New: func(v param.Values) Mechanism {
		return Perp{Funding: v["funding"], BorrowFee: v["borrow-fee"], Maintenance: v["maintenance"],
			Base: Base(v["maintenance-base"]), CloseFee: v["close-fee"], LiquidationFee: v["liquidation-fee"],
			Tier: v["tier"], TierMaintenance: v["tier-maintenance"]}
	},
})

// Make makes a token of its parts and of the numbers of Params, all of which
// must be there.
func Make(name string, policy Policy, mechanism Mechanism, v param.Values) Token {
	return Token{
		Name: name, Target: v["target"], Policy: policy, Mechanism: mechanism,
		Cost: Cost{Fee: v["fee"], ImpactBase: v["impact-base"], Impact: v["impact"], Exponent: v["impact-exponent"], Gas: v["gas"], Increase: v["impact-increase"], Decrease: v["impact-decrease"]},
		Keeper: Keeper{Interval: Duration(v["keeper-interval"]), Latency: Duration(v["latency"]),
			Outage: Outage{Rate: v["outage-rate"], Length: Duration(v["outage-length"])}},
		AUM: v["aum"], StreamingFee: v["streaming-fee"], EntryFee: v["entry-fee"], ExitFee: v["exit-fee"],
		AfterLiquidation: AfterLiquidation(v["after-liquidation"]),
	}
}

// Duration turns seconds into a time.Duration, to the nearest nanosecond.
func Duration(seconds float64) time.Duration { return time.Duration(math.Round(seconds * 1e9)) }
