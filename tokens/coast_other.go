//go:build !amd64 || purego

package tokens

import "time"

const vector = false

type coastConstants struct{}

func newCoastConstants(*coast) *coastConstants { return nil }

// There is no vector code, and these are not called.
func coast4(*columns, int, *coast, *float64, int, time.Duration, time.Duration) bool { return false }

func market4(*marketColumns, int, *float64, *float64, int, time.Duration, time.Duration) {}
