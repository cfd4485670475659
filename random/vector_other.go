//go:build !amd64 || purego

package random

import "mcrisk/block"

const vector = false

func transform(*block.Track, *[block.Steps / 4][4][block.Lanes]uint32, int) {}

func fill(dst *block.Track, seed, group uint64, id ID, quad uint32, quads int) {
	fillPlain(dst, seed, group, id, quad, quads)
}

func words(dst *Words, seed, group uint64, id ID, quad uint32, quads int) {
	wordsPlain(dst, seed, group, id, quad, quads)
}
