//go:build !amd64 || purego

package models

import "mcrisk/block"

func (*garchSteps) vector(_ *block.Track, _ *[block.Lanes]float64, _ *block.Track, _, _ int) (int, uint16) {
	return 1, allLanes
}

func (*hestonSteps) vector(_ []*block.Track, _ *[block.Lanes]float64, _ *block.Track, _, _ int) (int, uint16) {
	return 1, allLanes
}
