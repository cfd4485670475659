package analytics

import "math"

// A Robustness is which of several choices does well whatever the circumstances,
// such as which band at every volatility.
type Robustness struct {
	// By choice, then circumstance: how much better the circumstance's best choice
	// is, paired. All intervals hold at once.
	Regret [][]Estimate

	Greatest          []Estimate // by choice: the greatest regret; its intervals hold at once too
	Minimax           int        // the one with the least greatest regret in the sample
	Decides           int        // the circumstance in which its regret is greatest
	Indistinguishable []bool     // the choices that cannot be told from it

	Maximin int      // the choice whose worst value is the best
	WorstIn int      // the circumstance of that value
	Worst   Estimate // that value; its interval holds on its own
}

// Robust judges choices by Savage's minimax regret, and by the worst value. At
// gives the numbers of a choice in a circumstance by path, as [Case.Numbers]
// does; paths are shared by the choices in a circumstance, and need not be between
// circumstances. It is called twice for each pair, two are held at a time, and
// what it returns is not read after the next call.
//
// Write δ(i, k) for how much better i is than k in a circumstance. There are
// K(K-1)/2·S such differences between K choices in S circumstances; with
// probability ≥ confidence all are inside intervals ± z·SE with z at
// α/(K(K-1)S) on each side (Bonferroni), whatever their correlation and whichever
// of them are then looked at. With b the best in the sample,
//
//	δ(b, k) ≤ regret of k = max over i of δ(i, b) + δ(b, k),
//
// so the lower ends of regrets are those of δ(b, k), and the upper ones those of
// δ(b, k) plus the largest of δ(i, b), neither below zero. Greatest takes the
// maximum of values and ends over circumstances. A choice is left out of Indistinguishable
// when its lower end is above the upper end of another, so that the choice of
// truly least greatest regret is among them with at least the stated confidence:
// its regret is above its own lower end and below every other upper end.
//
// Differences are over paths on which both numbers are finite, and the bound above
// adds differences over other paths where these are not the same. A choice that
// has no finite number in a circumstance in which another has one has infinite
// regret there. It panics if there is no choice or no circumstance or sense is
// Neither.
//
// Source: Savage, "The theory of statistical decision", JASA 46 (1951).
func Robust(choices, circumstances int, at func(choice, circumstance int) Sample, sense Sense,
	confidence float64) Robustness {
	return RobustBy(Metric{Sense: sense}, choices, circumstances, at, confidence)
}

// RobustBy is [Robust] of a metric's numbers, with its way to compare two settings; see
// [BestBy]. It panics if the metric has no Sense.
func RobustBy(m Metric, choices, circumstances int, at func(choice, circumstance int) Sample,
	confidence float64) Robustness {
	sense := m.Sense
	checkSettings(min(choices, circumstances), sense)
	checkConfidence(confidence)
	r := Robustness{Regret: make([][]Estimate, choices), Greatest: make([]Estimate, choices),
		Indistinguishable: make([]bool, choices)}
	worst, worstIn := make([]Estimate, choices), make([]int, choices)
	tail := (1 - confidence) / float64(max(choices*(choices-1)*circumstances, 1))
	for s := range circumstances {
		seen := 0
		c, worse := best(m, choices, func(i int) Sample {
			xs := at(i, s)
			if seen++; seen <= choices {
				if v := MeanFinite(xs, confidence); s == 0 || better(-sense, v.Value-worst[i].Value) || v.N == 0 {
					worst[i], worstIn[i] = v, s
				}
			}
			return xs
		}, confidence, tail)
		slack := 0.0
		for i, v := range worse {
			if i != c.Best && v.N > 0 {
				slack = max(slack, -v.Lo)
			}
		}
		for i, v := range worse {
			e := Estimate{Value: max(0, v.Value), SE: v.SE, Confidence: confidence, N: v.N,
				Method: v.Method, Warning: v.Warning}
			e.Lo, e.Hi = max(0, v.Lo), e.Value+(v.Hi-v.Value)+slack
			if v.N == 0 { // never finite where the best is; or nobody is, and nothing is known
				e.Value, e.Lo, e.Hi = math.Inf(1), math.Inf(1), math.Inf(1)
				if c.Versus[c.Best].N == 0 {
					e.Lo = 0
				}
			}
			r.Regret[i] = append(r.Regret[i], e)
		}
	}
	least := math.Inf(1) // upper end
	decides := make([]int, choices)
	for i, regrets := range r.Regret {
		g := regrets[0]
		for s, e := range regrets {
			if e.Value > g.Value {
				g.Value, g.SE, g.N, g.Warning, decides[i] = e.Value, e.SE, e.N, e.Warning, s
			}
			g.Lo, g.Hi = max(g.Lo, e.Lo), max(g.Hi, e.Hi)
		}
		r.Greatest[i], least = g, min(least, g.Hi)
		if g.Value < r.Greatest[r.Minimax].Value {
			r.Minimax = i
		}
		if better(sense, worst[i].Value-worst[r.Maximin].Value) || worst[r.Maximin].N == 0 {
			r.Maximin = i
		}
	}
	r.Decides, r.Worst, r.WorstIn = decides[r.Minimax], worst[r.Maximin], worstIn[r.Maximin]
	for i, g := range r.Greatest {
		r.Indistinguishable[i] = !(g.Lo > least)
	}
	return r
}
