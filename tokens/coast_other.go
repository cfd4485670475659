//go:build !amd64 || purego

package tokens

import "time"

const vector = false

type coastConstants struct{}

func newCoastConstants(*coast) *coastConstants { return nil }

// There is no vector code, and these are not called.
func coast8(*columns, int, *coast, *float64, int, time.Duration, time.Duration) uint8 { return 0 }

func market8(*marketColumns, int, *float64, *float64, int, time.Duration, time.Duration) {}
