package exact

import (
	"errors"
	"fmt"
	"math"
)

var errFixedAtEdge = errors.New("exact: a fixed cost per rebalance with continuous trading at an edge has no limit; want Fixed 0, To Target or a grid (Step > 0)")

// positive refuses a value that is not above zero and finite.
func positive(what string, value float64) error {
	if !(value > 0) || math.IsInf(value, 0) {
		return fmt.Errorf("exact: %s = %v; want a finite number above zero", what, value)
	}
	return nil
}

// finite refuses results that the arithmetic could not hold.
func finite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("exact: %s are beyond the arithmetic's range; want less extreme inputs", what)
		}
	}
	return nil
}
