package study

import (
	"context"
	"fmt"
	"time"

	"mcrisk/block"
	"mcrisk/paths"
	"mcrisk/tokens"
)

// ChunkPaths is the number of consecutive paths in a chunk, the unit in which paths are
// run, summed and passed on.
const ChunkPaths = 1024

const chunkGroups = ChunkPaths / block.Lanes

// A Chunk is the result of consecutive paths.
type Chunk struct {
	First      int                   // number of the first path
	N          int                   // paths, ChunkPaths except in the last chunk
	Markets    [][]tokens.MarketLife // by underlying, by path
	Tokens     [][]tokens.Lifetime   // by token, by path
	Underlying []int                 // by token
	Down       []int                 // steps at whose end the keeper was out of service, of all paths, by token
	Marks      []Mark
}

// A Mark is a snapshot of a chunk's paths at one time.
type Mark struct {
	Time  time.Duration
	Price [][]float64 // of underlyings over their initial prices, by underlying, by path
	NAV   [][]float64 // by token, by path
	Ideal [][]float64 // of the token rebalanced continuously and free, by token, by path

	Leverage  [][]float64 // by token, by path, a magnitude; zero once ended
	Low, High [][]float64 // least and greatest NAV visited so far, by token, by path
}

// A Sink takes finished chunks, in the order of their paths, one at a time. A
// chunk belongs to it.
type Sink func(*Chunk) error

// Options of a run do not change its results.
type Options struct {
	Workers  int                   // goroutines; 0: one for each processor
	Progress func(done, total int) // called with paths finished; may be nil
}

// Run runs a study and hands its chunks to the sinks.
func Run(ctx context.Context, s *Study, opt Options, sinks ...Sink) error {
	r, err := newRunner(s)
	if err != nil {
		return err
	}
	chunks := (s.spec.Paths + ChunkPaths - 1) / ChunkPaths
	return paths.Ordered(ctx, chunks, opt.Workers,
		func() func(int) (*Chunk, error) {
			w := r.newWorker()
			return func(i int) (*Chunk, error) { return r.chunk(ctx, w, i) }
		},
		func(_ int, c *Chunk) error {
			for _, sink := range sinks {
				if err := sink(c); err != nil {
					return err
				}
			}
			if opt.Progress != nil {
				opt.Progress(c.First+c.N, s.spec.Paths)
			}
			return nil
		})
}

// A runner is a study prepared to run.
type runner struct {
	spec      Spec
	generator paths.Generator
	kernels   []*tokens.Kernel
	targets   []float64
	follows   []int // underlying, by token
	masks     []int // of the block's, that of the keeper's outages, by token; −1: none
	marks     []int // numbers of steps, ascending
}

func newRunner(s *Study) (*runner, error) {
	if err := s.CheckDates(); err != nil {
		return nil, err
	}
	spec := s.spec
	grid, err := paths.NewGrid(spec.Horizon, spec.Step)
	if err != nil {
		return nil, err
	}
	priced, err := s.priced()
	if err != nil {
		return nil, err
	}
	r := &runner{spec: spec, follows: s.follow}
	r.generator = paths.Generator{Model: priced[0], Others: priced[1:], Each: s.laws[0].each, Mixer: s.mixer,
		Grid: grid, Seed: spec.Seed}
	for i, token := range s.tokens {
		k, err := tokens.Compile(token, spec.Step)
		if err == nil && spec.Tokens[i].dated() != "" {
			r.generator.Dates = true
			err = s.Dated(i).drawn(k, spec.History.Series)
		}
		if err == nil {
			err = s.draw(i, k, &r.generator)
		}
		if err != nil {
			return nil, fmt.Errorf("token %s: %w", token.Name, err)
		}
		r.kernels = append(r.kernels, k)
		if err := r.disturb(s, i, k); err != nil {
			return nil, err
		}
		r.targets = append(r.targets, token.Target)
	}
	for m := 1; m <= spec.Marks; m++ {
		step := int(int64(m) * int64(grid.Steps) / int64(spec.Marks))
		if step > 0 && (len(r.marks) == 0 || step > r.marks[len(r.marks)-1]) {
			r.marks = append(r.marks, step)
		}
	}
	return r, nil
}

