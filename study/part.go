package study

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"mcrisk/paths"
	"mcrisk/tokens"
)

// A Unit of a sweep's work is one chunk of paths in all cells of one batch.
type Unit struct{ Batch, Chunk int }

// Units is the number of units; they are numbered from zero.
func (s *Sweep) Units() int { return len(s.batches) * s.chunks() }

// AllUnits are the numbers of all units.
func (s *Sweep) AllUnits() []int {
	units := make([]int, s.Units())
	for i := range units {
		units[i] = i
	}
	return units
}

// Unit is the i-th unit of work.
func (s *Sweep) Unit(i int) Unit { return Unit{i / s.chunks(), i % s.chunks()} }

func (s *Sweep) chunks() int { return (s.Study.spec.Paths + ChunkPaths - 1) / ChunkPaths }

// Batch returns the numbers of a batch's cells.
func (s *Sweep) Batch(i int) []int { return s.batches[i] }

// Place says in which batch a cell is, and where there.
func (s *Sweep) Place(cell int) (batch, place int) { return s.places[cell][0], s.places[cell][1] }

// A UnitResult is the result of one unit of a sweep's work.
type UnitResult struct {
	Unit
	First, N int         // paths
	Market   [][]float64 // columns of the market that are kept; none where every cell failed
	// by cell of the batch: the kept columns of its tokens, one token after another; none where it failed
	Cells  [][][]float64
	Faults []string // by cell: why it failed; empty: it did not
}

// KeptOfMarket are those of names of columns that a market has, in the order of ensembles and unit results. Nil stands
// for all columns.
func KeptOfMarket(names []string) (kept []string) {
	for _, c := range tokens.MarketColumns {
		if names == nil || slices.Contains(names, c.Name) {
			kept = append(kept, c.Name)
		}
	}
	return kept
}

// KeptOf is KeptOfMarket of the record of a token.
func KeptOf(t tokens.Token, names []string) (kept []string) {
	for _, c := range t.Record() {
		if names == nil || slices.Contains(names, c.Name) {
			kept = append(kept, c.Name)
		}
	}
	return kept
}

// Columns is how many columns with such names the records of the study's tokens have together.
func (s *Study) Columns(names []string) (n int) {
	for _, t := range s.tokens {
		n += len(KeptOf(t, names))
	}
	return n
}

// Run does the listed units of the sweep's work, in any order, and passes their results
// to sink one at a time, in the order of the list. Only the named columns are kept. A
// unit that fails does not stop it.
func (s *Sweep) Run(ctx context.Context, opt Options, units []int, names []string, sink func(*UnitResult) error) error {
	total := 0
	for _, u := range units {
		total += len(s.Batch(s.Unit(u).Batch))
	}
	done := 0
	return paths.Ordered(ctx, len(units), opt.Workers,
		func() func(int) (*UnitResult, error) {
			w := &sweeper{sweep: s, names: names, batch: -1}
			return func(i int) (*UnitResult, error) { return w.part(ctx, s.Unit(units[i])) }
		},
		func(_ int, p *UnitResult) error {
			done += len(p.Cells)
			if opt.Progress != nil {
				opt.Progress(done, total)
			}
			return sink(p)
		})
}

// A sweeper is the working memory of one goroutine of a sweep. It is prepared for one
// batch at a time.
type sweeper struct {
	sweep *Sweep
	names []string

	batch int
	ready joint
	alone []joint // each cell by itself, once the batch as a whole has failed
}

// A joint is a set of cells with one price model, prepared to run together. A token that
// several cells share runs once.
type joint struct {
	*runner
	*worker
	faults []string
	tokens [][]int // numbers in the runner, by cell and token

	records [][]tokens.Column // by number in the runner
}

// part does one unit of work.
func (w *sweeper) part(ctx context.Context, u Unit) (*UnitResult, error) {
	if w.batch != u.Batch {
		w.batch, w.ready, w.alone = u.Batch, w.sweep.join(w.sweep.Batch(u.Batch)), nil
	}
	cells := w.sweep.Batch(u.Batch)
	if w.alone == nil {
		p, err := w.ready.part(ctx, w.sweep, u, w.names)
		if err == nil || ctx.Err() != nil {
			return p, err
		}
		for _, c := range cells {
			w.alone = append(w.alone, w.sweep.join([]int{c}))
		}
	}
	// Something failed while running: run each cell by itself to see which.
	all := w.sweep.empty(u, nil)
	for _, j := range w.alone {
		p, err := j.part(ctx, w.sweep, u, w.names)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			p = w.sweep.empty(u, []string{err.Error()})
		}
		if p.Market != nil {
			all.Market = p.Market
		}
		all.Faults, all.Cells = append(all.Faults, p.Faults...), append(all.Cells, p.Cells...)
	}
	return all, nil
}

// empty is a result without columns.
func (s *Sweep) empty(u Unit, faults []string) *UnitResult {
	return &UnitResult{Unit: u, First: u.Chunk * ChunkPaths, N: s.ChunkPaths(u.Chunk),
		Faults: faults, Cells: make([][][]float64, len(faults))}
}

// ChunkPaths is the number of paths in a chunk.
func (s *Sweep) ChunkPaths(chunk int) int {
	return min(ChunkPaths, s.Study.spec.Paths-chunk*ChunkPaths)
}

