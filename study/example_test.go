package study_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// A 3x token that rebalances between 2.8x and 3.2x, on a month of hourly prices of
// 80 % volatility a year: how often does it lose half?
func Example() {
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 2000, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Values: param.Values{"target": 3, "fee": 0.001},
			Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2}},
			Mechanism: param.Part{Kind: "loan"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	ensembles, err := study.Ensembles(context.Background(), s, study.Options{}, []string{"nav"})
	if err != nil {
		log.Fatal(err)
	}
	halved := 0
	for _, nav := range ensembles[0].Column("nav") {
		if nav < 0.5 {
			halved++
		}
	}
	fmt.Printf("%s on %T: %d of %d lifetimes lost half\n", s.Token(0).Name, s.Model(), halved, ensembles[0].N)
	// Output:
	// 3x on models.GBM: 504 of 2000 lifetimes lost half
}
