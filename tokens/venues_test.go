package tokens

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// What the vault pages promise (toros.finance): BTC +5 % is BTCBULL2X +10 %, ETH
// +5 % ETHBULL3X +15 %, if leverage starts at the target, for such a move stays
// inside the band; from one edge to the other it is 9 to 11 % and 13.5 to 16.5 %.
// A 1x bear's is −5 %. A continuous rebalancer's is the price to the power.
func TestVaultPages(t *testing.T) {
	for _, r := range []struct{ target, low, high, move, want, ideal float64 }{
		{2, 1.8, 2.2, 1.05, 1.10, 1.1025}, {3, 2.7, 3.3, 1.05, 1.15, 1.157625}, {-1, 0.9, 1.1, 1.04, 0.96, 1 / 1.04},
		{1.8, 1.8, 2.2, 0.95, 0.91, math.Pow(0.95, 1.8)}, {2.2, 1.8, 2.2, 1.05, 1.11, math.Pow(1.05, 2.2)},
		{2.7, 2.7, 3.3, 0.95, 0.865, math.Pow(0.95, 2.7)}, {3.3, 2.7, 3.3, 1.05, 1.165, math.Pow(1.05, 3.3)},
	} {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			token := free(r.target, Band{Low: r.low, High: r.high})
			for _, p := range []Path{bars(day, r.move), grid(day, r.move)} {
				f := live(t, token, p)
				within(t, "NAV", f.NAV, r.want, 1e-14)
				if f.Rebalances != 0 {
					t.Errorf("%d rebalances inside the band", f.Rebalances)
				}
			}
			token.Policy = Band{Low: math.Abs(r.target), High: math.Abs(r.target)}
			within(t, "rebalanced at every moment", live(t, token, bars(day, r.move)).NAV, r.ideal, 1e-14)
		})
	}
	// The +237 % of the pages and the whole column of such numbers.
	for _, r := range []struct{ target, move, want float64 }{
		{3, 1.5, 3.375}, {2, 1.5, 2.25}, {3, 1.2, 1.728}, {2, 1.2, 1.44}, {3, 0.7, 0.343}, {2, 0.7, 0.49},
		{-1, 1.5, 0.666667},
	} {
		size := math.Abs(r.target)
		within(t, fmt.Sprint(r.move, " to the power ", r.target),
			live(t, free(r.target, Band{Low: size, High: size}), bars(day, r.move)).NAV, r.want, 5e-7)
	}
}

