package tokens

import (
	"math"
	"strings"
	"testing"
	"time"
)

// Every number that is wrong is named with its value and what was wanted; NaN
// is wrong everywhere.
func TestCheck(t *testing.T) {
	good := Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3},
		Mechanism: Loan{Borrow: 0.05, Threshold: 0.85, Bonus: 0.05}, AUM: 1e6}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		name   string
		change func(*Token)
		want   []string // in the message
	}{
		{"target 0", func(t *Token) { t.Target = 0 }, []string{"target leverage = 0", "not 0"}},
		{"target NaN", func(t *Token) { t.Target = nan }, []string{"target leverage = NaN"}},
		{"target too large", func(t *Token) { t.Target = -101 }, []string{"target leverage = -101", "-100 to 100"}},
		{"a loan that owes nothing", func(t *Token) { t.Target, t.Policy = 0.5, Hold{} },
			[]string{"target leverage = 0.5 on a loan", "at least 1 or below 0"}},
		{"AUM 0", func(t *Token) { t.AUM = 0 }, []string{"AUM = 0", "positive"}},
		{"AUM NaN", func(t *Token) { t.AUM = nan }, []string{"AUM = NaN"}},
		{"AUM infinite", func(t *Token) { t.AUM = inf }, []string{"AUM = +Inf"}},
		{"streaming fee below 0", func(t *Token) { t.StreamingFee = -0.1 },
			[]string{"streaming fee = -0.1", "0 to 10"}},
		{"streaming fee NaN", func(t *Token) { t.StreamingFee = nan }, []string{"streaming fee = NaN"}},
		{"entry fee 1", func(t *Token) { t.EntryFee = 1 }, []string{"entry fee = 1", "below 1"}},
		{"exit fee NaN", func(t *Token) { t.ExitFee = nan }, []string{"exit fee = NaN"}},
		{"keeper interval below 0", func(t *Token) { t.Keeper.Interval = -time.Second },
			[]string{"keeper interval = -1s"}},
		{"keeper interval too short", func(t *Token) { t.Keeper.Interval = time.Nanosecond },
			[]string{"keeper interval = 1ns", "at least 1s"}},
		{"latency below 0", func(t *Token) { t.Keeper.Latency = -time.Second }, []string{"latency = -1s"}},
		{"latency too short", func(t *Token) { t.Keeper.Latency = time.Nanosecond },
			[]string{"latency = 1ns", "at least 1s"}},
		{"latency of a thousand years", func(t *Token) { t.Keeper.Latency = Never }, []string{"latency = 2562047h"}},
		{"after liquidation", func(t *Token) { t.AfterLiquidation = 2 }, []string{"after liquidation = 2"}},
		{"no mechanism", func(t *Token) { t.Mechanism = nil },
			[]string{"no mechanism", "Loan, Perp or one of your own"}},
		{"no policy", func(t *Token) { t.Policy = nil }, []string{"no policy"}},

		{"fee below 0", func(t *Token) { t.Cost.Fee = -0.1 }, []string{"fee = -0.1", "below 1"}},
		{"fee NaN", func(t *Token) { t.Cost.Fee = nan }, []string{"fee = NaN"}},
		{"impact base 1", func(t *Token) { t.Cost.ImpactBase = 1 }, []string{"impact base = 1"}},
		{"fee and impact base", func(t *Token) { t.Cost.Fee, t.Cost.ImpactBase = 0.5, 0.5 },
			[]string{"fee + impact base = 1", "below 1"}},
		{"and an increase", func(t *Token) { t.Cost.Fee, t.Cost.Increase = 0.5, 0.5 },
			[]string{"increases the position = 1", "-1 to 1"}},
		{"paid to decrease", func(t *Token) { t.Cost.Decrease = -1 },
			[]string{"decreases the position = -1", "-1 to 1"}},
		{"impact increase NaN", func(t *Token) { t.Cost.Increase = nan }, []string{"increases the position = NaN"}},
		{"impact NaN", func(t *Token) { t.Cost.Impact = nan }, []string{"impact = NaN"}},
		{"impact exponent 3", func(t *Token) { t.Cost.Exponent = 3 }, []string{"impact exponent = 3", "0 to 2"}},
		{"impact exponent NaN", func(t *Token) { t.Cost.Exponent = nan }, []string{"impact exponent = NaN"}},
		{"gas infinite", func(t *Token) { t.Cost.Gas = inf }, []string{"gas = +Inf"}},
		{"gas NaN", func(t *Token) { t.Cost.Gas = nan }, []string{"gas = NaN"}},
		{"several costs at once", func(t *Token) { t.Cost = Cost{Fee: 2, ImpactBase: 3, Impact: 4} },
			[]string{"fee = 2", "impact base = 3", "impact = 4"}},

		{"threshold 1", func(t *Token) { t.Mechanism = Loan{Threshold: 1} },
			[]string{"liquidation threshold = 1", "below 1"}},
		{"threshold NaN", func(t *Token) { t.Mechanism = Loan{Threshold: nan} },
			[]string{"liquidation threshold = NaN"}},
		{"bonus below 0", func(t *Token) { t.Mechanism = Loan{Threshold: 0.9, Bonus: -0.1} },
			[]string{"liquidation bonus = -0.1"}},
		{"borrow rate NaN", func(t *Token) { t.Mechanism = Loan{Threshold: 0.9, Borrow: nan} },
			[]string{"borrow rate = NaN"}},
		{"supply rate 101", func(t *Token) { t.Mechanism = Loan{Threshold: 0.9, Supply: 101} },
			[]string{"supply rate = 101", "-100 to 100"}},
		{"funding infinite", func(t *Token) { t.Mechanism = Perp{Funding: inf} }, []string{"funding rate = +Inf"}},
		{"borrow fee NaN", func(t *Token) { t.Mechanism = Perp{BorrowFee: nan} }, []string{"borrow fee = NaN"}},
		{"several of a perpetual", func(t *Token) {
			t.Mechanism = Perp{Maintenance: 1, CloseFee: -1, LiquidationFee: nan}
		},
			[]string{"maintenance = 1", "close fee = -1", "liquidation fee = NaN"}},
		{"tier infinite", func(t *Token) { t.Mechanism = Perp{Tier: inf} }, []string{"maintenance tier = +Inf"}},
		{"tier NaN", func(t *Token) { t.Mechanism = Perp{Tier: nan} }, []string{"maintenance tier = NaN"}},
		{"less in the upper tier", func(t *Token) {
			t.Mechanism = Perp{Maintenance: 0.02, Tier: 1e6, TierMaintenance: 0.01}
		}, []string{"above the tier = 0.01", "0.02"}},
		{"NaN in the upper tier", func(t *Token) { t.Mechanism = Perp{Tier: 1e6, TierMaintenance: nan} },
			[]string{"above the tier = NaN"}},
		{"liquidated at once in the upper tier", func(t *Token) {
			t.Mechanism = Perp{Tier: 1e6, TierMaintenance: 0.6}
		}, []string{"leverage 3 is liquidated at once", "liquidates at 2.667"}},
		{"base", func(t *Token) { t.Mechanism = Perp{Base: 2} },
			[]string{"maintenance base = 2", "Current or EntrySize"}},

		{"band above the target", func(t *Token) { t.Policy = Band{Low: 3.1, High: 3.3} },
			[]string{"band 3.1 to 3.3", "target 3"}},
		{"band below the target", func(t *Token) { t.Policy = Band{Low: 2, High: 2.5} },
			[]string{"band 2 to 2.5", "target 3"}},
		{"band NaN", func(t *Token) { t.Policy = Band{Low: nan, High: 3.3} }, []string{"band NaN to 3.3"}},
		{"band infinite", func(t *Token) { t.Policy = Band{Low: 2, High: inf} }, []string{"band 2 to +Inf", "1000"}},
		{"long band to 1", func(t *Token) { t.Policy = Band{Low: 1, High: 3.3} }, []string{"band low = 1", "above 1"}},
		{"short band to 0", func(t *Token) { t.Target, t.Policy = -1, Band{Low: 0, High: 1.1} },
			[]string{"band low = 0", "above 0"}},
		{"destination", func(t *Token) { t.Policy = Band{Low: 2, High: 4, To: 3} }, []string{"destination = 3"}},
		{"speed NaN", func(t *Token) { t.Policy = Band{Low: 2, High: 4, Speed: nan} },
			[]string{"speed = NaN", "0 to 1"}},
		{"speed 2", func(t *Token) { t.Policy = Band{Low: 2, High: 4, Speed: 2} }, []string{"speed = 2"}},
		{"no interval", func(t *Token) { t.Policy = Every{} }, []string{"every 0s"}},
		{"interval too short", func(t *Token) { t.Policy = Every{Interval: 1} }, []string{"every 1ns", "at least 1s"}},
		{"offset below 0", func(t *Token) { t.Policy = Every{time.Hour, -time.Hour} }, []string{"from -1h"}},
		{"interval of a thousand years", func(t *Token) { t.Policy = Every{Interval: Never} },
			[]string{"every 2562047h"}},

		{"liquidated at once", func(t *Token) { t.Mechanism = Loan{Threshold: 0.6} },
			[]string{"leverage 3 is liquidated at once", "liquidates at 2.5"}},
		{"perpetual liquidated at once", func(t *Token) { t.Mechanism = Perp{Maintenance: 0.5} },
			[]string{"leverage 3 is liquidated at once", "liquidates at 2"}},
		{"all together", func(t *Token) { *t = Token{Target: nan, AUM: nan, EntryFee: 2} },
			[]string{"target", "AUM", "entry fee", "no mechanism", "no policy"}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := good
			r.change(&token)
			err := token.Check()
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range append(r.want, "tokens: ", "want ") {
				if !strings.Contains(err.Error(), w) && !(w == "want " && strings.Contains(err.Error(), "at once")) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if _, again := Compile(token, time.Hour); again == nil || again.Error() != err.Error() {
				t.Errorf("Compile says %v, Check %v", again, err)
			}
		})
	}
	for _, step := range []time.Duration{0, -time.Hour} {
		if _, err := Compile(good, step); err == nil || !strings.Contains(err.Error(), "step = ") {
			t.Errorf("step %v: %v", step, err)
		}
	}
	good.Keeper = Keeper{Interval: time.Second, Latency: time.Second}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

