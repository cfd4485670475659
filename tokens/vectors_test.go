package tokens

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"mcrisk/param"
)

// Returns of four days after which published tables of daily reset tokens ask.
func TestDailyReset(t *testing.T) {
	rows := []struct {
		name   string
		target float64
		prices []float64
		navs   []float64 // after each day
		tol    float64
	}{
		// docs.toros.finance, leveraged tokens, volatility decay
		{"Toros docs 2x", 2, []float64{1.1, 0.99, 1.089, 0.9801}, []float64{1.2, 0.96, 1.152, 0.9216}, 1e-14},
		// the same prices at 3x, by hand: 1.3·0.7·1.3·0.7
		{"3x", 3, []float64{1.1, 0.99, 1.089, 0.9801}, []float64{1.3, 0.91, 1.183, 0.8281}, 1e-14},
		// KuCoin leveraged tokens: +185.61 %, −75.99 %, −17.19 %
		{"KuCoin rise", 3, []float64{1.1, 1.21, 1.331, 1.4641}, []float64{1.3, 1.69, 2.197, 2.8561}, 1e-14},
		{"KuCoin fall", 3, []float64{0.9, 0.81, 0.729, 0.6561}, []float64{0.7, 0.49, 0.343, 0.2401}, 1e-14},
		// FTX leveraged tokens walkthrough: −5.4545 %, +69.00 %, −28.4211 %
		{"FTX there and back", 3, []float64{1.1, 1}, []float64{1.3, 1 - 0.054545}, 1e-6},
		{"FTX rise", 3, []float64{1.1, 1.21}, []float64{1.3, 1.69}, 1e-14},
		{"FTX fall", 3, []float64{0.95, 0.9}, []float64{0.85, 1 - 0.284211}, 1e-6},
		// by hand
		{"1x follows", 1, []float64{1.1, 0.7, 2}, []float64{1.1, 0.7, 2}, 1e-14},
		{"short", -1, []float64{0.9, 0.99}, []float64{1.1, 1.1 * 0.9}, 1e-14},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			for n := range r.navs {
				for _, p := range []Path{grid(day, r.prices[:n+1]...), bars(day, r.prices[:n+1]...)} {
					f := live(t, free(r.target, Every{Interval: day}), p)
					within(t, fmt.Sprint("day ", n+1), f.NAV, r.navs[n], r.tol)
					balance(t, f)
				}
			}
		})
	}
}

// The path of the Toros documentation, +10 −10 +10 −10 %, each day a straight
// line; and there and back again. From the product facts, computed from the
// rule of the band with exact arithmetic.
func TestBandOnDocumentedPath(t *testing.T) {
	docs, back := []float64{1.1, 0.99, 1.089, 0.9801}, []float64{1.1, 1}
	fallBack, mend := []float64{0.9, 0.99}, []float64{0.9, 1}
	any := -1
	rows := []struct {
		target float64
		policy Policy
		prices []float64
		nav    float64
		trades int
		lev    float64 // at the end; 0: not stated
		tol    float64
	}{
		{2, Band{Low: 1.8, High: 2.2}, docs, 0.9602, 0, 2.04145, 5e-7},
		{3, Band{Low: 2.7, High: 3.3}, docs, 0.921001, any, 3.3, 6e-7},
		{3, Band{Low: 2.7, High: 3.3, To: Target}, docs, 0.907159, 5, 3.006390, 6e-7},
		{3, Band{Low: 2.8, High: 3.2}, docs, 0.908456, any, 0, 6e-7},
		{3, Band{Low: 2.8, High: 3.2, To: Target}, docs, 0.913321, 9, 0, 6e-7},
		{3, Hold{}, docs, 0.9403, 0, 0, 1e-14},
		{2, Band{Low: 1.8, High: 2.2}, back, 1, 0, 2, 1e-15},
		{3, Every{Interval: day}, fallBack, 0.91, 1, 0, 1e-14},
		{3, Every{Interval: day}, mend, 0.933333333333333, 1, 0, 1e-14},
		{3, Band{Low: 2.7, High: 3.3}, mend, 0.972044, any, 0, 6e-7},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%v %+v", r.target, r.policy), func(t *testing.T) {
			p := bars(day, r.prices...)
			f, events := compile(t, free(r.target, r.policy), day).Trace(p)
			within(t, "NAV", f.NAV, r.nav, r.tol)
			if e, ok := r.policy.(Every); ok && e.Interval == day {
				f.Rebalances-- // the reset at the close of the last day
			}
			if r.trades != any && f.Rebalances != r.trades {
				t.Errorf("%d rebalances, want %d", f.Rebalances, r.trades)
			}
			if r.lev != 0 {
				within(t, "leverage", events[len(events)-1].Leverage, r.lev, 6e-7)
			}
		})
	}
}

