package models

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTryMC(t *testing.T) {
	dt := Years(time.Hour)
	slow, _ := strconv.ParseFloat(os.Getenv("SLOW"), 64)
	weight, _ := strconv.ParseFloat(os.Getenv("WEIGHT"), 64)
	if slow == 0 {
		t.Skip()
	}
	var differences, coins []float64
	for _, coin := range strings.Split("btc,eth,sol", ",") {
		at, _ := closes(t, coin+"_usdt_perp_1h.csv")
		r := logReturns(t, coin+"_usdt_perp_1h.csv", false)
		var hours []int
		for _, a := range at[1:] {
			tm, err := time.Parse(time.RFC3339, a)
			if err != nil {
				t.Fatal(err)
			}
			hours = append(hours, hourOfWeek(tm))
		}
		split := 0
		for at[split+1] < "2023" {
			split++
		}
		s, err := newSample(r[:split], dt)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		whole := mcLikelihood(s, hours, slow, weight)
		l := whole.without(sigmaAt, 0)
		best := math.Inf(-1)
		var x []float64
		for _, start := range [][]float64{{0, -1.5, -.7, -1.2, .5, 1, .2, .25, -.1, -.4, .5}} {
			got := climb(func(x []float64) float64 { return -l.at(x, s.r) / float64(len(s.r)) }, start)
			if got != nil && -got.F*float64(len(s.r)) > best {
				best, x = -got.F*float64(len(s.r)), got.X
			}
		}
		p := whole.natural(slices.Insert(slices.Clone(x), sigmaAt, 0))
		m := mcOf(p, slow)
		in, _, _ := m.run(dt, s.r, hours, nil)
		s2, _ := m.over(dt, newNewsLaw(m.DoF, m.Bend))
		fmt.Printf("%s %.1f (%.1f) %v mean %.2f g %.4f %.3v\n", coin, in, best, time.Since(begin).Round(time.Second), s2.mean[31], s2.g, p)
		all := s
		all.r = r
		var states []mcState
		m.run(dt, r, hours, func(i int, st *mcState) {
			if i >= split && (i-split)%168 == 0 {
				states = append(states, *st)
			}
		})
		after := all
		after.r = r[split:]
		q := m.weekQLIKE(after, hours[split:], states, 168, 0)
		of, err := fittedTo[GARCH](s, "garch")
		if err != nil {
			t.Fatal(err)
		}
		garch := of.symmetric()
		alpha, _, beta := garch.coefficients(time.Hour)
		unit := garch.Sigma * garch.Sigma * dt
		theirs, h := 0.0, 1.0
		n := 0
		for i, x := range r {
			if i >= split && (i-split)%168 == 0 && n < len(q) {
				v, f, hh := 0.0, 0.0, h
				for k := range 168 {
					f += hh * unit
					hh = 1 - alpha - beta + (alpha+beta)*hh
					v += r[i+k] * r[i+k]
				}
				b := v/f - math.Log(v/f) - 1
				theirs += b / float64(len(q))
				if n == len(differences) {
					differences, coins = append(differences, 0), append(coins, 0)
				}
				differences[n] += b - q[n]
				coins[n]++
				n++
			}
			h = 1 - alpha - beta + beta*h + alpha*(x-s.mean)*(x-s.mean)/unit
		}
		sorted := slices.Clone(q)
		slices.Sort(sorted)
		fmt.Printf("   QLIKE %.3f garch %.3f worst %.2f\n", meanOf(q), theirs, sorted[len(sorted)-5:])
	}
	for n := range differences {
		differences[n] /= coins[n]
	}
	fmt.Printf("FLOOR %v SLOW %v WEIGHT %v z %.2f\n", envFloat("MC_FLOOR"), slow, weight, newey(differences, 4))
}