// A path of another step than the token was compiled for is a bug of the caller.
func TestAnotherStepPanics(t *testing.T) {
	k := compile(t, free(3, Hold{}), time.Hour)
	defer func() {
		if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "tokens: ") {
			t.Errorf("recovered %v; want a sentence", s)
		}
	}()
	k.Live(grid(day, 1))
}

// The holder pays for entering and leaving; the token does not notice.
func TestHolderFees(t *testing.T) {
	token := free(3, Hold{})
	token.EntryFee, token.ExitFee = 0.002, 0.003
	f := live(t, token, grid(day, 1.1))
	within(t, "NAV", f.NAV, 1.3, 1e-14)
	within(t, "the holder's", f.HolderNAV, 1.3*0.998*0.997, 1e-14)
}

// Columns are named once, in files' order, and money and log parts are all
// there.
func TestColumns(t *testing.T) {
	seen := map[string]bool{}
	f := live(t, free(3, Every{Interval: day}), grid(day, 1.1, 1))
	for _, c := range Columns {
		if c.Name == "" || c.Unit == "" || seen[c.Name] {
			t.Errorf("column %+v", c)
		}
		seen[c.Name] = true
	}
	for i, name := range ItemNames {
		if !seen["money_"+name] || seen["log_"+name] == (Item(i) == Shortfall) {
			t.Errorf("columns of item %s", name)
		}
	}
	for _, c := range Columns {
		want := map[string]float64{"nav": 1.3 * (1 - 3.0/11), "rebalances": 2, "money_price": 1.3*(1-3.0/11) - 1,
			"log_price": math.Log(1.3 * (1 - 3.0/11)), "ruined": 0, "liquidations": 0}
		if w, ok := want[c.Name]; ok && math.Abs(c.Of(&f)-w) > 1e-14 {
			t.Errorf("%s = %v, want %v", c.Name, c.Of(&f), w)
		}
	}
}