// One jump multiplies equity by max(0, 1 + L·J).
func TestOneJump(t *testing.T) {
	rows := []struct{ leverage, percent, want float64 }{
		{3, -10, 0.7}, {3, -20, 0.4}, {3, -35, 0}, {3.3, -30, 0.01}, {4, -30, 0}, {-2, 50, 0}, {-1, 50, 0.5},
		{3, 20, 1.6},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%v %+v%%", r.leverage, r.percent), func(t *testing.T) {
			j := math.Log1p(r.percent / 100)
			for _, p := range []Path{
				{Step: day, Bars: []Bar{{Move: j}}},
				{Step: day, Bars: []Bar{{Gap: j}}, Extremes: true},
			} {
				f := live(t, free(r.leverage, Hold{}), p)
				if math.Abs(f.NAV-r.want) > 1e-14 {
					t.Errorf("NAV = %v, want %v", f.NAV, r.want)
				}
				within(t, "shortfall", f.Money[Shortfall], max(0, -(1+r.leverage*r.percent/100)), 1e-13)
				balance(t, f)
			}
		})
	}
}

// What a fund buys to restore its leverage: FTX's ETHBULL with −20,000 USD and
// 150 ETH at 210 USD wants 164.285714 ETH; Poloniex's with 200 USD and a
// position of 600 buys 60 USD after a rise of 5 %.
func TestTradeSizes(t *testing.T) {
	q, ok := Cost{}.size(150*210, 150*210-20_000, 3, 1)
	if !ok {
		t.Fatal("no trade")
	}
	within(t, "ETH to buy", q/210, 14.285714, 1e-7)
	q, _ = Cost{}.size(630, 230, 3, 1)
	within(t, "USD to buy", q, 60, 1e-14)
}

