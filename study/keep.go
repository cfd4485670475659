package study

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"slices"

	"mcrisk/tokens"
)

// Ensembles runs a study and returns the lifetimes of its tokens, by column,
// with the columns of the market that all of them share. With names, only
// those columns are kept. Other sinks see every chunk too.
func Ensembles(ctx context.Context, s *Study, opt Options, names []string, sinks ...Sink) ([]tokens.Ensemble, error) {
	kept := func(name string) bool { return names == nil || slices.Contains(names, name) }
	markets := make([]map[string][]float64, len(s.laws)) // by underlying
	for u := range markets {
		markets[u] = map[string][]float64{}
		for _, col := range tokens.MarketColumns {
			if kept(col.Name) {
				markets[u][col.Name] = make([]float64, s.spec.Paths)
			}
		}
	}
	out := make([]tokens.Ensemble, len(s.tokens))
	records := make([][]tokens.Column, len(s.tokens)) // what is kept of them
	for i, token := range s.tokens {
		out[i] = tokens.NewEnsemble(token, s.spec.Horizon, s.spec.Paths)
		for _, col := range token.Record() {
			if kept(col.Name) {
				out[i].Add(col.Name, make([]float64, s.spec.Paths))
				records[i] = append(records[i], col)
			}
		}
		for _, col := range tokens.MarketColumns {
			if c, ok := markets[s.follow[i]][col.Name]; ok {
				out[i].Add(col.Name, c)
			}
		}
	}
	keep := func(c *Chunk) error {
		for u, market := range markets {
			for _, col := range tokens.MarketColumns {
				if dst, ok := market[col.Name]; ok {
					for j := range c.Markets[u] {
						dst[c.First+j] = col.Of(&c.Markets[u][j])
					}
				}
			}
		}
		for i := range out {
			for _, col := range records[i] {
				dst := out[i].Column(col.Name)
				for j := range c.Tokens[i] {
					dst[c.First+j] = col.Of(&c.Tokens[i][j])
				}
			}
		}
		return nil
	}
	return out, Run(ctx, s, opt, append([]Sink{keep}, sinks...)...)
}

// Hash is the results_hash of ensembles that ran on the same paths: the SHA-256,
// in hexadecimal, over the SHA-256 of each chunk of [ChunkPaths] paths, in path
// order. A chunk's hash is over each token's name, then the name of each of its columns
// and the column's numbers by path, little endian, with one bit pattern for NaN. Columns
// without meaning for the token are left out (see [tokens.Column]). Two runs with the
// same hash have the same lifetimes; estimates and files do not enter it. A chunk's hash
// depends on that chunk only, so parts of a run can be hashed separately.
func Hash(ensembles []tokens.Ensemble) string {
	sum := hashOf(ensembles)
	return hex.EncodeToString(sum[:])
}

func hashOf(ensembles []tokens.Ensemble) (sum [sha256.Size]byte) {
	if len(ensembles) == 0 {
		return sha256.Sum256(nil)
	}
	all := sha256.New()
	buf := make([]byte, 0, 8*ChunkPaths)
	for first := 0; first < ensembles[0].N; first += ChunkPaths {
		chunk := sha256.New()
		for i := range ensembles {
			e := &ensembles[i]
			fmt.Fprintf(chunk, "token %s\n", e.Token.Name)
			for _, name := range e.Names() {
				if e.Idle(name) {
					continue
				}
				fmt.Fprintf(chunk, "column %s\n", name)
				buf = buf[:0]
				for _, v := range e.Column(name)[first:min(first+ChunkPaths, e.N)] {
					if v != v {
						v = math.NaN()
					}
					buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
				}
				chunk.Write(buf)
			}
		}
		all.Write(chunk.Sum(nil))
	}
	all.Sum(sum[:0])
	return sum
}

// A Hasher makes the results_hash of several runs, such as the cells of a sweep:
// the SHA-256 over the [Hash] of each, in the order in which they are added.
type Hasher struct{ all hash.Hash }

// NewHasher returns a Hasher of no runs.
func NewHasher() *Hasher { return &Hasher{sha256.New()} }

// Add adds the next run and returns its own Hash.
func (h *Hasher) Add(ensembles []tokens.Ensemble) string {
	sum := hashOf(ensembles)
	h.all.Write(sum[:])
	return hex.EncodeToString(sum[:])
}

// Sum is the hash of what was added.
func (h *Hasher) Sum() string { return hex.EncodeToString(h.all.Sum(nil)) }
