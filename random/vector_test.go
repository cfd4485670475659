package random

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"mcrisk/block"
)

// Vector code gives the bits of the plain code, at random addresses and at
// extreme ones.
func TestVectorNormalsAreThePlainOnes(t *testing.T) { eachWidth(t, vectorNormalsAreThePlainOnes) }

func vectorNormalsAreThePlainOnes(t *testing.T) {
	if !vector {
		t.Skip("no vector code on this machine or in this build")
	}
	r := rand.New(rand.NewPCG(1, 2))
	compare := func(seed, group uint64, id ID, quad uint32, quads int) {
		t.Helper()
		var got, want block.Track
		fill(&got, seed, group, id, quad, quads)
		fillPlain(&want, seed, group, id, quad, quads)
		for k := range want {
			for l, w := range want[k] {
				if math.Float64bits(got[k][l]) != math.Float64bits(w) {
					t.Fatalf("seed %d, group %d, stream %d, word block %d, step %d, lane %d: vector %v, plain %v",
						seed, group, id, quad, k, l, got[k][l], w)
				}
			}
		}
	}
	for _, seed := range []uint64{0, 1, math.MaxUint32, math.MaxUint64} {
		for _, group := range []uint64{0, 1, 1<<28 - 1, 1 << 28, 1<<60 - 1} {
			for quads := range 17 {
				compare(seed, group, Stream(Diffusion, 0), 0, quads)
			}
			compare(seed, group, math.MaxUint32, math.MaxUint32, 16)
			compare(seed, group, 0, math.MaxUint32-7, 16)
		}
	}
	n := 20_000 // 20 million normals
	if testing.Short() {
		n = 200
	}
	for range n {
		compare(r.Uint64(), r.Uint64()>>4, ID(r.Uint32()), r.Uint32(), 16)
	}
}

// Words made together are those addressed one by one, wherever the steps begin, in vector code and in plain code.
func TestWordsAreAddressed(t *testing.T) { eachWidth(t, wordsAreAddressed) }

func wordsAreAddressed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var room, plain Words
	for n := range block.Steps + 1 {
		seed, group, id, first := r.Uint64(), r.Uint64()>>4, ID(r.Uint32()), int(r.Uint32()>>1)
		words := room.At(seed, group, id, first, n)
		if len(words) != n {
			t.Fatalf("%d steps of words; want %d", len(words), n)
		}
		wordsPlain(&plain, seed, group, id, uint32(first/4), (n+3)/4+1)
		for k := range words {
			for l, got := range words[k] {
				want := WordAt(seed, group*block.Lanes+uint64(l), id, uint64(first+k))
				if p := plain[first%4+k][l]; got != want || p != want {
					t.Fatalf("seed %d, group %d, stream %d, step %d, lane %d: word %#x, plain %#x; want %#x",
						seed, group, id, first+k, l, got, p, want)
				}
			}
		}
	}
}

// TestGoldenNormals pins the bits of every normal made from the words that a
// seed gives, in all builds and on all machines.
func TestGoldenNormals(t *testing.T) {
	h := sha256.New()
	var tr block.Track
	var buf []byte
	for g := range uint64(256) {
		Normals(&tr, 20_260_101, g<<20, Stream(Diffusion, int(g%3)), int(64*g), 64)
		buf = buf[:0]
		for k := range tr {
			for _, x := range tr[k] {
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(x))
			}
		}
		h.Write(buf)
	}
	const want = "8a143dbf393fe2457ec1106652166c5998777c63887c4ba96925f5d253250387"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("hash of 262,144 normals = %s, want %s", got, want)
	}
}

// So it does for words that random addresses do not reach: the ends of every
// range that the transform distinguishes.
func TestVectorTransformOfEdgeWords(t *testing.T) { eachWidth(t, vectorTransformOfEdgeWords) }

func vectorTransformOfEdgeWords(t *testing.T) {
	if !vector {
		t.Skip("no vector code on this machine or in this build")
	}
	var edges []uint32
	for i := range 33 {
		for d := range uint32(9) {
			edges = append(edges, uint32(1<<i)+d-4, ^(uint32(1<<i) + d - 4), 3<<30+uint32(1<<i)+d-4)
		}
	}
	// About √½ and its halves, where the exponent changes.
	for i := range 32 {
		for d := range uint32(201) {
			edges = append(edges, uint32(math.Sqrt2/2*float64(uint64(1)<<(32-i)))+d-100)
		}
	}
	for _, stride := range []int{0, 1, 7, 101} {
		for base := 0; base < len(edges); base += 16 {
			var a, b [16]uint32
			for l := range a {
				a[l] = edges[(base+l)%len(edges)]
				b[l] = edges[(base+l*stride+stride)%len(edges)]
			}
			words := [16][4][16]uint32{{a, b, b, a}}
			var got block.Track
			transform(&got, &words, 1)
			for l := range a {
				w0, w1 := normals(a[l], b[l])
				w2, w3 := normals(b[l], a[l])
				for k, w := range []float32{w0, w1, w2, w3} {
					if g := got[k][l]; math.Float64bits(g) != math.Float64bits(float64(w)) {
						t.Fatalf("words %#x %#x: vector %v, plain %v", a[l], b[l], g, w)
					}
				}
			}
		}
	}
}
