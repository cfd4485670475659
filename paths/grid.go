// Package paths makes the price paths that tokens run on, and holds price
// histories.
//
// A path has a number: path i is a pure function of the model, the grid, the
// seed and i. How many processors work, in which order, and which other paths
// exist cannot change a bit of it. All goroutines of the project are here.
package paths

import (
	"fmt"
	"math"
	"time"
)

// A Grid is the times at which prices are seen.
type Grid struct {
	Step  time.Duration // from one to the next, above zero
	Steps int           // how many, at least one
}

// longest is a horizon after which a keeper or a clock can still wait for 50 years
// without leaving the range of a time.Duration.
const longest = 200 * 365 * 24 * time.Hour

// maxSteps are the most steps of a grid: one fewer where an int has 32 bits.
const maxSteps = min(1<<31, math.MaxInt)

// NewGrid returns the grid of steps that fit into the horizon, which must be a
// whole number of them.
func NewGrid(horizon, step time.Duration) (Grid, error) {
	switch {
	case step <= 0:
		return Grid{}, fmt.Errorf("paths: step = %v; want a duration above 0", step)
	case horizon > longest:
		return Grid{}, fmt.Errorf("paths: horizon %v; want at most 200 years, %v", horizon, longest)
	case horizon < step:
		return Grid{}, fmt.Errorf("paths: horizon %v is shorter than a step of %v", horizon, step)
	case horizon%step != 0:
		return Grid{}, fmt.Errorf("paths: horizon %v is not a whole number of steps of %v", horizon, step)
	case horizon/step > maxSteps:
		return Grid{}, fmt.Errorf("paths: %d steps; want at most %d", horizon/step, maxSteps)
	}
	return Grid{Step: step, Steps: int(horizon / step)}, nil
}

// Horizon is the length of time the grid covers.
func (g Grid) Horizon() time.Duration { return time.Duration(g.Steps) * g.Step }
