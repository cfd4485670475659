package tokens

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"mcrisk/block"
)

// The bits of lifetimes are the same on every machine: run this test plain,
// with GOAMD64=v3 and with GODEBUG=cpu.fma=off. A hash that moves is a number
// that moved.
func TestGoldenBits(t *testing.T) {
	loan := Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.85, Bonus: 0.05}
	dear := Cost{Fee: 0.0005, ImpactBase: 0.0005, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 5}
	rows := []struct {
		name       string
		token      Token
		sigma      float64
		grid, bars string
	}{
		{"edge", Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: Cost{Fee: 0.001},
			AUM: 1e6}, 0.8, "66ab3cab05e3d59f", "8f77ac9aeda3baa0"},
		{"target", Token{Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: loan, Cost: dear,
			AUM: 1e6}, 0.8, "984d05118cda39e3", "3741978a1cffcc69"},
		{"partial, late", Token{Target: -1, Policy: Band{Low: 0.9, High: 1.1, To: Partial, Speed: 0.3},
			Mechanism: loan, Cost: dear, AUM: 1e6,
			Keeper: Keeper{Latency: 10 * time.Minute}}, 0.8, "9e09515202284ecc", "d8d2e0f1be5db412"},
		{"daily, perpetual", Token{Target: 3, Policy: Every{Interval: day},
			Mechanism: Perp{Funding: 0.1, BorrowFee: 0.05, Maintenance: 0.01}, Cost: dear, AUM: 1e6,
			StreamingFee: 0.02}, 0.8, "7007f44ac9cb5d04", "90bb6c3adf763d7f"},
		{"edge, perpetual of its entry size", Token{Target: -2, Policy: Band{Low: 1.8, High: 2.2},
			Mechanism: Perp{Funding: 0.1, Maintenance: 0.01, CloseFee: 0.001, Base: EntrySize, LiquidationFee: 0.002},
			Cost:      Cost{Fee: 0.001}, AUM: 1e6}, 0.8, "90eb189e9968001a", "279aec1e230af351"},
		{"edge in pieces", Token{Target: 4, Policy: Band{Low: 3.6, High: 4.4}, Mechanism: loan, Cost: dear, AUM: 1e6},
			0.8, "7a6c12301f8b6efe", "34f724f37e3f88e7"},
		{"crash", Token{Target: 4, Policy: Band{Low: 3.6, High: 4.4, To: Target}, Mechanism: loan, Cost: dear, AUM: 1e4,
			Keeper: Keeper{Interval: 4 * time.Hour, Latency: time.Hour}}, 6, "b86f0f150b0f7f3a", "4df32bb139418282"},
		{"crash of a perpetual", Token{Target: -2, Policy: Band{Low: 1.8, High: 2.2},
			Mechanism: Perp{Maintenance: 0.05, LiquidationFee: 0.01}, Cost: dear, AUM: 1e4,
			Keeper: Keeper{Interval: 4 * time.Hour}}, 6, "9b3f15b7ee51a3bf", "b0ed961d2f76a609"},
		{"target, without flows", Token{Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: loan,
			Cost: dear, AUM: 1e6, Flows: Flows{Kind: NoFlows}}, 0.8, "18466f5be27a8c3a", "95998fe2b38ad710"},
		{"daily, perpetual, without flows", Token{Target: 3, Policy: Every{Interval: day},
			Mechanism: Perp{Funding: 0.1, BorrowFee: 0.05, Maintenance: 0.01}, Cost: dear, AUM: 1e6,
			StreamingFee: 0.02, Flows: Flows{Kind: NoFlows}}, 0.8, "4fd0cc13c4c616d1", "ad26d40bdb34d1ee"},
		{"crash, without flows", Token{Target: 4, Policy: Band{Low: 3.6, High: 4.4, To: Target}, Mechanism: loan,
			Cost: dear, AUM: 1e4, Keeper: Keeper{Interval: 4 * time.Hour, Latency: time.Hour},
			Flows: Flows{Kind: NoFlows}}, 6, "0281dbcc39408e70", "9f76918fe51318be"},
		{"crash, closed when small", Token{Target: 4, Policy: Band{Low: 3.6, High: 4.4}, Mechanism: loan, Cost: dear,
			AUM: 1e4, Flows: Flows{Kind: NoFlows, CloseBelow: 100}}, 6, "abd7b877db522f73", "28958649df12501d"},
		{"flows that chase returns", Token{Target: 3, Policy: Band{Low: 2.7, High: 3.3}, Mechanism: loan, Cost: dear,
			AUM: 1e6, Flows: Flows{Kind: Chasing, Response: 0.5, LookBack: 3 * day, Cap: 0.1}},
			0.8, "a7def104d76d580a", "f1bf694d4373b185"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			for _, extremes := range []bool{false, true} {
				want := r.grid
				if extremes {
					want = r.bars
				}
				if got := hash(compile(t, r.token, time.Hour), r.sigma, extremes); got != want {
					t.Errorf("extremes %v: hash = %s, want %s", extremes, got, want)
				}
			}
		})
	}
}

// hash walks 32 lanes over 320 hours and hashes every column.
func hash(k *Kernel, sigma float64, extremes bool) string {
	h := sha256.New()
	for group := range uint64(2) {
		var lanes [block.Lanes]Lane
		for i := range lanes {
			lanes[i] = k.Begin()
		}
		for first := 0; first < 320; first += block.Steps {
			advance(k, normalBlock(sigma, 7, group, first, extremes), &lanes, 0, block.Steps)
		}
		for i := range lanes {
			f := k.Finish(&lanes[i], 320*time.Hour)
			for _, c := range k.token.Record() {
				if c.Idle != nil && c.Idle(&k.token) {
					continue
				}
				v := c.Of(&f)
				if v != v {
					v = math.NaN() // one kind of NaN
				}
				_ = binary.Write(h, binary.LittleEndian, v)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