// Maintenance in tiers, as on Hyperliquid (hyperliquid-docs, margin tiers): BTC
// asks 1.25 % of notional up to 150 million USD and 2.5 % of what is above, so
// 3.125 million USD of a position of 200 million.
func TestMaintenanceTiers(t *testing.T) {
	btc := Perp{Maintenance: 0.0125, Tier: 150e6, TierMaintenance: 0.025}
	for _, r := range []struct{ notional, maintenance float64 }{
		{200e6, 3.125e6}, {150e6, 1.875e6}, {100e6, 1.25e6}, {-200e6, 3.125e6},
	} {
		token := Token{Target: math.Copysign(2, r.notional), Policy: Hold{}, Mechanism: btc,
			AUM: math.Abs(r.notional) / 2}
		k := compile(t, token, day)
		within(t, fmt.Sprint("maintenance of ", r.notional),
			(1-k.terms.margin(k.first.x, k.first.b, k.first.n, 1))*token.AUM, r.maintenance, 1e-12)
	}

	// Prices at which it closes, by hand: equity 1 + T(p − 1) meets
	// .025·|T|p − .0125·150/AUM, or .0125·|T|p where the notional is below 150
	// million; on entry size, whose notional is |T| throughout, .025·|T| − ….
	entry := btc
	entry.Base = EntrySize
	const steady45 = (1 + 1.875/45) / 0.025
	steadyLong := func(leverage float64) float64 { return 2 * leverage / (3 * (leverage - 1)) }
	for _, r := range []struct {
		name          string
		target, aum   float64
		perp          Perp
		price, wantLL float64 // leverage of liquidation: the notional there over the equity there
		flows         FlowKind
	}{
		{"3x, small", 3, 1e6, btc, 0.67510549, 80, NoFlows},
		{"3x, a billion", 3, 1e9, btc, (2 - 0.001875) / (3 * 0.975), 0, NoFlows},
		{"3x, 70 million: above the tier, closed below it", 3, 70e6, btc, 2 / (3 * 0.9875), 80, NoFlows},
		{"-3x, small", -3, 1e6, btc, 1.31687243, -80, NoFlows},
		{"-3x, 45 million: below the tier, closed above it", -3, 45e6, btc, (4 + 1.875/45) / (3 * 1.025), 0, NoFlows},
		{"entry size, 3x, a billion", 3, 1e9, entry, (2 + 0.075 - 0.001875) / 3, 0, NoFlows},

		// Held at AUM, a notional of L·AUM is closed where 1 is .025·L − .0125·150/AUM.
		{"3x, small and steady: below the tier", 3, 1e6, btc, steadyLong(80), 80, Steady},
		{"3x, a steady billion", 3, 1e9, btc, steadyLong(40.075), 40.075, Steady},
		{"-3x, steady 45 million", -3, 45e6, btc, 4 * steady45 / (3 * (1 + steady45)), -steady45, Steady},
		{"entry size, 3x, a steady billion", 3, 1e9, entry, (2 + 0.075/1.001875) / 3, 0, Steady},
	} {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: r.target, Policy: Hold{}, Mechanism: r.perp, AUM: r.aum,
				Flows: Flows{Kind: r.flows}}
			f, events := compile(t, token, day).Trace(bars(day, 1+2*(r.price-1)))
			at := 0.0
			for _, e := range events {
				if e.Name == "liquidation" {
					at = e.Price
				}
			}
			within(t, "price", at, r.price, 1e-8)
			balance(t, f)
			if r.wantLL == 0 {
				r.wantLL = r.target * r.price / (1 + r.target*(r.price-1))
			}
			within(t, "leverage", token.LiquidationLeverage(), r.wantLL, 1e-6)
			away := math.Copysign(1e-6, r.price-1)
			if n := live(t, token, grid(day, r.price-away)).Liquidations; n != 0 {
				t.Error("liquidated before")
			}
			if n := live(t, token, grid(day, r.price+away)).Liquidations; n != 1 {
				t.Error("not liquidated after")
			}
		})
	}
}

// Tiers are marginal, and what a position needs is the most that one asks of all of it, less a deduction.
// 1 % to 10, 2 % to 30, 5 % to 50 and 10 % above, in millions: 100 million needs .1 + .4 + 1 + 5.
func TestMarginalTiers(t *testing.T) {
	m := Perp{Maintenance: 0.01, Tier: 10e6, TierMaintenance: 0.02, Tiers: [2]Tier{{30e6, 0.05}, {50e6, 0.1}}}
	for notional, want := range map[float64]float64{5e6: 0.05e6, 10e6: 0.1e6, 20e6: 0.3e6, 40e6: 1e6, 50e6: 1.5e6,
		100e6: 6.5e6} {
		token := Token{Target: 1, Policy: Hold{}, Mechanism: m, AUM: 1e6}
		if err := token.Check(); err != nil {
			t.Fatal(err)
		}
		terms := m.Terms(token)
		within(t, fmt.Sprint("maintenance of ", notional),
			(1-terms.Margin(Position{Exposure: notional / 1e6, Cash: 1 - notional/1e6}))*1e6, want, 1e-9)
	}
	for _, tiers := range [][2]Tier{{{5e6, 0.05}}, {{30e6, 0.01}}, {{}, {50e6, 0.1}}, {{30e6, 0.05}, {20e6, 0.1}}} {
		m.Tiers = tiers
		if err := (Token{Target: 1, Policy: Hold{}, Mechanism: m, AUM: 1e6}).Check(); err == nil {
			t.Errorf("%+v is no error", tiers)
		}
	}
}

