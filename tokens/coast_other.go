//go:build !amd64 || purego

package tokens

import "time"

const vector = false

type coastConstants struct{}

func newCoastConstants(*coast) *coastConstants { return nil }

// There is no vector code, and these are not called.
func (*coast) abreast() int { return 8 }

const marketsAbreast = 8

func coastAbreast(*columns, int, *coast, *float64, int, time.Duration, time.Duration) uint16 {
	return 0
}

func marketAbreast(*marketColumns, int, *float64, *float64, int, time.Duration, time.Duration) {}
