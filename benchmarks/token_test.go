package benchmarks

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// kinds are tokens that take different ways through the core.
var kinds = []struct {
	name string
	spec study.TokenSpec
}{
	{"base", token("base")},
	{"edge", study.TokenSpec{Name: "edge",
		Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
		Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"fee": 0.001}}},
	// As in the catalogue: to the edge, at its venue's rates, fee, impact and gas.
	{"ETHBULL3X", study.TokenSpec{Name: "ETHBULL3X",
		Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3, "to": 0}},
		Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0.04244036, "supply": 0.0167223,
			"liquidation-threshold": 0.84, "liquidation-bonus": 0.05}},
		Values: param.Values{"fee": 0.0005, "impact": 4.63667e-07, "impact-exponent": 0.6778, "gas": 0.5}}},
	{"perpetual", study.TokenSpec{Name: "perpetual",
		Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2, "to": 1}},
		Mechanism: param.Part{Kind: "perp"}, Values: param.Values{"fee": 0.001}}},
	{"daily", study.TokenSpec{Name: "daily", Policy: param.Part{Kind: "every"},
		Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"fee": 0.001}}},
	{"flexible", study.TokenSpec{Name: "flexible", Policy: param.Part{Kind: "flexible"},
		Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"fee": 0.001}}},
	// As in the catalogue: on a call, with a hedge, at its assumed rates.
	{"BTCBULLP2X", study.TokenSpec{Name: "BTCBULLP2X",
		Policy: param.Part{Kind: "band", Values: param.Values{"low": 1.8, "high": 2.2, "to": 1}},
		Mechanism: param.Part{Kind: "option", Values: param.Values{"funding-start": 0.4, "skew": 0.8,
			"trade-fee": 0.01, "roll-trigger": 0.1, "roll-part": 0.5, "option-margin": 0.25, "hedge-borrow": 0.00813754,
			"hedge-supply": 0.03757039, "hedge-ltv": 0.65, "hedge-threshold": 0.78, "hedge-bonus": 0.05}},
		Values: param.Values{"target": 2, "fee": 0.0005, "impact": 4.63667e-07, "impact-exponent": 0.6778}}},
	{"hold", study.TokenSpec{Name: "hold", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}},
}

// BenchmarkToken runs studies of one token each.
func BenchmarkToken(b *testing.B) {
	for _, k := range kinds {
		b.Run(fmt.Sprintf("token=%s/model=gbm/steps=8760/paths=1024/workers=1", k.name), func(b *testing.B) {
			spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: models.Year, Step: time.Hour, Paths: 1024,
				Seed: 1, Tokens: []study.TokenSpec{k.spec}}
			start := cpuTime()
			for b.Loop() {
				if err := study.Run(context.Background(), built(b, spec), study.Options{Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
			perStep(b, start, 1024*8760)
		})
	}
}

// BenchmarkCore measures the tokens alone, on paths that are there already.
func BenchmarkCore(b *testing.B) {
	const (
		blocks = 128      // of one group: 8,192 hours
		bars   = 4 * 8760 // of a history
	)
	g := paths.Generator{Model: models.GBM{Sigma: 0.8},
		Grid: paths.Grid{Step: time.Hour, Steps: blocks * block.Steps}, Seed: 1}
	w := g.NewWalker()
	w.Begin(0)
	var path []*block.Block
	for range blocks {
		from, to := w.Next(), block.New(1)
		to.First, to.Len, to.Step = from.First, from.Len, from.Step
		*to.Move[0], *to.Gross[0] = *from.Move[0], *from.Gross[0]
		to.Bar = []*block.Bars{new(block.Bars)}
		for s := range block.Steps { // stretches of two days, one after another in each lane
			for i := range block.Lanes {
				step := to.First + s
				to.Bar[0][s][i] = int32((step/48*997*(i+1)*48 + step%48) % bars)
			}
		}
		path = append(path, to)
	}
	b.Run("stage=market", func(b *testing.B) {
		var ms tokens.Markets
		start := cpuTime()
		for b.Loop() {
			ms.Begin()
			for _, p := range path {
				ms.Advance(p, 0, 0, p.Len)
			}
		}
		perStep(b, start, blocks*block.Steps*block.Lanes)
	})
	for _, kind := range kinds {
		for _, series := range []bool{false, true} {
			name := "stage=core/token=" + kind.name
			if series {
				name += "/series=all"
			}
			b.Run(name, func(b *testing.B) {
				t, err := kind.spec.Build()
				if err != nil {
					b.Fatal(err)
				}
				k, err := tokens.Compile(t, time.Hour)
				if err == nil && series {
					err = k.Follow(hourly(t, bars))
				}
				if err != nil {
					b.Fatal(err)
				}
				k.ByBar(bars)
				var ls tokens.Lanes
				start := cpuTime()
				for b.Loop() {
					k.BeginAll(&ls)
					for _, p := range path {
						k.AdvanceAll(p, 0, &ls, 0, p.Len)
					}
				}
				perStep(b, start, blocks*block.Steps*block.Lanes)
			})
		}
	}
}

// hourly are rates that are all new in each bar, and gas and impact, of a token.
func hourly(t tokens.Token, bars int) (list []tokens.Dated) {
	for i := range bars {
		d := tokens.Dated{From: i, Cost: t.Cost}
		about := func(rate float64) float64 { return rate + 0.01*float64((i*7919)%13-6) }
		switch m := t.Mechanism.(type) {
		case tokens.Loan:
			m.Borrow, m.Supply = about(m.Borrow), about(m.Supply)
			d.Terms = m.Terms(t)
		case tokens.Perp:
			m.Funding, m.BorrowFee, m.CashRate = about(m.Funding), about(m.BorrowFee), about(m.CashRate)
			d.Terms = m.Terms(t)
		}
		d.Cost.Gas *= 1 + 0.01*float64(i%7)
		d.Cost.Impact *= 1 + 0.01*float64(i%5)
		list = append(list, d)
	}
	return list
}