// The equation of a trade, X ± q = L·(E − C(q)), holds to rounding for every
// kind of cost, and refusals are refused.
func TestSizeSolvesItsEquation(t *testing.T) {
	uniswap := Cost{ImpactBase: 5e-4, Impact: 4.63667e-7, Exponent: 0.6778}
	rows := []struct {
		name     string
		cost     Cost
		x, e, to float64
		ok       bool
	}{
		{"free buy", Cost{}, 2.5, 1, 3, true},
		{"free sale", Cost{}, 3.5, 1, 3, true},
		{"nothing to do", Cost{}, 3, 1, 3, false},
		{"nothing to do but to pay gas", Cost{Gas: 10}, 3, 1, 3, false},
		{"a rounding away", Cost{Gas: 10}, 3 + 1e-14, 1, 3, false},
		{"fee buy", Cost{Fee: 0.001}, 2.5, 1, 3, true},
		{"fee sale", Cost{Fee: 0.001}, 3.5, 1, 3, true},
		{"fee base and gas", Cost{Fee: 0.001, ImpactBase: 0.002, Gas: 1000}, 2.5, 1, 3, true},
		{"Uniswap buy", uniswap, 2.5, 1, 3, true},
		{"Uniswap sale", uniswap, 3.5, 1, 3, true},
		{"linear impact", Cost{Impact: 1e-8, Exponent: 1}, 4, 1, 3, true},
		{"square root impact", Cost{Impact: 1e-5, Exponent: 0.5}, 4, 1, 3, true},
		{"constant impact", Cost{Impact: 0.01, Exponent: 0}, 4, 1, 3, true},
		{"quadratic impact of a large buy", Cost{Impact: 1e-9, Exponent: 2}, 0.5, 1, 3, true},
		{"everything", Cost{Fee: 0.0005, ImpactBase: 0.0005, Impact: 1e-6, Exponent: 0.6, Gas: 50}, 3.3, 1, 3, true},
		{"a side that costs", Cost{Fee: 0.001, Increase: 0.002}, 2.5, 1, 3, true},
		{"the other side", Cost{Fee: 0.001, Increase: 0.002}, 3.5, 1, 3, true},
		{"a side that is paid", Cost{Fee: 0.001, Increase: -0.002, Gas: 10}, 2.5, 1, 3, true},
		{"paid as much as it costs", Cost{Fee: 0.001, Increase: -0.001}, 2.5, 1, 3, true},
		{"a sale that is paid, with its own impact", Cost{Fee: 0.001, Decrease: -0.002, Impact: 1e-8, Exponent: 1},
			3.5, 1, 3, true},
		{"a purchase that is paid, with its own impact", Cost{Increase: -0.02, Impact: 1e-8, Exponent: 1}, 2.5, 1, 3,
			true},
		{"paid more than it can spend", Cost{Increase: -1.0 / 3}, 2.5, 1, 3, false},
		{"selling costs a third by its side", Cost{Decrease: 1.0 / 3}, 3.3, 1, 3, false},
		{"sell all", Cost{Fee: 0.001}, 3, 1, 0, true},
		{"from no position", Cost{Fee: 0.001}, 0, 1, 3, true},
		{"gas passes the target", Cost{Gas: 2e5}, 2.7, 1, 3, false},
		{"gas passes it just so", Cost{Gas: 1e5}, 2.7, 1, 3, false},
		{"gas almost passes it", Cost{Gas: 0.99e5}, 2.7, 1, 3, true},
		{"gas eats the equity", Cost{Gas: 1e6}, 3.3, 1, 3, false},
		{"selling costs a third", Cost{Fee: 1.0 / 3}, 3.3, 1, 3, false},
		{"selling costs all", Cost{Fee: 0.5}, 3.3, 1, 3, false},
		{"selling eats the equity", Cost{Fee: 0.3}, 5, 1, 3, false},
		{"selling moves the price too far", Cost{Impact: 1e-6, Exponent: 1}, 3.3, 1, 3, false},
		{"to NaN", Cost{}, 3.3, 1, nan, false},
		{"to infinity", Cost{}, 3.3, 1, inf, false},
		{"to infinity at a fee", Cost{Fee: 0.01}, 3.3, 1, inf, false},
		{"to a leverage that no venue gives", Cost{}, 3.3, 1, 1e4, false},
		{"to the other side", Cost{}, 3.3, 1, -1, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			const aum = 1e6
			q, ok := r.cost.size(r.x, r.e, r.to, aum)
			if ok != r.ok {
				t.Fatalf("q = %v, %v; want %v", q, ok, r.ok)
			}
			if !ok {
				return
			}
			adds := r.to*r.e >= r.x+1e-15
			fee, impact, gas := r.cost.of(q, aum, adds)
			// The cost once more, from its formula and the standard library.
			rate := r.cost.Fee + r.cost.ImpactBase + r.cost.Impact*math.Pow(q*aum, r.cost.Exponent)
			if rate += r.cost.Decrease; adds {
				rate += r.cost.Increase - r.cost.Decrease
			}
			cost := q*rate + r.cost.Gas/aum
			within(t, "cost", fee+impact+gas, cost, 1e-13)
			after := r.x + q
			if !adds {
				after = r.x - q
			}
			if d := after - r.to*(r.e-cost); !(math.Abs(d) <= 1e-13) {
				t.Errorf("trading %v misses by %g", q, d)
			}
		})
	}
}

