package models

import (
	"math"

	"mcrisk/block"
	"mcrisk/random"
)

// beginJumps draws the time of the first jump of each lane addressed into state[0].
func beginJumps(at At, rate float64, state State) {
	from, to := at.Lanes()
	for l := from; l < to; l++ {
		state[0][l], state[1][l] = 0, 0
		nextJump(at, rate, state, l)
	}
}

// nextJump moves a lane's clock on by one exponential gap, addressed by the
// number of the jump.
func nextJump(at At, rate float64, state State, lane int) {
	if rate == 0 {
		state[0][lane] = math.Inf(1)
		return
	}
	path := at.Group*block.Lanes + uint64(lane)
	gap := random.ExpAt(at.Seed, path, random.Stream(random.JumpClock, at.Underlying), uint64(state[1][lane]))
	state[0][lane] += gap / rate
}

// eachJump calls visit for every jump that falls into the steps and lanes of at, with
// its number n, and moves the lanes' clocks past them. Which step a jump
// belongs to depends on its time alone, so blocks may be cut anywhere.
func eachJump(at At, rate float64, state State, visit func(step, lane int, path, n uint64)) {
	dt := Years(at.Step)
	beyond := float64(at.First+at.Len) * dt * (1 + 1e-12) // a later jump is not in these steps, whatever the rounding
	from, to := at.Lanes()
	for l := from; l < to; l++ {
		for state[0][l] <= beyond {
			// A jump at the very end of a step belongs to it.
			step := math.Max(math.Ceil(state[0][l]/dt)-1, 0) - float64(at.First)
			if !(step < float64(at.Len)) {
				break
			}
			visit(int(step), l, at.Group*block.Lanes+uint64(l), uint64(state[1][l]))
			state[1][l]++
			nextJump(at, rate, state, l)
		}
	}
}
