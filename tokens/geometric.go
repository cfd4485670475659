package tokens

import (
	"math"

	"mcrisk/param"
)

// Geometric is a band whose edges are equally far from the target in logarithms:
// Low = T²/High.
//
// Source: docs.indexcoop.com, leverage suite: 1.74 to 2.30 for ETH2x, 1.82 to
// 2.20 for BTC2x.
type Geometric struct {
	High  float64     // a magnitude, at least |target|
	To    Destination //
	Speed float64     // Partial only: the part of the way to the target, in [0, 1]
}

// Band is the band that a token of the given target has.
func (g Geometric) Band(target float64) Band {
	return Band{Low: float64(target*target) / g.High, High: g.High, To: g.To, Speed: g.Speed}
}

func (g Geometric) Check(target float64) error             { return g.Band(target).Check(target) }
func (g Geometric) Trigger(v View, m *State) Trigger       { return g.Band(v.Target).Trigger(v, m) }
func (g Geometric) Trade(v View, m *State) (float64, bool) { return g.Band(v.Target).Trade(v, m) }

var _ = Policies.Register(param.Kind[Policy]{
	Name: "geometric", Doc: "rebalances when leverage leaves a band that is symmetric in log leverage: lower edge = " +
		"target² / upper edge",
	Params: []param.Param{
		{Name: "upper", Unit: param.Leverage, Min: math.SmallestNonzeroFloat64, Max: 1000, Default: 3.3,
			Doc: "upper edge of the band, absolute leverage"},
		destination, speed,
	},
	New: func(v param.Values) Policy {
		return Geometric{High: v["upper"], To: Destination(v["to"]), Speed: v["speed"]}
	},
})