// Health factors at leverage L and the move that takes them to 1; and the
// leverage at which the venue liquidates, 1/(1 − threshold) for a long.
func TestHealthFactor(t *testing.T) {
	rows := []struct{ threshold, leverage, health, percent float64 }{
		{0.78, 2, 1.56, -35.897}, {0.78, 2.2, 1.43, -30.070}, {0.78, 3, 1.17, -14.530}, {0.78, 3.2, 1.13455, -11.859},
		{0.78, 3.3, 1.11913, -10.645},
		{0.83, 2, 1.66, -39.759}, {0.83, 3, 1.245, -19.679}, {0.83, 3.3, 1.19087, -16.028},
		{0.75, 3, 1.125, -11.111}, {0.75, 3.3, 1.07609, -7.071},
		{0.78, -1, 1.56, 56.0}, {0.78, -1.1, 1.48909, 48.909}, {0.78, -2, 1.17, 17.0}, {0.78, -2.2, 1.13455, 13.455},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("threshold %v leverage %v", r.threshold, r.leverage), func(t *testing.T) {
			token := Token{Target: r.leverage, Policy: Hold{}, Mechanism: Loan{Threshold: r.threshold}, AUM: 1e6}
			within(t, "health", live(t, token, grid(day, 1)).Health, r.health, 5e-6)
			away := math.Copysign(0.001, r.percent)
			for _, p := range []func(...float64) Path{
				func(s ...float64) Path { return grid(day, s...) },
				func(s ...float64) Path { return bars(day, s...) },
			} {
				if n := live(t, token, p(1+(r.percent-away)/100)).Liquidations; n != 0 {
					t.Errorf("liquidated at %+.3f %%", r.percent-away)
				}
				if n := live(t, token, p(1+(r.percent+away)/100)).Liquidations; n == 0 {
					t.Errorf("not liquidated at %+.3f %%", r.percent+away)
				}
			}
			f := live(t, token, bars(day, 1+(r.percent-away)/100))
			within(t, "health just before", f.Health, 1, 1e-4)
		})
	}
}

func TestLiquidationLeverage(t *testing.T) {
	loan := func(threshold float64) Venue { return Loan{Threshold: threshold} }
	rows := []struct {
		name      string
		target    float64
		mechanism Venue
		want      float64
	}{
		{"loan .75", 3, loan(0.75), 4},
		{"loan .78", 3, loan(0.78), 4.545455},
		{"loan .83", 3, loan(0.83), 5.882353},
		{"short loan .78", -1, loan(0.78), -0.78 / 0.22},
		{"loan without debt", 1, loan(0.78), inf},
		{"current base", 3, Perp{Maintenance: 0.02}, 50},
		{"current base, close fee too", 3, Perp{Maintenance: 0.02, CloseFee: 0.005}, 40},
		{"current base, short", -2, Perp{Maintenance: 0.02}, -50},
		// Base 3, margin left .03: exposure 2 + .03.
		{"entry base", 3, Perp{Maintenance: 0.01, Base: EntrySize}, 2.03 / 0.03},
		{"entry base, short", -2, Perp{Maintenance: 0.01, Base: EntrySize}, -2.98 / 0.02},
		{"entry base, 1x", 1, Perp{Maintenance: 0, Base: EntrySize}, inf},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: r.target, Mechanism: r.mechanism, Policy: Hold{}, AUM: 1}
			within(t, "leverage", token.LiquidationLeverage(), r.want, 1e-6)
		})
	}
}

