package paths

import (
	"time"

	"mcrisk/block"
)

// A Variance is a setting of realised variance, see [block.Variance].
type Variance struct {
	Underlying int
	Window     time.Duration // over which it is measured, above zero
	Volatility float64       // in the long run, 1/√year, above zero
}

// variances are where the lanes of a group stand.
type variances struct {
	measure block.Variance
	x       [block.Lanes]float64
}

func (s *variances) begin() {
	for l := range s.x {
		s.x[l] = 1
	}
}

// fill writes the measure after each step of a block.
func (s *variances) fill(b *block.Block, underlying int, to *block.Track) {
	move, ways := b.Move[underlying], b.Ways[underlying]
	x := &s.x
	for i := range b.Len {
		moves, row := &move[i], &to[i]
		for l := range x {
			r := moves[l]
			if ways != nil {
				r += ways[l][i][0] // the jump to the open
			}
			x[l] = s.measure.Next(x[l], r)
			row[l] = x[l]
		}
	}
}
