package tokens_test

import (
	"fmt"
	"math"
	"time"

	"mcrisk/tokens"
)

const day = 24 * time.Hour

// rise is a price that goes from 1 to 1.5 in a straight line, known at every
// moment.
var rise = tokens.Path{Step: day, Bars: []tokens.Bar{{Hi: math.Log(1.5), Move: math.Log(1.5)}}, Extremes: true}

// In a straight rise of 50 % a token of three times leverage earns more than
// 150 %, because its position grows with its profits; how much more depends on
// when it trades and to what leverage.
func ExampleKernel_Live() {
	for _, policy := range []tokens.Policy{
		tokens.Hold{},
		tokens.Band{Low: 2.7, High: 3.3, To: tokens.Edge},
		tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
	} {
		token := tokens.Token{Target: 3, Policy: policy, Mechanism: tokens.Loan{Threshold: 0.85}, AUM: 1e6}
		kernel, err := tokens.Compile(token, day)
		if err != nil {
			fmt.Println(err)
			return
		}
		life := kernel.Live(rise)
		fmt.Printf("%+.1f %%, rebalances: %d\n", 100*(life.NAV-1), life.Rebalances)
	}
	fmt.Printf("%+.1f %% if it never stopped trading\n", 100*(math.Pow(1.5, 3)-1))
	// Output:
	// +150.0 %, rebalances: 0
	// +201.3 %, rebalances: 1
	// +217.0 %, rebalances: 7
	// +237.5 % if it never stopped trading
}

// A day on which the price falls by a tenth and comes back: the token sells on
// the way down, buys back on the way up, and ends below where it began.
func ExampleKernel_Trace() {
	token := tokens.Token{
		Target: 3, Policy: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
		Mechanism: tokens.Loan{Threshold: 0.85}, Cost: tokens.Cost{Fee: 0.001}, AUM: 1e6,
	}
	kernel, err := tokens.Compile(token, day)
	if err != nil {
		fmt.Println(err)
		return
	}
	life, events := kernel.Trace(tokens.Path{Step: day, Bars: []tokens.Bar{{Lo: math.Log(0.9)}}, Extremes: true})
	for _, e := range events {
		fmt.Printf("%-8v %-9s  price %.4f  leverage %.3f  equity %.4f\n", e.Time.Round(time.Minute), e.Name, e.Price,
			e.Leverage, e.Equity)
	}
	fmt.Printf("the round trip cost %.2f %%, of which fees %.2f %%\n", 100*(1-life.NAV),
		-100*life.Money[tokens.TradeFee])
	// Output:
	// 0s       start      price 1.0000  leverage 3.000  equity 1.0000
	// 5h4m0s   price      price 0.9565  leverage 3.300  equity 0.8696
	// 5h4m0s   rebalance  price 0.9565  leverage 3.000  equity 0.8693
	// 10h8m0s  price      price 0.9149  leverage 3.300  equity 0.7559
	// 10h8m0s  rebalance  price 0.9149  leverage 3.000  equity 0.7557
	// 12h0m0s  price      price 0.9000  leverage 3.103  equity 0.7187
	// 20h23m0s price      price 0.9688  leverage 2.700  equity 0.8890
	// 20h23m0s rebalance  price 0.9688  leverage 3.000  equity 0.8888
	// 24h0m0s  price      price 1.0000  leverage 2.824  equity 0.9748
	// the round trip cost 2.52 %, of which fees 0.08 %
}

// ladder aims at its target while equity is at its highest and at one notch
// less for every tenth that it has lost.
type ladder struct{ notch float64 }

func (p ladder) Trigger(v tokens.View, m *tokens.State) tokens.Trigger {
	m[0] = max(m[0], v.Equity) // the highest seen
	return tokens.Trigger{Low: 0, High: math.Inf(1), At: v.Now + day}
}

func (p ladder) Trade(v tokens.View, m *tokens.State) (float64, bool) {
	lost := 1 - v.Equity/max(m[0], v.Equity)
	return max(v.Target-p.notch*math.Floor(10*lost), 1), true
}

// A policy of one's own is two methods: what to wait for, and what to do then.
// What it remembers of a lifetime is in the state.
func Example_ownPolicy() {
	token := tokens.Token{Target: 3, Policy: ladder{notch: 0.5}, Mechanism: tokens.Loan{Threshold: 0.85}, AUM: 1e6}
	kernel, err := tokens.Compile(token, day)
	if err != nil {
		fmt.Println(err)
		return
	}
	path := tokens.Path{Step: day}
	for range 3 {
		path.Bars = append(path.Bars, tokens.Bar{Move: math.Log(0.88)})
	}
	_, events := kernel.Trace(path)
	for _, e := range events {
		if e.Name == "rebalance" {
			fmt.Printf("day %.0f: equity %.3f, leverage %.1f\n", e.Time.Hours()/24, e.Equity, e.Leverage)
		}
	}
	// Output:
	// day 1: equity 0.640, leverage 1.5
	// day 2: equity 0.525, leverage 1.0
}