// One step of Aave's liquidation, threshold .78 and bonus 7 %, in US dollars.
// After the first the health factor is above 1 again, so one step is all. The
// published rows split the bonus between liquidator and protocol; here both
// are the penalty. Where collateral is left and the published row stops, it
// stops here too.
func TestLiquidationOfALoan(t *testing.T) {
	rows := []struct {
		name             string
		collateral, debt float64
		left, owed       float64
		penalty          float64
		repaid, protocol float64
	}{
		{"half", 25_200, 20_000, 14_500, 10_000, 700, 10_000, 70},
		{"whole below .95", 24_000, 20_000, 2_600, 0, 1_400, 20_000, 140},
		{"bad debt", 20_500, 20_000, 0, 841.12, 20_500 - 19_158.88, 19_158.88, 134.112},
		{"whole below 2,000 USD", 2_520, 1_990, 2_520 - 1_990*1.07, 0, 1_990 * 0.07, 1_990, 13.93},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			call := Loan{Threshold: 0.78, Bonus: 0.07}.Call(r.collateral/100, r.debt/100, 100)
			want := Call{r.repaid, r.repaid + r.penalty, r.protocol, 0}
			if r.left == 0 {
				want.BadDebt = r.owed
			}
			for i, v := range [][2]float64{{call.Repaid, want.Repaid}, {call.Seized, want.Seized},
				{call.Protocol, want.Protocol}, {call.BadDebt, want.BadDebt}} {
				if math.Abs(100*v[0]-v[1]) > 0.005 {
					t.Errorf("number %d of %+v in hundreds of dollars; want %+v", i, call, want)
				}
			}
			for _, sign := range []float64{1, -1} {
				p := Position{Exposure: r.collateral, Cash: -r.debt}
				if sign < 0 {
					p = Position{Exposure: -r.debt, Cash: r.collateral}
				}
				p, penalty := Loan{Threshold: 0.78, Bonus: 0.07}.Liquidate(Token{Target: 2 * sign, AUM: 1}, p)
				if math.Abs(penalty-r.penalty) > 0.005 {
					t.Errorf("penalty = %v, want %v", penalty, r.penalty)
				}
				left, owed := p.Exposure, -p.Cash
				if sign < 0 {
					left, owed = p.Cash, -p.Exposure
				}
				if math.Abs(left-r.left) > 0.005 || math.Abs(owed-r.owed) > 0.005 {
					t.Errorf("sign %v: collateral %v and debt %v left, want %v and %v", sign, left, owed, r.left,
						r.owed)
				}
			}
		})
	}
}

// Rules of a market's own: a close factor of 30 %, all only below a health factor of .9 and 500 USD. What a
// call leaves is at least the dust, here of the collateral: 2,200 USD of it at a threshold of 95 % against
// 2,150, of which half would take all but 1,071.25 of it with a bonus of 5 %; the rule's dust is 1,080.
func TestCloseRule(t *testing.T) {
	own := Loan{Threshold: 0.78, Bonus: 0.07, Rule: CloseRule{Part: 0.3, WholeBelow: 0.9, SmallUSD: 500, Protocol: 0.2}}
	for _, r := range []struct{ collateral, debt, repaid, protocol float64 }{
		{25_200, 20_000, 6_000, 84}, {24_000, 20_000, 6_000, 84}, {23_000, 20_000, 20_000, 280}, {600, 490, 490, 6.86},
	} {
		call := own.Call(r.collateral, r.debt, 1)
		within(t, "repaid", call.Repaid, r.repaid, 1e-12)
		within(t, "the market's share", call.Protocol, r.protocol, 1e-12)
	}
	thin := Loan{Threshold: 0.95, Bonus: 0.05}
	within(t, "of half", 2200-thin.Call(2200, 2150, 1).Seized, 1071.25, 1e-12)
	thin.Rule = AaveV3
	thin.Rule.DustUSD, thin.Rule.SmallUSD = 1080, 2160
	thin.Rule.Part = 0.5
	within(t, "with more dust", 2200-thin.Call(2200, 2165, 1).Seized, 1080, 1e-12)

	for want, rule := range map[string]CloseRule{"part of the debt": {Part: 2},
		"health factor": {Part: 0.5, WholeBelow: 2}, "small size": {Part: 0.5, SmallUSD: 1000, DustUSD: 600},
		"share": {Part: 0.5, Protocol: 2}} {
		token := Token{Target: 2, AUM: 1, Policy: Hold{}, Mechanism: Loan{Threshold: 0.8, Rule: rule}}
		if err := token.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q in it", rule, err, want)
		}
	}
}

// The largest leverage that a loan-to-value lets a token open: 1/(1 − .7), 1/(1 − .73), 5; and a short's.
func TestOpenable(t *testing.T) {
	for _, r := range []struct{ ltv, target, want float64 }{
		{0.70, 3, 3.333}, {0.73, 3, 3.704}, {0.80, 3, 5}, {0.75, -2, -3},
	} {
		m := Loan{Threshold: 0.85, LTV: r.ltv}
		within(t, "leverage", m.Openable(r.target), r.want, 2e-4)
		for _, part := range []float64{0.999, 1.001} {
			token := Token{Target: m.Openable(r.target) * part, AUM: 1, Policy: Hold{}, Mechanism: m}
			if err := token.Check(); (err == nil) != (part < 1) {
				t.Errorf("%v of what a loan-to-value of %v allows: %v", part, r.ltv, err)
			}
		}
	}
}

