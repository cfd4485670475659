// Package tokens simulates one leveraged token on one price path: carry, liquidation,
// rebalancing with its costs, and a ledger of where every change of equity came from.
//
// Money is in units of the token's initial equity and prices are ratios to the
// price at the start. Time is a time.Duration from the start; rates are per
// year of 365 days. Leverage is signed in formulas (negative: short); bands
// are magnitudes. There is no randomness here, no goroutine and no file. The
// exact arithmetic is set out in docs/token-model.md.
package tokens

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A Token is a leveraged token: its target, its rebalancing policy, its venue and its
// costs.
type Token struct {
	Name      string
	Target    float64 // target leverage, signed: 3, 2, 1, -1, …; on a loan not between 0 and 1
	Policy    Policy  // when to trade, and to what leverage
	Mechanism Venue   // how leverage is held: Loan, Perp or one of your own
	Cost      Cost    // of a trade
	Keeper    Keeper  // how often it is checked, and how late trades are
	Stress    Stress  // how costs and outages follow the realised variance; the zero Stress: they do not

	AUM          float64 // US dollars in the vault at the start, above zero
	Flows        Flows   // how many there are later; the zero Flows hold AUM steady
	StreamingFee float64 // on net asset value, 1/year, continuously compounded unless shares are minted
	Minting      Minting // of shares for the streaming fee and a performance fee

	// After a liquidation the keeper restores the leverage at its next check, unless
	// Stop: then the lifetime ends with what is left in cash.
	AfterLiquidation AfterLiquidation

	// Fees on entry and exit, fractions. The holder pays them, not the token: they scale
	// the holder's result and nothing else.
	EntryFee, ExitFee float64
	// FeeToVault is the part of these fees, in [0, 1], that stays in the vault, where it
	// raises net asset value per share: the holder has a share of its own entry fee, of a
	// vault of AUM dollars before it, and under [Chasing] flows all have one of others' fees.
	FeeToVault float64
	Holder     Holder
}

// AfterLiquidation says how a lifetime goes on after a liquidation.
type AfterLiquidation int

const (
	Continue AfterLiquidation = iota // the keeper restores the leverage
	Stop                             // the lifetime ends with what is left in cash
)

// A Keeper is the account that trades for the token.
type Keeper struct {
	Interval time.Duration // it checks at multiples of this from the start; zero: whenever the price is known
	Latency  time.Duration // from seeing the trigger to trading, at the price of that later moment
	Outage   Outage
}

// Outage says how often a keeper is out of service, and for how long. The times are
// drawn with the paths, see [Kernel.Outages]. During an outage the keeper neither checks
// nor trades; an order that falls due is executed afterwards.
type Outage struct {
	Rate   float64       // outages a year of service
	Length time.Duration // of each
}

// Check reports everything that is wrong with a token: its own parameters, then
// those of its policy and mechanism, then what they mean together.
func (t Token) Check() error {
	var faults []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: "+format, args...))
		}
	}
	want(t.Target != 0 && math.Abs(t.Target) <= 100, "target leverage = %v; want a number from -100 to 100, not 0",
		t.Target)
	want(t.AUM > 0 && !math.IsInf(t.AUM, 0), "AUM = %v USD; want a positive number", t.AUM)
	want(t.StreamingFee >= 0 && t.StreamingFee <= 10, "streaming fee = %v a year; want 0 to 10", t.StreamingFee)
	want(t.EntryFee >= 0 && t.EntryFee < 1, "entry fee = %v; want a fraction from 0 to below 1", t.EntryFee)
	want(t.ExitFee >= 0 && t.ExitFee < 1, "exit fee = %v; want a fraction from 0 to below 1", t.ExitFee)
	want(t.Keeper.Interval == 0 || span(t.Keeper.Interval),
		"keeper interval = %v; want 0 or at least 1s and at most 50 years", t.Keeper.Interval)
	want(t.Keeper.Latency == 0 || span(t.Keeper.Latency),
		"keeper latency = %v; want 0 or at least 1s and at most 50 years", t.Keeper.Latency)
	want(t.Keeper.Outage.Rate >= 0 && t.Keeper.Outage.Rate <= 1e5, "outages = %v a year; want 0 to 1e5",
		t.Keeper.Outage.Rate)
	want(t.Keeper.Outage.Rate == 0 || span(t.Keeper.Outage.Length),
		"length of outages = %v; want at least 1s and at most 50 years", t.Keeper.Outage.Length)
	want(t.AfterLiquidation == Continue || t.AfterLiquidation == Stop,
		"after liquidation = %d; want Continue or Stop", t.AfterLiquidation)
	faults = append(faults, t.Cost.check(), t.Stress.check(t.Cost, t.Keeper.Outage))
	faults = append(faults, t.Flows.check(t.AUM)...)
	faults = append(faults, t.Holder.check()...)
	faults = append(faults, t.Minting.check())
	want(t.FeeToVault >= 0 && t.FeeToVault <= 1, "part of fees that stays in the vault = %v; want 0 to 1", t.FeeToVault)
	if t.Mechanism == nil {
		faults = append(faults, errors.New("tokens: no mechanism; want Loan, Perp or one of your own"))
	}
	if t.Policy == nil {
		faults = append(faults, errors.New("tokens: no policy; want Band, Every, Hold or one of your own"))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	faults = append(faults, t.Mechanism.CheckTerms(t))
	if c, ok := t.Policy.(interface{ Check(target float64) error }); ok {
		faults = append(faults, c.Check(t.Target))
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	terms := t.Mechanism.Terms(t)
	if err := terms.check(); err != nil {
		return err
	}
	if terms.margin(t.Target, 1-t.Target, math.Abs(t.Target), 1) < 0 {
		return fmt.Errorf("tokens: leverage %v is liquidated at once; this venue liquidates at %.4g", t.Target,
			t.LiquidationLeverage())
	}
	return nil
}

// Start is the token's state at the start, as its policy sees it.
func (t Token) Start() View {
	size := math.Abs(t.Target)
	return View{Leverage: size, Target: size, Exposure: t.Target, Equity: 1, AUM: t.AUM}
}

// Awaits is the policy's trigger at the start.
func (t Token) Awaits() Trigger { return t.Policy.Trigger(t.Start(), new(State)) }

// span reports whether a keeper or a clock may wait for d: shorter waits would mean many
// checks in a bar and change nothing, longer ones overflow.
func span(d time.Duration) bool { return d >= time.Second && d <= 50*365*24*time.Hour }

// LiquidationLeverage is the signed leverage at which the venue liquidates a position
// that never traded. It is infinite if the venue never does, and for a position without
// debt, whose leverage is 1 at any price.
func (t Token) LiquidationLeverage() float64 {
	terms := t.terms()
	if len(terms.Margins) == 0 {
		return math.Inf(1)
	}
	// The price moves the exposure x until a margin is zero, the first that it
	// meets: x falls on the way there, long or short.
	b, n, x := 1-t.Target, math.Abs(t.Target), math.Inf(-1)
	for i := range terms.Margins {
		x = max(x, terms.Margins[i].exposureAt(b, n, 1))
	}
	if !(x*t.Target > 0) || b == 0 {
		return math.Inf(1)
	}
	return x / (x + b)
}