// A 2x long from 1 with a profit of 60 % at 1.6: a tenth of its 3.2 is sold for a fee of .1 %, and the next when the
// profit is .6/.9, from a price of 1.667 on. Below 1.6 the count begins anew.
func TestDeleveraging(t *testing.T) {
	m := Perp{Base: EntrySize, ADL: ADL{Profit: 0.6, Part: 0.1}}
	for _, r := range []struct {
		prices []float64
		times  int
	}{
		{[]float64{1.59}, 0}, {[]float64{1.6}, 1}, {[]float64{1.6, 1.66}, 1}, {[]float64{1.6, 1.67}, 2},
		{[]float64{1.6, 1.5, 1.61}, 2}, {[]float64{0.5}, 0},
	} {
		token := Token{Target: 2, Policy: Hold{}, Mechanism: m, AUM: 1e6, Cost: Cost{Fee: 0.001}}
		for _, p := range []Path{grid(day, r.prices...), bars(day, r.prices...)} {
			f, events := compile(t, token, day).Trace(p)
			balance(t, f)
			times := 0
			for _, e := range events {
				if e.Name == "deleveraged" {
					times++
				}
			}
			if times != r.times || f.Liquidations != 0 || f.Rebalances != 0 {
				t.Errorf("%v: %d times, %+v; want %d", r.prices, times, f, r.times)
			}
			if len(r.prices) == 1 && r.times == 1 {
				within(t, "NAV", f.NAV, 1+2*0.6-0.00032, 1e-14)
				within(t, "leverage", events[len(events)-1].Leverage, 2.88/f.NAV, 1e-14)
			}
		}
	}
	// A short's profit is that of a fall.
	token := Token{Target: -2, Policy: Hold{}, Mechanism: Perp{Base: EntrySize, ADL: ADL{Profit: 0.3, Part: 0.5}},
		AUM: 1}
	f := live(t, token, grid(day, 0.7))
	within(t, "turnover of a short", f.Turnover, 0.7/1.6, 1e-14)
	for _, wrong := range []Perp{{ADL: m.ADL}, {Base: EntrySize, ADL: ADL{Profit: 1, Part: 1}}} {
		token.Mechanism = wrong
		if token.Check() == nil {
			t.Errorf("%+v is no error", wrong)
		}
	}
}

// With a least collateral of 1,000 USD a vault without deposits is closed where that is left of it.
func TestMinCollateral(t *testing.T) {
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Perp{MinCollateral: 1000}, AUM: 2000,
		Flows: Flows{Kind: NoFlows}}
	for price, want := range map[float64]int{0.7501: 0, 0.7499: 1} {
		if n := live(t, token, grid(day, price)).Liquidations; n != want {
			t.Errorf("at %v: %d liquidations; want %d", price, n, want)
		}
	}
}

