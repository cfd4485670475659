//go:build !purego

package random

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"mcrisk/block"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ
)

// fill is fillPlain, in vector code where the processor has it.
func fill(dst *block.Track, seed, group uint64, id ID, quad uint32, quads int) {
	if !vector {
		fillPlain(dst, seed, group, id, quad, quads)
		return
	}
	if quads <= 0 {
		return
	}
	// All words first: short loops keep the processor busier than one long. They
	// wait in the second half of what is to be filled.
	words := (*[block.Steps / 4][4][block.Lanes]uint32)(unsafe.Pointer(&dst[2*quads]))
	fillWords(words, seed, group, id, quad, quads)
	transform(dst, words, quads)
}

// words is wordsPlain, in vector code where the processor has it.
func words(dst *Words, seed, group uint64, id ID, quad uint32, quads int) {
	if !vector {
		wordsPlain(dst, seed, group, id, quad, quads)
		return
	}
	if quads > 0 {
		fillWords((*[block.Steps / 4][4][block.Lanes]uint32)(unsafe.Pointer(dst)), seed, group, id, quad, quads)
	}
}

// fillWords makes at least one block of words, in vector code.
func fillWords(dst *[block.Steps / 4][4][block.Lanes]uint32, seed, group uint64, id ID, quad uint32, quads int) {
	var keys [10][2]uint32
	k0, k1 := uint32(seed), uint32(seed>>32)
	for r := range keys {
		keys[r] = [2]uint32{k0, k1}
		k0 += weyl0
		k1 += weyl1
	}
	if wide {
		wordsAVX512(dst, quads, quad, uint32(id), group*block.Lanes, &keys)
	} else {
		wordsAVX2(dst, quads, quad, uint32(id), group*block.Lanes, &keys)
	}
}

func transform(dst *block.Track, words *[block.Steps / 4][4][block.Lanes]uint32, quads int) {
	if wide {
		transformAVX512((*[block.Steps][block.Lanes]float64)(dst), words, quads)
		return
	}
	transformAVX2((*[block.Steps][block.Lanes]float64)(dst), words, quads)
}
