//go:build !amd64 || purego

package tokens

import "mcrisk/block"

const vector = false

type coastConstants struct{}

func newCoastConstants(*coast) *coastConstants { return nil }

func (k *Kernel) coastBlock(*block.Block, *block.Track, *[block.Lanes]Lane, int, int) bool {
	return false
}

func marketBlock(*block.Block, *block.Track, *block.Track, *[block.Lanes]Market, int, int) bool {
	return false
}