// Hyperliquid, 10x with maintenance of 2 %, so closed below .02·p·10 of equity 1 + 10(p − 1). A jump to .91 leaves
// .1, less than .182: as 910,000 USD are more than 100,000, a fifth is sold first at a slippage of 1 %, which
// leaves .0982 for a need of .1456: all is sold, for .091. To .917: .17 of .1834; then .16 of .1467 is enough.
// Below .4 of the maintenance, which is .181 at .905, all of the equity of .05 is lost.
func TestOrderBookLiquidation(t *testing.T) {
	book := Perp{Maintenance: 0.02, Slippage: 0.01, PartialAbove: 1e5, Part: 0.2, Backstop: 0.4}
	for _, r := range []struct {
		name        string
		aum, price  float64
		nav, x      float64 // after
		liquidation float64
	}{
		{"a fifth is not enough", 1e5, 0.91, 0.1 - 0.091, 0, 0.091},
		{"a fifth is enough", 1e5, 0.917, 0.17 - 0.01834, 7.336, 0.01834},
		{"a small position", 1e4, 0.917, 0.17 - 0.0917, 0, 0.0917},
		{"the venue takes over", 1e5, 0.905, 0, 0, 0.05},
		{"with a debt", 1e5, 0.88, 0, 0, 0},
	} {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: 10, Policy: Hold{}, Mechanism: book, AUM: r.aum, Flows: Flows{Kind: NoFlows}}
			f, events := compile(t, token, day).Trace(grid(day, r.price))
			within(t, "NAV", f.NAV, r.nav, 1e-12)
			within(t, "penalty", -f.Money[LiquidationPenalty], r.liquidation, 1e-12)
			if f.Liquidations != 1 {
				t.Errorf("%d liquidations", f.Liquidations)
			}
			for _, e := range events {
				if e.Name == "liquidation" {
					within(t, "position", e.Exposure, r.x, 1e-12)
				}
			}
			balance(t, f)
		})
	}
}

