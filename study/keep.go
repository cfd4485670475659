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
func Ensembles(ctx context.Context, spec Spec, opt Options, names []string, sinks ...Sink) ([]tokens.Ensemble, error) {
	spec, err := spec.Complete()
	if err != nil {
		return nil, err
	}
	kept := func(name string) bool { return names == nil || slices.Contains(names, name) }
	markets := make([]map[string][]float64, 1+len(spec.Others)) // by underlying
	for u := range markets {
		markets[u] = map[string][]float64{}
		for _, col := range tokens.MarketColumns {
			if kept(col.Name) {
				markets[u][col.Name] = make([]float64, spec.Paths)
			}
		}
	}
	out := make([]tokens.Ensemble, len(spec.Tokens))
	for i, t := range spec.Tokens {
		token, err := t.Build()
		if err != nil {
			return nil, err
		}
		out[i] = tokens.NewEnsemble(token, spec.Horizon, spec.Paths)
		for _, col := range tokens.Columns {
			if kept(col.Name) {
				out[i].Add(col.Name, make([]float64, spec.Paths))
			}
		}
		for _, col := range tokens.MarketColumns {
			if c, ok := markets[spec.underlying(t)][col.Name]; ok {
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
			for _, col := range tokens.Columns {
				if !kept(col.Name) {
					continue
				}
				dst := out[i].Column(col.Name)
				for j := range c.Tokens[i] {
					dst[c.First+j] = col.Of(&c.Tokens[i][j])
				}
			}
		}
		return nil
	}
	return out, Run(ctx, spec, opt, append([]Sink{keep}, sinks...)...)
}

// Hash is the SHA-256 of the ensembles' columns, in order: the token's name,
// each column's name, and its numbers by path, little endian, with one NaN for
// all. It is what two runs must share to be the same run; estimates and files
// do not enter.
func Hash(ensembles []tokens.Ensemble) string {
	h := NewHasher()
	for i := range ensembles {
		h.Add(&ensembles[i])
	}
	return h.Sum()
}

// A Hasher makes the Hash of ensembles that come one by one.
type Hasher struct {
	h   hash.Hash
	buf []byte
}

// NewHasher returns a Hasher of no ensembles.
func NewHasher() *Hasher { return &Hasher{sha256.New(), make([]byte, 0, 8*ChunkPaths)} }

// Add adds the next ensemble.
func (h *Hasher) Add(e *tokens.Ensemble) {
	fmt.Fprintf(h.h, "token %s\n", e.Token.Name)
	for _, name := range e.Names() {
		fmt.Fprintf(h.h, "column %s\n", name)
		for chunk := range slices.Chunk(e.Column(name), ChunkPaths) {
			h.buf = h.buf[:0]
			for _, v := range chunk {
				if v != v {
					v = math.NaN()
				}
				h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(v))
			}
			h.h.Write(h.buf)
		}
	}
}

// Sum is the hash of what was added.
func (h *Hasher) Sum() string { return hex.EncodeToString(h.h.Sum(nil)) }
