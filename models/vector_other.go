//go:build !amd64 || purego

package models

import "mcrisk/block"

func (*garchSteps) vector(*block.Track, *[block.Lanes]float64, *block.Track, int) bool { return false }

func (*hestonSteps) vector([]*block.Track, *[block.Lanes]float64, *block.Track, int) bool {
	return false
}

func (*componentSteps) vector(At, []*block.Track, State, *block.Track) bool {
	return false
}
