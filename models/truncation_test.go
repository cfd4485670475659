package models

import (
	"math"

	"mcrisk/block"
)

// fullTruncation is Heston's model under the Euler scheme with full truncation.
type fullTruncation struct{ Heston }

func (m fullTruncation) Advance(at At, z []*block.Track, state State, move *block.Track) {
	dt := Years(at.Step)
	for k := range at.Len {
		for l := range block.Lanes {
			v := max(state[0][l], 0)
			b := z[1][k][l]
			w := m.Rho*b + math.Sqrt(1-m.Rho*m.Rho)*z[0][k][l]
			move[k][l] = (m.Mu-v/2)*dt + math.Sqrt(v*dt)*w
			state[0][l] += m.Kappa*(m.Theta-v)*dt + m.Xi*math.Sqrt(v*dt)*b
		}
	}
}