// GMX's price impact is factor·(imbalance after² − before²) (gmx-synthetics
// README: factor .01/50,000, from balance to 50,000 USD costs 500 USD, from there
// to 25,000 pays 375; config/markets.ts: BTC's factor 9e-11, and that of what it
// pays has an exponent that makes it nil). A market that leans the token's way by
// 10 million USD costs a purchase of a million 1,890 USD.
func TestSkewedImpact(t *testing.T) {
	readme := Cost{Impact: 0.01 / 50_000, Exponent: 1}
	mended := readme
	mended.Decrease = -2 * readme.Impact * 50_000
	btc := Cost{Impact: 9e-11, Exponent: 1}
	leaning := btc
	leaning.Increase = 2 * btc.Impact * 10e6
	const aum = 1e6
	for _, r := range []struct {
		name string
		cost Cost
		usd  float64
		adds bool
		want float64 // USD
	}{
		{"README, from balance", readme, 50_000, true, 500},
		{"README, back halfway", mended, 25_000, false, -375},
		{"BTC, a million from balance", btc, 1e6, true, 90},
		{"BTC, ten million from balance", btc, 10e6, true, 9_000},
		{"BTC, a million more where there are ten", leaning, 1e6, true, 1_890},
		{"BTC, a million less", leaning, 1e6, false, 90},
	} {
		_, impact, _ := r.cost.of(r.usd/aum, aum, r.adds)
		within(t, r.name, impact*aum, r.want, 1e-12)
	}

	// README: a long of 50,000 USD with .1 % of impact at 5000 gets 9.99 tokens.
	_, impact, _ := Cost{Increase: 0.001}.of(0.05, aum, true)
	within(t, "tokens bought", (50_000-impact*aum)/5000, 9.99, 1e-12)

	// Bounds: of what is above .5 % of notional all or 40 % is paid back, and no more than .4 % is paid. The fee is
	// .06 % where the trade makes the imbalance worse and .04 % where it mends it.
	capped := readme
	capped.Cap, capped.Claim = 0.005, 1
	part := capped
	part.Claim = 0.4
	mended.RebateCap = 0.004
	for _, r := range []struct {
		cost Cost
		usd  float64
		adds bool
		want float64
	}{{capped, 50_000, true, 250}, {part, 50_000, true, 400}, {capped, 10_000, true, 20},
		{mended, 25_000, false, -100}} {
		_, impact, _ := r.cost.of(r.usd/aum, aum, r.adds)
		within(t, fmt.Sprintf("%+v", r), impact*aum, r.want, 1e-12)
	}
	fees := Cost{Fee: 0.0006, FeeDecrease: -0.0002}
	for adds, want := range map[bool]float64{true: 60, false: 40} {
		fee, _, _ := fees.of(0.1, aum, adds)
		within(t, fmt.Sprint("fee, adds ", adds), fee*aum, want, 1e-12)
	}

	// In a life: leverage 2 after +10 % is exposure 2.2 on equity 1.2, short of .2;
	// after −10 % it is 1.8 on .8, .2 too much. A 1x short: .9 on 1.1, and 1.1 on .9.
	for _, r := range []struct {
		target, price float64
		adds          bool
	}{{2, 1.1, true}, {2, 0.9, false}, {-1, 0.9, true}, {-1, 1.1, false}} {
		for _, cost := range []Cost{{Increase: 0.01}, {Decrease: 0.01}, {Increase: -0.001}, {Decrease: -0.001},
			{Fee: 0.01, Increase: -0.01, Decrease: -0.01}} {
			t.Run(fmt.Sprintf("%v %+v", r, cost), func(t *testing.T) {
				rate := cost.Decrease
				if r.adds {
					rate = cost.Increase
				}
				size := math.Abs(r.target)
				token := free(r.target, Every{Interval: day})
				token.Cost = cost
				loan := token // whose band trades on the fast path, if the sides cost the same
				loan.Mechanism, loan.Policy = Loan{Threshold: 0.9}, Band{Low: size, High: size, To: Target}
				gap := size*(1+r.target*(r.price-1)) - size*r.price
				q := math.Abs(gap) / (1 + math.Copysign(1, gap)*(cost.Fee+rate)*size)
				for _, token := range []Token{token, loan} {
					f := live(t, token, grid(day, r.price))
					within(t, "impact", -f.Money[Impact], rate*q, 1e-12)
					within(t, "fee", -f.Money[TradeFee], cost.Fee*q, 1e-12)
					balance(t, f)
				}

				// Trading along an edge costs what the one way of trading costs, also
				// where fee and rebate cancel: then it trades in pieces and books both.
				token.Policy = Band{Low: size, High: size}
				one := live(t, token, bars(day, r.price))
				token.Cost = Cost{Fee: cost.Fee, ImpactBase: rate}
				if token.Cost.ImpactBase < 0 { // which no token has: the rebate by the closed form
					w, k := r.target, math.Copysign(1, r.price-1)*(cost.Fee+rate)
					c := (1 + k) * w / (1 + k*w)
					want := math.Pow(r.price, c)
					within(t, "NAV", one.NAV, want, map[bool]float64{true: 1e-12, false: 1e-3}[cost.Fee == 0])
					fee, impact := -one.Money[TradeFee], -one.Money[Impact]
					if cost.Fee > 0 && (!(fee > 0) || math.Abs(fee+impact) > 1e-12) {
						t.Errorf("fee %v and impact %v; want a fee that is paid back", fee, impact)
					}
				} else if two := live(t, token, bars(day, r.price)); !same(one, two) {
					t.Errorf("trading along the edge costs %v; want %v", one.Money, two.Money)
				}
				balance(t, one)
			})
		}
	}
}

// Interest: Aave compounds a debt by the first terms of the exponential series,
// 1.05127083 in a year at 5 % (product facts, from MathUtils.sol); ours is the
// exponential, 1.05127110.
func TestInterestOfAYear(t *testing.T) {
	const x = 0.05
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Loan{Borrow: x, Threshold: 0.85}, AUM: 1e6}
	owed, aave := 2-live(t, token, grid(365*day, 1)).NAV, 1+x+x*x/2+x*x*x/6
	within(t, "owed", owed, 1.05127110, 5e-9)
	within(t, "owed to Aave", aave, 1.05127083, 5e-9)
	within(t, "the difference", owed-aave, x*x*x*x/24*(1+x/5), 2e-3) // the next terms of the series
}

