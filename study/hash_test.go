package study_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"mcrisk/study"
	"mcrisk/tokens"
)

// The hash of a run is the SHA-256 over that of each chunk, and a chunk's share is
// that of its paths alone, so that parts of a run can give it.
func TestHashIsOverChunks(t *testing.T) {
	const n = 2*study.ChunkPaths + 5
	token := tokens.Token{Name: "a", Target: 2}
	column := make([]float64, n)
	for i := range column {
		column[i] = math.Sqrt(float64(i))
	}
	column[7] = math.Float64frombits(0x7ff8000000000123) // a NaN of its own
	part := func(from, to int) tokens.Ensemble {
		e := tokens.NewEnsemble(token, time.Hour, to-from)
		e.Add("nav", column[from:to])
		return e
	}
	all := sha256.New()
	for from := 0; from < n; from += study.ChunkPaths {
		h := sha256.New()
		h.Write([]byte("token a\ncolumn nav\n"))
		for _, v := range column[from:min(from+study.ChunkPaths, n)] {
			if v != v {
				v = math.NaN()
			}
			if err := binary.Write(h, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
		chunk := sha256.Sum256(h.Sum(nil))
		if got := study.Hash([]tokens.Ensemble{
			part(from, min(from+study.ChunkPaths, n)),
		}); got != hex.EncodeToString(chunk[:]) {
			t.Errorf("paths from %d: hash %s; want %x", from, got, chunk)
		}
		all.Write(h.Sum(nil))
	}
	whole := []tokens.Ensemble{part(0, n)}
	want := hex.EncodeToString(all.Sum(nil))
	if got := study.Hash(whole); got != want {
		t.Errorf("hash %s; want %s", got, want)
	}
	column[n-1]++
	if got := study.Hash(whole); got == want {
		t.Error("another last number has the same hash")
	}
	column[n-1]--

	h := study.NewHasher()
	if got := h.Add(whole); got != want {
		t.Errorf("added, the hash is %s; want %s", got, want)
	}
	h.Add(whole)
	twice := sha256.Sum256(append(all.Sum(nil), all.Sum(nil)...))
	if got := h.Sum(); got != hex.EncodeToString(twice[:]) {
		t.Errorf("two runs have the hash %s; want %x", got, twice)
	}
}