// In e-mode the three numbers of the category hold, and staking adds to supply.
func TestEModeAndStaking(t *testing.T) {
	v := param.Values{"borrow": 0.05, "supply": 0.01, "staking": 0.03, "liquidation-threshold": 0.78,
		"liquidation-bonus": 0.07, "e-mode": 1, "e-mode-ltv": 0.9, "e-mode-threshold": 0.93, "e-mode-bonus": 0.01}
	venue, err := Mechanisms.Build(param.Part{Kind: "loan", Values: v})
	want := Loan{Borrow: 0.05, Supply: 0.04, Threshold: 0.93, Bonus: 0.01, LTV: 0.9}
	if err != nil || venue != want {
		t.Errorf("%+v, %v; want %+v", venue, err, want)
	}
	delete(v, "e-mode")
	want.Threshold, want.Bonus, want.LTV = 0.78, 0.07, 0
	if venue, err = Mechanisms.Build(param.Part{Kind: "loan", Values: v}); err != nil || venue != want {
		t.Errorf("without e-mode: %+v, %v; want %+v", venue, err, want)
	}
}

// The series for small q meets the logarithm.
func TestLogPerUnit(t *testing.T) {
	for _, q := range []float64{1e-300, 1e-9, 9.99e-5, 1.001e-4, 0.1, 3, -1e-9, -9.99e-5, -1.001e-4, -0.5, -0.999} {
		within(t, fmt.Sprint("ln(1+q)/q at ", q), logPerUnit(q), math.Log1p(q)/q, 1e-15)
	}
	for q, want := range map[float64]float64{0: 1, -1: 0, -2: 0} {
		if got := logPerUnit(q); got != want {
			t.Errorf("at %v: %v, want %v", q, got, want)
		}
	}
}

// Half of the debt is repaid again and again until the loan is healthy. At
// threshold .9 and bonus 10 %, collateral 110.8 against debt 100 has health
// .9972; half: 55.8 against 50, health 1.0044. With collateral 110.2: 55.2
// against 50, health .9936; 27.7 against 25, health .9972; then 13.95 against
// 12.5, healthy.
func TestLiquidationRepeats(t *testing.T) {
	rows := []struct{ collateral, left, owed, penalty float64 }{
		{110.8, 55.8, 50, 5},
		{110.2, 13.95, 12.5, 5 + 2.5 + 1.25},
	}
	for _, r := range rows {
		p, penalty := Loan{Threshold: 0.9, Bonus: 0.1}.Liquidate(Token{Target: 2, AUM: 1e6},
			Position{Exposure: r.collateral, Cash: -100})
		within(t, "collateral", p.Exposure, r.left, 1e-12)
		within(t, "debt", -p.Cash, r.owed, 1e-12)
		within(t, "penalty", penalty, r.penalty, 1e-12)
	}
}

