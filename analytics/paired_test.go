package analytics

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/combin"
)

// indicatorPairs are two samples of zeros and ones with so many paths of each kind.
func indicatorPairs(both, first, other, neither int) (a, b Sample) {
	for _, x := range []struct {
		n    int
		a, b float64
	}{{both, 1, 1}, {first, 1, 0}, {other, 0, 1}, {neither, 0, 0}} {
		for range x.n {
			a.X, b.X = append(a.X, x.a), append(b.X, x.b)
		}
	}
	return a, b
}

// The ends of the interval are where the score test is at its level, with the
// likeliest probabilities of a difference sought over all of them. Where no path tells
// the events apart the ends are ±z²/(n + z²), by hand from the formula.
func TestPairedShares(t *testing.T) {
	const z = 1.959963984540054
	for _, n := range [][4]int{{43, 0, 1, 0}, {0, 0, 0, 400}, {400, 0, 0, 0}, {10, 7, 2, 81}, {0, 3, 0, 997},
		{0, 30, 20, 50}} {
		a, b := indicatorPairs(n[0], n[1], n[2], n[3])
		e := PairedShares(a, b, 0.95)
		all, first, other := float64(len(a.X)), float64(n[1]), float64(n[2])
		for _, d := range []float64{e.Lo, e.Hi} {
			likelihood := func(q float64) float64 { // of the other event only with probability q
				l := (all - first - other) * math.Log(1-2*q-d)
				if first > 0 {
					l += first * math.Log(q+d)
				}
				if other > 0 {
					l += other * math.Log(q)
				}
				return l
			}
			lo, hi := max(0, -d), (1-d)/2
			for range 200 {
				if l, r := lo+(hi-lo)/3, hi-(hi-lo)/3; likelihood(l) < likelihood(r) {
					lo = l
				} else {
					hi = r
				}
			}
			score := math.Abs(first-other-all*d) / math.Sqrt(all*(2*lo+d-d*d))
			if !(math.Abs(score-z) < 1e-5) {
				t.Errorf("%v: the end %v is %v standard errors away; want %v", n, d, score, z)
			}
		}
		if e.Method != Score || !(e.Lo <= e.Value && e.Value <= e.Hi) || e.Warning != "" {
			t.Errorf("%v: %+v", n, e)
		}
		if c := PairedShares(b, a, 0.95); !(math.Abs(c.Lo+e.Hi) < 1e-12 && math.Abs(c.Hi+e.Lo) < 1e-12) {
			t.Errorf("%v: turned round %+v", n, c)
		}
		if want := z * z / (all + z*z); n[1]+n[2] == 0 &&
			!(math.Abs(e.Hi-want) < 1e-12 && math.Abs(e.Lo+want) < 1e-12) {
			t.Errorf("%v: %+v; want ±%v", n, e, want)
		}
		// Each path three times, in one cluster, says what it says once.
		var thrice, other3 Sample
		for i := range 3 * len(a.X) {
			thrice.X, other3.X = append(thrice.X, a.X[i/3]), append(other3.X, b.X[i/3])
			thrice.Cluster = append(thrice.Cluster, i/3)
		}
		other3.Cluster = thrice.Cluster
		if c := PairedShares(thrice, other3, 0.95); !(math.Abs(c.Lo-e.Lo) < 0.02*(e.Hi-e.Lo) &&
			math.Abs(c.Hi-e.Hi) < 0.02*(e.Hi-e.Lo)) {
			t.Errorf("%v: %+v; in threes %+v", n, e, c)
		}
	}
}

// Over all outcomes of 100 paths, each with its probability, intervals hold the
// difference at least 93 % of the time, whether events are rare or not.
func TestPairedSharesCover(t *testing.T) {
	const n = 100.0
	for _, p := range []float64{0.001, 0.005, 0.01, 0.03, 0.1, 0.3} {
		for _, q := range []float64{0, 0.001, 0.005, 0.01, 0.03, 0.1} {
			held := 0.0
			for first := 0.0; first <= n; first++ {
				for other := 0.0; first+other <= n; other++ {
					log := combin.LogGeneralizedBinomial(n, first) + combin.LogGeneralizedBinomial(n-first, other) +
						first*math.Log(p) + (n-first-other)*math.Log(1-p-q)
					if other > 0 {
						log += other * math.Log(q)
					}
					chance := math.Exp(log)
					if chance < 1e-7 {
						continue
					}
					if lo, hi := tango(first, other, n, zScore(0.95)); lo <= p-q && p-q <= hi {
						held += chance
					}
				}
			}
			if held < 0.93 {
				t.Errorf("probabilities %v and %v: the interval holds the difference %.1f %% of the time",
					p, q, 100*held)
			}
		}
	}
}
