package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Rows of dHEDGE's rule, prices of a share of an unlevered token minted day by day, at
// 50 % over a high-water mark of 1 and a streaming fee of 2 % a year:
//
//	supply 200, price 1.1: a fee of 10 USD in 200·10/(220 − 10) = 9.523810 shares, price 1.05
//	half a year at 2 %: 1 % more shares, price × 0.990099
//
// Source: dhedge/V2-Public, contracts/PoolLogic.sol; the mark is the price before the fee.
func TestMintingByDHEDGE(t *testing.T) {
	const half = 365 * day / 2
	for _, r := range []struct {
		name                   string
		streaming, performance float64
		step, interval         time.Duration
		prices                 []float64
		nav                    float64
	}{
		{"a gain of a tenth", 0, 0.5, day, day, []float64{1.1}, 1.05},
		{"at every step", 0, 0.5, day, 0, []float64{1.1}, 1.05},
		{"none on a loss", 0, 0.5, day, day, []float64{0.9}, 0.9},
		{"none before the old mark is passed", 0, 0.5, day, day, []float64{1.1, 1}, 1.05 / 1.1},
		// 1.05 back to 1.1, its mark, then 1.2: half of the last 0.1
		{"again above the mark before the fee", 0, 0.5, day, day,
			[]float64{1.1, 1.1 * 1.1 / 1.05, 1.1 * 1.2 / 1.05}, 1.15},
		{"once for two days", 0, 0.5, day, 2 * day, []float64{1.1, 1.2}, 1.1},
		{"a peak between mintings is not seen", 0, 0.5, day, 2 * day, []float64{1.5, 1}, 1},
		{"whoever leaves in between pays", 0, 0.5, day, 5 * day, []float64{1.1}, 1.05},
		{"half a year", 0.02, 0, half, half, []float64{1}, 1 / 1.01},
		{"two halves", 0.02, 0, half, half, []float64{1, 1}, 1 / 1.01 / 1.01},
		{"in one", 0.02, 0, half, 2 * half, []float64{1, 1}, 1 / 1.02},
		{"compounded continuously", 0.02, 0, half, 0, []float64{1}, math.Exp(-0.01)},
		// 200 shares, 9.523810 for the gain and 2 for half a year
		{"both", 0.02, 0.5, half, half, []float64{1.1}, 220 / (200 + 2000.0/210 + 2)},
	} {
		token := Token{Target: 1, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6, StreamingFee: r.streaming,
			Minting: Minting{PerformanceFee: r.performance, Interval: r.interval}}
		f := live(t, token, grid(r.step, r.prices...))
		within(t, r.name, f.NAV, r.nav, 1e-14)
		balance(t, f)
		if fees := f.Money[StreamingFee] + f.Money[PerformanceFee]; fees != 0 && len(r.prices) == 1 {
			within(t, r.name+": fees", fees, r.nav-r.prices[0], 1e-13)
		}
		if (f.Money[StreamingFee] != 0) != (r.streaming > 0) {
			t.Errorf("%s: streaming fee of %v", r.name, f.Money[StreamingFee])
		}
	}
}

// A fee that stays in the vault, of dHEDGE's rows: 1,000 USD at 0.1 % raise the price of
// a share of an empty vault to 1.001001, and half of it to 1.0005; with 1,000 USD there it
// becomes 1.0005003. The holder's part of that price is what comes back.
func TestEntryFeeToVault(t *testing.T) {
	for _, r := range []struct{ aum, kept, price float64 }{
		{1e-9, 1, 1.001001}, {1e-9, 0.5, 1.000500}, {1000, 1, 1.0005003}, {1000, 0, 1},
	} {
		token := Token{Target: 1, Policy: Hold{}, Mechanism: Perp{}, AUM: r.aum, EntryFee: 0.001, FeeToVault: r.kept,
			Holder: Holder{Invest: 1000}}
		f := live(t, token, grid(time.Hour, 1))
		within(t, fmt.Sprint(r), f.HolderNAV, 0.999*r.price, 5e-7) // to their digits
		// To the last digit: 999 shares of a vault of aum + 1000 in aum + 1000 − 0.001·kept·1000.
		within(t, fmt.Sprint(r, " exactly"), f.HolderNAV, 0.999*(r.aum+1000)/(r.aum+1000-r.kept), 1e-14)
	}
}

// What others pay on entry and exit: a deposit of a tenth of the vault at 1 %, of which
// half stays, makes (1 + 0.1)/(1 + 0.1·0.995) of a share; a withdrawal of a tenth at 2 %
// leaves 0.9 + 0.1·0.02·½ of the vault to 0.9 of the shares.
func TestFlowFees(t *testing.T) {
	token := Token{Target: 1, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6,
		EntryFee: 0.01, ExitFee: 0.02, FeeToVault: 0.5,
		Flows: Flows{Kind: Chasing, Response: 100, LookBack: day, Cap: 0.1}}
	f := live(t, token, grid(day, 1.1))
	within(t, "a deposit", f.NAV, 1.1*1.1/1.0995, 1e-14)
	within(t, "its fee", f.Money[FlowFee], 1.1*0.0005/1.0995, 1e-12)
	balance(t, f)
	f = live(t, token, grid(day, 0.8))
	within(t, "a withdrawal", f.NAV, 0.8*0.901/0.9, 1e-14)
	balance(t, f)
	token.FeeToVault = 0
	if f = live(t, token, grid(day, 0.8)); f.NAV != 0.8 || f.Money[FlowFee] != 0 {
		t.Errorf("NAV %v with fees that leave; want 0.8", f.NAV)
	}
}

// Without a performance fee minting in ever shorter intervals is the continuous fee; a
// performance fee takes its part of a gain that only rises, whatever the interval and
// leverage.
func TestMintingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := number(0.5, 4).Draw(t, "target")
		fee := number(0, 0.5).Draw(t, "fee")
		minutes := rapid.SampledFrom([]int{0, 60, 150, 600}).Draw(t, "minutes")
		token := Token{Target: target, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6,
			Minting: Minting{PerformanceFee: fee, Interval: time.Duration(minutes) * time.Minute}}
		last := 1 + number(0.01, 1).Draw(t, "rise")
		p := grid(time.Hour, last)
		f := must(t, token, time.Hour).Live(p)
		gain := target * (last - 1)
		if want := 1 + gain*(1-fee); !(math.Abs(f.NAV-want) <= 1e-12*want) {
			t.Errorf("NAV %v; want %v, the gain less the fee", f.NAV, want)
		}
		balance(t, f)
	})
}
