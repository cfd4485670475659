package study_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/tokens"
)

// For a loan with constant rates and proportional cost the whole state between
// trades is y = −ln(1 − 1/L), which moves like the log-price plus the known
// carry: band edges and liquidation are constants in y, equity is
// (L₀−1)/(L−1) times the grown safe leg, and a trade from L to w multiplies it
// by (1 + s·k·L)/(1 + s·k·w). That is another arithmetic than the ledger's,
// and must end in the same place after a year of hours.
func TestCoordinate(t *testing.T) {
	const step = time.Hour
	dt := models.Years(step)
	for _, tt := range []struct {
		name           string
		target, lo, hi float64
		to             tokens.Destination
		loan           tokens.Loan
		k              float64
	}{
		{"3x to target", 3, 2.8, 3.2, tokens.Target,
			tokens.Loan{Borrow: 0.05, Supply: 0.01, Threshold: 0.85, Bonus: 0.05}, 0.001},
		{"3x to edge", 3, 2.7, 3.3, tokens.Edge,
			tokens.Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}, 0.003},
		{"2x free", 2, 1.8, 2.2, tokens.Edge, tokens.Loan{Borrow: 0.1, Threshold: 0.8}, 0},
		{"-1x to target", -1, 0.9, 1.1, tokens.Target, tokens.Loan{Borrow: 0.02, Supply: 0.04, Threshold: 0.78}, 0.001},
		{"-2x to edge", -2, 1.8, 2.2, tokens.Edge, tokens.Loan{Borrow: 0.02, Supply: 0.04, Threshold: 0.85}, 0.002},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := tokens.Compile(tokens.Token{Target: tt.target,
				Policy:    tokens.Band{Low: tt.lo, High: tt.hi, To: tt.to},
				Mechanism: tt.loan, Cost: tokens.Cost{Fee: tt.k}, AUM: 1e6}, step)
			if err != nil {
				t.Fatal(err)
			}
			risky, safe := tt.loan.Supply, tt.loan.Borrow
			if tt.target < 0 {
				risky, safe = safe, risky
			}
			sign := math.Copysign(1, tt.target)
			coordinate := func(l float64) float64 { return -math.Log(1 - 1/l) }
			// Rising prices take y up, to the edge where the token buys.
			up, down := coordinate(sign*tt.lo), coordinate(sign*tt.hi)
			if sign < 0 {
				up, down = down, up
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for range 20 {
				path := tokens.Path{Step: step}
				for range 8760 {
					path.Bars = append(path.Bars, tokens.Bar{Move: 0.8 * math.Sqrt(dt) * rng.NormFloat64()})
				}
				life := k.Live(path)
				if life.Liquidations > 0 {
					t.Fatal("liquidated; the test wants paths without")
				}

				y, logNAV, trades := coordinate(tt.target), 0.0, 0
				for _, bar := range path.Bars {
					l := 1 / (1 - math.Exp(-y))
					y += bar.Move + (risky-safe)*dt
					moved := 1 / (1 - math.Exp(-y))
					logNAV += safe*dt + math.Log((l-1)/(moved-1))
					if y <= up && y >= down {
						continue
					}
					s, w := 1.0, up
					if y < down {
						s, w = -1, down
					}
					if tt.to == tokens.Target {
						w = coordinate(tt.target)
					}
					to := 1 / (1 - math.Exp(-w))
					logNAV += math.Log((1 + s*tt.k*moved) / (1 + s*tt.k*to))
					y = w
					trades++
				}
				if d := math.Log(life.NAV) - logNAV; math.Abs(d) > 1e-11 || trades != life.Rebalances {
					t.Errorf("ln NAV %v and %d trades; in the coordinate %v and %d: %.2g apart",
						math.Log(life.NAV), life.Rebalances, logNAV, trades, d)
				}
			}
		})
	}
}
