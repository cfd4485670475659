package analytics

import "math"

// A Robustness says which of several settings does well in every scenario, such as
// which band at every volatility.
type Robustness struct {
	// Regret is, by setting and scenario, how much better the scenario's best setting
	// is, paired. All intervals hold simultaneously.
	Regret [][]Estimate

	Greatest          []Estimate // by setting: the maximum regret; its intervals hold simultaneously too
	Minimax           int        // the setting with the smallest maximum regret in the sample
	Decides           int        // the scenario of its maximum regret
	Indistinguishable []bool     // settings whose maximum regret is not significantly larger

	Maximin int      // the setting with the best worst-case value
	WorstIn int      // the scenario of that value
	Worst   Estimate // that value; its interval holds on its own
}

// Robust compares settings by Savage's minimax regret, and by the worst value. At
// gives the numbers of a setting in a scenario by path, as [Case.Numbers] does. All
// settings of a scenario share its paths; scenarios need not share any. At is called
// twice for each pair, two results are held at a time, and none is read after the next
// call.
//
// Write δ(i, k) for how much better i is than k in a scenario. There are K(K-1)/2·S
// such differences between K settings in S scenarios. With probability ≥ confidence
// all lie inside their intervals ± z·SE with z at α/(K(K-1)S) on each side
// (Bonferroni), for any correlation between them and any selection among them. With b
// the best in the sample,
//
//	δ(b, k) ≤ regret of k = max over i of δ(i, b) + δ(b, k),
//
// so the lower end of a regret is that of δ(b, k), and its upper end that of δ(b, k)
// plus the largest of δ(i, b), neither below zero. Greatest takes the maximum of values
// and ends over scenarios. A setting is not in the set Indistinguishable if its lower
// end is above the upper end of another. The set contains the setting of truly least
// maximum regret with at least the stated confidence, because that regret is above
// its own lower end and below every other upper end.
//
// Differences are over paths on which both numbers are finite, and the bound above
// adds differences over different paths where these are not the same. A setting without
// a finite number in a scenario in which another has one has infinite regret there.
// Robust panics if there is no setting or no scenario or sense is Neither.
//
// Source: Savage, "The theory of statistical decision", JASA 46 (1951).
func Robust(settings, scenarios int, at func(setting, scenario int) Sample, sense Sense,
	confidence float64) Robustness {
	return RobustBy(Metric{Sense: sense}, settings, scenarios, at, confidence)
}

// RobustBy is [Robust] of a metric's numbers, compared by [Metric.Difference]. It panics
// if the metric has no Sense.
func RobustBy(m Metric, settings, scenarios int, at func(setting, scenario int) Sample,
	confidence float64) Robustness {
	sense := m.Sense
	checkSettings(min(settings, scenarios), sense)
	checkConfidence(confidence)
	r := Robustness{Regret: make([][]Estimate, settings), Greatest: make([]Estimate, settings),
		Indistinguishable: make([]bool, settings)}
	worst, worstIn := make([]Estimate, settings), make([]int, settings)
	tail := (1 - confidence) / float64(max(settings*(settings-1)*scenarios, 1))
	for s := range scenarios {
		seen := 0
		c, worse := best(m, settings, func(i int) Sample {
			xs := at(i, s)
			if seen++; seen <= settings {
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
			if v.N == 0 { // no number of its own, or none has and nothing is known
				e.Value, e.Lo, e.Hi = math.Inf(1), math.Inf(1), math.Inf(1)
				if c.Versus[c.Best].N == 0 {
					e.Lo = 0
				}
			}
			r.Regret[i] = append(r.Regret[i], e)
		}
	}
	least := math.Inf(1) // upper end
	decides := make([]int, settings)
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