// join prepares cells to run together, as one study with the tokens of all.
func (s *Sweep) join(cells []int) joint {
	j := joint{faults: make([]string, len(cells)), tokens: make([][]int, len(cells))}
	all := &Study{spec: s.Study.spec}
	all.spec.Tokens = nil
	seen := map[string]int{}
	for i, c := range cells {
		cell, err := s.Cell(c)
		if err != nil {
			j.faults[i] = err.Error()
			continue
		}
		all.spec.Model, all.laws = cell.spec.Model, cell.laws
		for k, t := range cell.spec.Tokens {
			key := t.key()
			n, ok := seen[key]
			if !ok {
				n = len(all.tokens)
				seen[key] = n
				all.spec.Tokens, all.tokens = append(all.spec.Tokens, t), append(all.tokens, cell.tokens[k])
				all.follow, all.rates = append(all.follow, 0), append(all.rates, cell.rates[k])
				j.records = append(j.records, cell.tokens[k].Record())
			}
			j.tokens[i] = append(j.tokens[i], n)
		}
	}
	if len(all.tokens) == 0 {
		return j
	}
	r, err := newRunner(all)
	if err != nil {
		panic("study: " + err.Error()) // each of its tokens was checked
	}
	j.runner, j.worker = r, r.newWorker()
	return j
}

// part runs one chunk. A panic, which a policy registered by a user may raise, is
// an error.
func (j *joint) part(ctx context.Context, s *Sweep, u Unit, names []string) (p *UnitResult, err error) {
	p = s.empty(u, j.faults)
	if j.runner == nil {
		return p, nil
	}
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("study: while running: %v", r)
		}
	}()
	c, err := j.chunk(ctx, j.worker, u.Chunk)
	if err != nil {
		return nil, err
	}
	keep := func(name string) bool { return names == nil || slices.Contains(names, name) }
	for _, col := range tokens.MarketColumns {
		if keep(col.Name) {
			p.Market = append(p.Market, column(c.Markets[0], col.Of))
		}
	}
	kept := make([][][]float64, len(c.Tokens))
	for t := range kept {
		for _, col := range j.records[t] {
			if keep(col.Name) {
				kept[t] = append(kept[t], column(c.Tokens[t], col.Of))
			}
		}
	}
	for i, numbers := range j.tokens {
		for _, t := range numbers {
			p.Cells[i] = append(p.Cells[i], kept[t]...)
		}
	}
	return p, nil
}

func column[T any](of []T, number func(*T) float64) []float64 {
	xs := make([]float64, len(of))
	for i := range xs {
		xs[i] = number(&of[i])
	}
	return xs
}

// A Cell is one cell of a sweep that was run.
type Cell struct {
	Number    int
	Study     *Study            // nil where it failed
	Ensembles []tokens.Ensemble // of the study's tokens, in order; none where it failed
	Fault     error             // why it failed
}

// Assemble joins the results of a cell's chunks: for each chunk of paths, in order, the
// columns of its market and of its tokens, or why it failed.
func (s *Sweep) Assemble(cell int, names []string,
	part func(chunk int) (market, columns [][]float64, fault string, err error)) (Cell, error) {
	c := Cell{Number: cell}
	ofMarket := KeptOfMarket(names)
	var all [][]float64 // of the market, and then of each token
	for i := range s.chunks() {
		market, columns, fault, err := part(i)
		if err != nil {
			return c, err
		}
		if fault != "" {
			c.Fault = errors.New(fault)
			return c, nil
		}
		if all == nil {
			for range len(market) + len(columns) {
				all = append(all, make([]float64, 0, s.Study.spec.Paths))
			}
		}
		for k, xs := range slices.Concat(market, columns) {
			all[k] = append(all[k], xs...)
		}
	}
	var err error
	if c.Study, err = s.Cell(cell); err != nil {
		return c, err
	}
	market, rest := all[:len(ofMarket)], all[len(ofMarket):]
	for _, token := range c.Study.tokens {
		e := tokens.NewEnsemble(token, c.Study.spec.Horizon, c.Study.spec.Paths)
		own := KeptOf(token, names)
		for k, name := range own {
			e.Add(name, rest[k])
		}
		for k, name := range ofMarket {
			e.Add(name, market[k])
		}
		rest = rest[len(own):]
		c.Ensembles = append(c.Ensembles, e)
	}
	return c, nil
}

// Collected are the cells of a sweep in memory, by number. The baseline is the last.
type Collected []Cell

// Cell is the cell of that number.
func (c Collected) Cell(number int) (Cell, error) { return c[number], nil }

// CollectAll runs a whole sweep and keeps the named columns of every cell in memory; nil
// names all columns. Cells that fail are included.
func (s *Sweep) CollectAll(ctx context.Context, opt Options, names []string) (Collected, error) {
	var parts []*UnitResult
	if err := s.Run(ctx, opt, s.AllUnits(), names, func(p *UnitResult) error {
		parts = append(parts, p)
		return nil
	}); err != nil {
		return nil, err
	}
	var cells Collected
	for cell := range s.Cells() + 1 {
		batch, place := s.Place(cell)
		c, err := s.Assemble(cell, names, func(chunk int) (market, columns [][]float64, fault string, err error) {
			p := parts[batch*s.chunks()+chunk]
			return p.Market, p.Cells[place], p.Faults[place], nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Label(cell), err)
		}
		cells = append(cells, c)
	}
	return cells, nil
}

// Collect is [Sweep.CollectAll] with the baseline separate. A cell that fails is an error.
func (s *Sweep) Collect(ctx context.Context, opt Options, names []string) (baseline Cell, cells []Cell, err error) {
	all, err := s.CollectAll(ctx, opt, names)
	if err != nil {
		return baseline, nil, err
	}
	for _, c := range all {
		if c.Fault != nil {
			return baseline, nil, fmt.Errorf("%s: %w", s.Label(c.Number), c.Fault)
		}
	}
	return all[s.Baseline()], all[:s.Baseline()], nil
}
