package study_test

import (
	"context"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Every registered model runs every registered policy on both mechanisms, with
// the same bits for any number of workers and for a path traced alone.
func TestEveryModelWithEveryPolicy(t *testing.T) {
	for _, m := range models.Registry.Kinds() {
		t.Run(m.Name, func(t *testing.T) {
			s := study.Spec{Model: part(m.Name), History: &study.History{Series: seriesOf(history(500))},
				Horizon: 9 * day, Step: time.Hour, Paths: 1100, Seed: 3}
			if testing.Short() {
				s.Paths = 40
			}
			for _, p := range tokens.Policies.Kinds() {
				for _, mechanism := range tokens.Mechanisms.Kinds() {
					s.Tokens = append(s.Tokens, study.TokenSpec{Name: p.Name + " " + mechanism.Name,
						Policy: part(p.Name), Mechanism: part(mechanism.Name),
						Values: param.Values{"fee": 0.001, "latency": 1800}})
				}
			}
			one, err := study.Ensembles(context.Background(), built(t, s), study.Options{Workers: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			seven, err := study.Ensembles(context.Background(), built(t, s), study.Options{Workers: 7}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if study.Hash(one) != study.Hash(seven) {
				t.Error("1 and 7 workers give different lifetimes")
			}
			for i := range s.Tokens {
				life, _, err := study.Trace(t.Context(), built(t, s), i, 33)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range one[i].Token.Record() {
					got, want := c.Of(&life), one[i].Column(c.Name)[33]
					if got != want && (got == got || want == want) {
						t.Errorf("%s: %s is %v traced and %v among others", s.Tokens[i].Name, c.Name, got, want)
					}
				}
			}
		})
	}
}