// The leverage that a market lets a position open at is 1/(1 − loan to value):
// 3.333 at 70 %, 3.704 at 73 %, 5 at 80 % (Aave's reserves). A flexible token
// that aims higher stops there.
func TestOpeningLimit(t *testing.T) {
	for ltv, want := range map[float64]float64{0.70: 3.333, 0.73: 3.704, 0.80: 5} {
		f := fixture
		f.Low, f.High, f.Ripcord, f.Speed, f.BorrowLimit = 5.9, 6.1, 7, 1, ltv
		// Leverage just below the limit: 1 of equity carries want − .01.
		x := want - 0.01
		v := View{Leverage: x, Target: 6, Now: day, Exposure: x, Equity: 1, AUM: 1e6}
		got, ok := f.Trade(v, new(State))
		for range 400 { // each purchase is collateral for the next
			if !ok {
				break
			}
			v.Leverage, v.Exposure, v.Now = got, got, v.Now+time.Hour
			m := State{lastTrade: -1e18}
			got, ok = f.Trade(v, &m)
		}
		within(t, fmt.Sprint("leverage at a loan to value of ", ltv), v.Leverage, want, 2e-4)
	}
}

// A position without debt has leverage 1 at any price, also where a venue with
// maintenance of the size at entry liquidates it.
func TestLeverageDoesNotTellWithoutDebt(t *testing.T) {
	token := free(1, Hold{})
	token.Mechanism = Perp{Base: EntrySize, Maintenance: 0.01}
	if got := token.LiquidationLeverage(); !math.IsInf(got, 1) {
		t.Errorf("liquidated at leverage %v; want none", got)
	}
	if f := live(t, token, bars(day, 0.02)); f.Liquidations != 0 {
		t.Errorf("%d liquidations at 0.02", f.Liquidations)
	}
	if f := live(t, token, bars(day, 0.009)); f.Liquidations != 1 || f.MaxLeverage > 1+1e-12 {
		t.Errorf("%d liquidations at 0.009, leverage up to %v; want one, at 1", f.Liquidations, f.MaxLeverage)
	}
}

// Where fee and rebate cancel but for rounding, what each took of continuous trading is still theirs: so much of
// the turnover.
func TestFeeThatTheRebateCancels(t *testing.T) {
	token := free(3, Band{Low: 2.7, High: 3.3})
	token.Mechanism = Perp{}
	token.Cost = Cost{Fee: 5e-4, FeeIncrease: 1e-4, FeeDecrease: 1e-4, Increase: -6e-4, Decrease: -6e-4}
	if sum := token.Cost.Proportional(true); sum == 0 {
		t.Fatal("the sum has no rounding; want numbers whose sum has")
	}
	f := live(t, token, bars(day, 1.2, 0.9))
	balance(t, f)
	if !(f.Money[TradeFee] < -1e-5) {
		t.Fatalf("fees of %v; want those of a turnover of %v", f.Money[TradeFee], f.Turnover)
	}
	token.Cost.Increase, token.Cost.Decrease = -5.99999e-4, -5.99999e-4
	near := live(t, token, bars(day, 1.2, 0.9))
	within(t, "fees", f.Money[TradeFee], near.Money[TradeFee], 1e-3)
}

// A keeper does not open what the venue would liquidate at once: one liquidation below the least collateral, and then
// none, as the vault's margin stays below it.
func TestNoTradeBelowLeastCollateral(t *testing.T) {
	token := Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3}, AUM: 1e6, Flows: Flows{Kind: NoFlows},
		Mechanism: Perp{MinCollateral: 8e5}}
	f := live(t, token, grid(day, 0.95, 0.9, 0.95, 0.9, 1, 0.9))
	balance(t, f)
	if f.Liquidations != 1 {
		t.Errorf("%d liquidations; want 1", f.Liquidations)
	}
	token.Mechanism = Perp{MinCollateral: 2e6}
	if err := token.Check(); err == nil || !strings.Contains(err.Error(), "want at most the vault's AUM") {
		t.Errorf("a least collateral above the AUM: %v", err)
	}
}
