package assess

import (
	"context"
	"math"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// floorSpec is a call of size one beside a token of leverage one that is held, without any cost: at maturity they are
// worth max(S, 1) and S.
func floorSpec(paths int) study.Spec {
	free := param.Values{"funding-start": 0, "hedge-borrow": 0, "hedge-supply": 0, "trade-fee": 0, "roll-trigger": 0,
		"margin-reset": 0, "hedge-ltv": 0.98, "hedge-threshold": 0.99, "option-margin": 0.01, "option-maintenance": 0}
	token := func(name, mechanism string, values param.Values) study.TokenSpec {
		return study.TokenSpec{Name: name, Policy: param.Part{Kind: "hold"},
			Mechanism: param.Part{Kind: mechanism, Values: values}, Values: param.Values{"target": 1}}
	}
	return study.Spec{Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.7}}, Horizon: 120 * 24 * time.Hour,
		Step: 24 * time.Hour, Paths: paths, Seed: 3, Tokens: []study.TokenSpec{
			token("held", "perp", param.Values{"funding": 0}), token("floored", "option", free)}}
}

func compareFloors(t *testing.T, spec study.Spec) *Comparison {
	t.Helper()
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Of a free call, growth given up has a closed form: −E[max(−ln S, 0)] with ln S normal of mean −σ²/2 over a year. An
// interval of five standard errors at nine volatilities misses in one run of 200,000.
func TestFloorCost(t *testing.T) {
	f := compareFloors(t, floorSpec(1000)).Floors
	if f == nil || len(f.Costs) != 1 || f.Costs[0].Against != 0 || f.Costs[0].Token != 1 {
		t.Fatalf("%+v; want the floor of the second token against the first", f)
	}
	for i, sigma := range f.Volatilities {
		d := sigma / 2 // minus the mean of ln S, in standard deviations
		density, below := math.Exp(-d*d/2)/math.Sqrt(2*math.Pi), 0.5*math.Erfc(-d/math.Sqrt2)
		want := -(sigma*density + sigma*sigma/2*below)
		if got := f.Costs[0].Growth[i]; math.Abs(got.Value-want) > 5*got.SE || !(got.SE < 0.03) {
			t.Errorf("at volatility %v the floor costs %v ± %v; want %v", sigma, got.Value, got.SE, want)
		}
		// An everlasting call of a period of 30 days is worth 1/u at the money, u = √(1 + 8/(σ²T)).
		const period = 30.0 / 365
		fair := 1 / math.Sqrt(1+8/(sigma*sigma*period)) / period
		if got := f.Fair[0].Rates[i]; math.Abs(got-fair) > 1e-12 {
			t.Errorf("fair funding at volatility %v is %v; want %v", sigma, got, fair)
		}
	}
}

// After a move x, on every path, the held token is worth 1 + x and the floored one 1 + max(x, 0): so are the means of a
// group, but for the one that has moves of both signs. Results are those of a comparison without moves.
func TestMoves(t *testing.T) {
	spec := floorSpec(1500)
	c := compareFloors(t, spec)
	if len(c.Floors.Moves) != 3 {
		t.Fatalf("%d times, want 3", len(c.Floors.Moves))
	}
	for i, m := range c.Floors.Moves {
		if days := []int{10, 30, 120}[i]; m.Time != time.Duration(days)*24*time.Hour {
			t.Errorf("moves after %v, want %d days", m.Time, days)
		}
		mixed := 0
		for k, move := range m.Move {
			held, floor := m.NAV[0][k].Value, m.NAV[1][k].Value
			if math.Abs(held-1-move) > 1e-9 || floor < 1+max(move, 0)-1e-9 {
				t.Errorf("after %v: %v and %v at a move of %v", m.Time, held, floor, move)
			}
			if floor > 1+max(move, 0)+1e-9 {
				mixed++
			}
			if k > 0 && !(move > m.Move[k-1]) {
				t.Errorf("after %v the moves do not rise: %v", m.Time, m.Move)
			}
		}
		if mixed > 1 || len(m.Move) != len(moveShares)-1 {
			t.Errorf("after %v: %d groups, %d with moves of both signs", m.Time, len(m.Move), mixed)
		}
	}
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := study.Ensembles(context.Background(), s, study.Options{}, ComparedColumns())
	if err != nil {
		t.Fatal(err)
	}
	if hash := study.Hash(plain); hash != c.Hash {
		t.Errorf("results_hash %s, and %s without moves", c.Hash, hash)
	}
	few := compareFloors(t, floorSpec(3)).Floors
	if len(few.Moves) != 0 {
		t.Errorf("%d times of three paths; want none", len(few.Moves))
	}
	spec.Tokens = spec.Tokens[:1]
	spec.Tokens = append(spec.Tokens, spec.Tokens[0])
	spec.Tokens[1].Name, spec.Tokens[1].Values = "other", param.Values{"target": 1,
		"after-liquidation": float64(tokens.Stop)}
	if got := compareFloors(t, spec); got.Floors != nil {
		t.Errorf("%+v of tokens without a floor", got.Floors)
	}
}