// A worker is the working memory of one goroutine.
type worker struct {
	*paths.Walker
	markets []tokens.Markets // by underlying
	lanes   []tokens.Lanes   // by token
}

func (r *runner) newWorker() *worker {
	return &worker{Walker: r.generator.NewWalker(), markets: make([]tokens.Markets, 1+len(r.generator.Others)),
		lanes: make([]tokens.Lanes, len(r.kernels))}
}

// chunk runs the i-th chunk.
func (r *runner) chunk(ctx context.Context, w *worker, i int) (*Chunk, error) {
	c := &Chunk{First: i * ChunkPaths, Underlying: r.follows, Down: make([]int, len(r.kernels))}
	c.N = min(ChunkPaths, r.spec.Paths-c.First)
	underlyings := 1 + len(r.generator.Others)
	for range underlyings {
		c.Markets = append(c.Markets, make([]tokens.MarketLife, c.N))
	}
	for range r.kernels {
		c.Tokens = append(c.Tokens, make([]tokens.Lifetime, c.N))
	}
	for _, step := range r.marks {
		m := Mark{Time: time.Duration(step) * r.spec.Step}
		for range underlyings {
			m.Price = append(m.Price, make([]float64, c.N))
		}
		for range r.kernels {
			m.NAV = append(m.NAV, make([]float64, c.N))
			m.Ideal = append(m.Ideal, make([]float64, c.N))
			m.Leverage = append(m.Leverage, make([]float64, c.N))
			m.Low = append(m.Low, make([]float64, c.N))
			m.High = append(m.High, make([]float64, c.N))
		}
		c.Marks = append(c.Marks, m)
	}
	for g := 0; g < chunkGroups && g*block.Lanes < c.N; g++ {
		if err := r.group(ctx, c, w, g); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// group runs the g-th group of a chunk, unless the context is cancelled. Its
// last lanes may be beyond the last path; their results are dropped.
func (r *runner) group(ctx context.Context, c *Chunk, w *worker, g int) error {
	markets, lanes := w.markets, w.lanes
	for u := range markets {
		markets[u].Begin()
	}
	for t, k := range r.kernels {
		k.BeginAll(&lanes[t])
	}
	first := g * block.Lanes // in the chunk
	n := min(block.Lanes, c.N-first)
	next := 0 // mark
	w.Begin(uint64(c.First/block.Lanes + g))
	for b := w.Next(); b != nil; b = w.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		for t, mask := range r.masks {
			if mask >= 0 {
				c.Down[t] += b.KeeperDown[mask].Count(b.Len, n)
			}
		}
		for from := 0; from < b.Len; {
			to := b.Len
			if next < len(r.marks) {
				to = min(to, r.marks[next]-b.First)
			}
			for u := range markets {
				markets[u].Advance(b, u, from, to)
			}
			for t, k := range r.kernels {
				k.AdvanceAll(b, r.follows[t], &lanes[t], from, to)
			}
			if next < len(r.marks) && b.First+to == r.marks[next] {
				m := &c.Marks[next]
				for l := range n {
					for u := range markets {
						m.Price[u][first+l] = markets[u].Market(l).Price()
					}
					for t := range r.kernels {
						m.NAV[t][first+l] = lanes[t].Lane(l).Equity()
						m.Ideal[t][first+l] = markets[r.follows[t]].Market(l).Ideal(r.targets[t])
						m.Leverage[t][first+l] = lanes[t].Lane(l).Leverage()
						m.Low[t][first+l], m.High[t][first+l] = lanes[t].Lane(l).Extremes()
					}
				}
				next++
			}
			from = to
		}
	}
	for l := range n {
		for u := range markets {
			c.Markets[u][first+l] = markets[u].Market(l).Finish(r.spec.Horizon)
		}
		for t, k := range r.kernels {
			c.Tokens[t][first+l] = k.Finish(lanes[t].Lane(l), r.spec.Horizon)
		}
	}
	return nil
}
