package tokens

import (
	"math"

	"mcrisk/param"
)

// Hold never trades: the plain leveraged loan or perpetual.
type Hold struct{}

func (Hold) Trigger(View, *State) Trigger       { return Trigger{0, math.Inf(1), Never} }
func (Hold) Trade(View, *State) (float64, bool) { return 0, false }

var _ = Policies.Register(param.Kind[Policy]{
	Name: "hold", Doc: "never trades",
	New: func(param.Values) Policy { return Hold{} },
})
