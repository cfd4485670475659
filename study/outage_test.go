package study_test

import (
	"context"
	"math"
	"testing"
	"time"

	"mcrisk/study"
)

// An outage is the same for a token alone and among others, for one path and
// for all; more outages leave leverage outside its band for longer; and tokens
// without them are not touched.
func TestOutages(t *testing.T) {
	spec := threeX()
	spec.Step, spec.Paths = time.Hour, 200
	never := spec.Tokens[0]
	add := func(name string, rate, length float64) {
		token := never
		token.Name = name
		token.Values = map[string]float64{"target": 3, "outage-rate": rate, "outage-length": length}
		spec.Tokens = append(spec.Tokens, token)
	}
	add("rare", 50, 7200)
	add("rare too", 50, 7200)
	add("often", 500, 7200)
	add("long", 50, 86400)
	es, err := study.Ensembles(context.Background(), built(t, spec), study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	alone := threeX()
	alone.Step, alone.Paths = time.Hour, 200
	calm, err := study.Ensembles(context.Background(), built(t, alone), study.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var outside []float64
	for i := range es {
		sum := 0.0
		for _, v := range es[i].Column("steps_outside") {
			sum += v
		}
		outside = append(outside, sum)
	}
	for path := range spec.Paths {
		if a, b := es[0].Column("nav")[path], calm[0].Column("nav")[path]; a != b {
			t.Fatalf("path %d without outages ends at %v among others, %v alone", path, a, b)
		}
		if a, b := es[1].Column("nav")[path], es[2].Column("nav")[path]; a != b {
			t.Fatalf("path %d: %v and %v with the same outages", path, a, b)
		}
	}
	for _, path := range []int{0, 17, 199} {
		for token := range spec.Tokens {
			life, _, err := study.Trace(t.Context(), built(t, spec), token, path)
			if err != nil {
				t.Fatal(err)
			}
			if got := es[token].Column("nav")[path]; math.Float64bits(got) != math.Float64bits(life.NAV) {
				t.Errorf("%s on path %d: %v among others, %v traced", spec.Tokens[token].Name, path, got, life.NAV)
			}
		}
	}
	if outside[0] != 0 || !(outside[1] > 0 && outside[3] > 3*outside[1] && outside[4] > 3*outside[1]) {
		t.Errorf("steps outside the band: %v; want none without outages, and many more with often and long ones",
			outside)
	}
}