// Drag of a year of carry on a token that cannot trade, per year of initial
// equity; charged over a day so that compounding does not enter.
func TestCarry(t *testing.T) {
	const aDay = 1.0 / 365
	perp := func(funding, fee float64) Venue { return Perp{Funding: funding, BorrowFee: fee} }
	rows := []struct {
		name      string
		target    float64
		mechanism Venue
		perYear   float64
	}{
		{"3x loan", 3, Loan{Borrow: 0.05, Supply: 0.0001, Threshold: 0.85}, -0.0997},
		{"2x loan", 2, Loan{Borrow: 0.05, Supply: 0.0001, Threshold: 0.85}, -0.0498},
		{"3x loan at the kink", 3, Loan{Borrow: 0.065, Threshold: 0.85}, -0.13},
		{"1x loan has no debt", 1, Loan{Borrow: 0.05, Supply: 0.01, Threshold: 0.85}, 0.01},
		{"short loan owes the underlying", -1, Loan{Borrow: 0.03, Supply: 0.05, Threshold: 0.85}, 2*0.05 - 0.03},
		{"longs pay positive funding", 3, perp(0.1095, 0), -3 * 0.1095},
		{"shorts receive it", -2, perp(0.1095, 0), 2 * 0.1095},
		{"longs receive negative funding", 3, perp(-0.1, 0), 0.3},
		{"both pay the borrow fee", 3, perp(0, 0.2), -0.6},
		{"shorts too", -2, perp(0, 0.2), -0.4},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: r.target, Policy: Hold{}, Mechanism: r.mechanism, AUM: 1e6}
			for _, p := range []Path{grid(day, 1), bars(day, 1)} {
				f := live(t, token, p)
				within(t, "drag", (f.NAV-1)/aDay, r.perYear, 3e-4)
				balance(t, f)
			}
			// On a path that doubles in its one step carry is charged on the
			// balances at the start; interest on the underlying doubles with it.
			f := live(t, token, grid(day, 2))
			carry := f.Money[SupplyInterest] + f.Money[BorrowInterest] + f.Money[Funding] + f.Money[BorrowFee]
			within(t, "carry of a rising step", carry/aDay, r.perYear, 3e-4)
		})
	}
	// Interest compounds continuously: a year at 5 % in one step or in 365.
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Loan{Borrow: 0.05, Threshold: 0.85}, AUM: 1e6}
	flat := make([]float64, 365)
	for i := range flat {
		flat[i] = 1
	}
	within(t, "a year of days", live(t, token, grid(day, flat...)).NAV, 2-math.Exp(0.05), 1e-12)
	within(t, "a year at once", live(t, token, grid(365*day, 1)).NAV, 2-math.Exp(0.05), 1e-14)
}

// The names of what was paid.
func TestItems(t *testing.T) {
	const year = 365 * day
	rows := []struct {
		name  string
		token Token
		want  map[Item]float64 // over a still year in one step
	}{
		{"long loan", Token{Target: 3, Mechanism: Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85}},
			map[Item]float64{SupplyInterest: 3 * math.Expm1(0.02), BorrowInterest: -2 * math.Expm1(0.05)}},
		{"short loan", Token{Target: -2, Mechanism: Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85}},
			map[Item]float64{SupplyInterest: 3 * math.Expm1(0.02), BorrowInterest: -2 * math.Expm1(0.05)}},
		{"perpetual", Token{Target: -2, Mechanism: Perp{Funding: 0.03, BorrowFee: 0.01}},
			map[Item]float64{Funding: 0.06, BorrowFee: -0.02}},
		{"streaming fee", Token{Target: -2, Mechanism: Perp{}, StreamingFee: 0.02},
			map[Item]float64{StreamingFee: math.Expm1(-0.02)}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			r.token.Policy, r.token.AUM = Hold{}, 1e6
			f := live(t, r.token, grid(year, 1))
			for i, v := range f.Money {
				if r.want[Item(i)] == 0 && math.Abs(v) < 1e-15 {
					continue // the price's part is what the others leave
				}
				within(t, ItemNames[i], v, r.want[Item(i)], 1e-14)
			}
		})
	}
	// A purchase of q = .2/(1 + 3k)·… after +10 % at 2x: NAV 1.2, exposure 2.2. Gas of
	// 100 USD is 1e-4 of the million in a vault that is held at that.
	token := free(2, Every{Interval: day})
	token.Cost = Cost{Fee: 0.001, ImpactBase: 0.002, Gas: 100}
	for kind, gas := range map[FlowKind]float64{Steady: 1.2e-4, NoFlows: 1e-4} {
		token.Flows.Kind = kind
		f := live(t, token, grid(day, 1.1))
		q := (2*(1.2-gas) - 2.2) / (1 + 2*0.003)
		for item, want := range map[Item]float64{Price: 0.2, TradeFee: -0.001 * q, Impact: -0.002 * q, Gas: -gas} {
			within(t, ItemNames[item], f.Money[item], want, 1e-12)
		}
		within(t, "turnover", f.Turnover, q/1.2, 1e-13)
	}
}

