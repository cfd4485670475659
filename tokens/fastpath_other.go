//go:build !amd64 || purego

package tokens

import "time"

const vector = false

type fastConstants struct{}

func newFastConstants(*fastPath) *fastConstants { return nil }

// There is no vector code, and these are not called.
func (*fastPath) batch() int { return 8 }

const marketBatch = 8

func stepBatch(*columns, int, *fastPath, *float64, int, time.Duration, time.Duration, *datedBatch, *float64) uint16 {
	return 0
}

func growVector(_, _ []float64, _, _ float64) int { return 0 }

func stepMarketBatch(*marketColumns, int, *float64, *float64, int, time.Duration, time.Duration) {}

func callRun(_, _, _ *float64, _, _ int, _ uint32) (done int, event, noted uint8) { return 0, 0, 0 }