// Isolated margin on Hyperliquid: three times long or short BTC from 100 with
// maintenance 1.25 % of the current value is closed at 67.510549 and
// 131.687243. GMX, maintenance .5 % and close fee of the size at entry: a fall
// of 49.44 % takes a 2x, 32.773 % a 3x, 24.44 % a 4x, 22.167 % a 4.4x.
func TestPerpetualLiquidationPrice(t *testing.T) {
	hyperliquid := Perp{Maintenance: 0.0125}
	gmx := Perp{Maintenance: 0.005, CloseFee: 0.0006, Base: EntrySize}
	rows := []struct {
		name   string
		target float64
		perp   Perp
		price  float64
		tol    float64
	}{
		{"Hyperliquid long", 3, hyperliquid, 0.67510549, 1e-8},
		{"Hyperliquid short", -3, hyperliquid, 1.31687243, 1e-8},
		{"GMX 2x", 2, gmx, 1 - 0.4944, 1e-5},
		{"GMX 3x", 3, gmx, 1 - 0.32773, 1e-5},
		{"GMX 4x", 4, gmx, 1 - 0.2444, 1e-5},
		{"GMX 4.4x", 4.4, gmx, 1 - 0.22167, 1e-5},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: r.target, Policy: Hold{}, Mechanism: r.perp, AUM: 1e6}
			beyond := 1 + 2*(r.price-1)
			if beyond <= 0 {
				beyond = r.price / 2
			}
			f, events := compile(t, token, day).Trace(bars(day, beyond))
			at := 0.0
			for _, e := range events {
				if e.Name == "liquidation" {
					at = e.Price
				}
			}
			within(t, "price", at, r.price, r.tol)
			within(t, "what is left", f.NAV, 1+r.target*(at-1), 1e-9)
			if f.Liquidations != 1 || f.Money[LiquidationPenalty] != 0 {
				t.Errorf("%d liquidations, penalty %v; want 1 and 0", f.Liquidations, f.Money[LiquidationPenalty])
			}
			if n := live(t, token, grid(day, r.price+(1-r.price)*1e-4)).Liquidations; n != 0 {
				t.Error("liquidated before")
			}
			if n := live(t, token, grid(day, r.price-(1-r.price)*1e-4)).Liquidations; n != 1 {
				t.Error("not liquidated after")
			}
			balance(t, f)
		})
	}
}

func TestLiquidationFeeOfAPerpetual(t *testing.T) {
	rows := []struct {
		name    string
		perp    Perp
		price   float64
		penalty float64
	}{
		// 3x from 1: at .7 equity is .1 and exposure 2.1, size at entry 3.
		{"of the current value", Perp{Maintenance: 0.05, LiquidationFee: 0.01}, 0.7, 0.021},
		{"of the size at entry", Perp{Maintenance: 0.05, LiquidationFee: 0.01, Base: EntrySize}, 0.7, 0.03},
		{"of the size at entry, no maintenance", Perp{LiquidationFee: 0.01, Base: EntrySize}, 0.6, 0.03},
		{"more than is left", Perp{Maintenance: 0.05, LiquidationFee: 0.05, Base: EntrySize}, 0.7, 0.15},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			f := live(t, Token{Target: 3, Policy: Hold{}, Mechanism: r.perp, AUM: 1e6}, grid(day, r.price, 1))
			within(t, "penalty", -f.Money[LiquidationPenalty], r.penalty, 1e-12)
			equity := 1 + 3*(r.price-1) - r.penalty
			if math.Abs(f.NAV-max(0, equity)) > 1e-14 {
				t.Errorf("NAV = %v, want %v", f.NAV, max(0, equity))
			}
			balance(t, f)
		})
	}
}

// The entry size of a perpetual follows its trades: increases add their
// notional, decreases scale it.
func TestEntrySize(t *testing.T) {
	token := free(2, Every{Interval: day})
	token.Mechanism = Perp{Base: EntrySize, Maintenance: 0.01}
	k := compile(t, token, day)
	l := k.Begin()
	k.gridStep(&l, 1.1, day) // exposure 2.2, equity 1.2: buys .2
	within(t, "size after buying", l.n, 2.2, 1e-14)
	k.gridStep(&l, 0.9, 2*day) // exposure 2.16, equity .96: sells .24
	within(t, "size after selling", l.n, 2.2*1.92/2.16, 1e-14)
	within(t, "margin ratio", k.Finish(&l, 2*day).Health, 0.96/2.2, 1e-14)
}
