package paths

import (
	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/random"
)

// A Generator makes the simulated paths of one underlying.
type Generator struct {
	Model models.Model
	Grid  Grid
	Seed  uint64

	Outages []Outage // of keepers; each is a mask of the block
}

// A Walker fills blocks with the steps of one group of paths after another. It
// belongs to one goroutine.
type Walker struct {
	g     Generator
	at    models.At
	z     []*block.Track
	state models.State
	block *block.Block

	outages []outages // by setting
}

// NewWalker returns a walker that has no group yet.
func (g Generator) NewWalker() *Walker {
	w := &Walker{g: g, state: make(models.State, g.Model.State()), block: block.New(1)}
	for range g.Model.Normals() {
		w.z = append(w.z, new(block.Track))
	}
	for range g.Outages {
		w.block.KeeperDown = append(w.block.KeeperDown, new(block.Mask))
	}
	w.outages = make([]outages, len(g.Outages))
	return w
}

// Begin goes to the start of a group's paths.
func (w *Walker) Begin(group uint64) {
	w.at = models.At{Seed: w.g.Seed, Group: group, Step: w.g.Grid.Step}
	w.g.Model.Begin(w.at, w.state)
	for i, o := range w.g.Outages {
		w.outages[i].begin(w.at, o)
	}
}

// Next returns the next block of the group's steps, or nil after the last. The
// block is overwritten by the call that follows.
func (w *Walker) Next() *block.Block {
	first := w.at.First + w.at.Len
	n := min(block.Steps, w.g.Grid.Steps-first)
	if n <= 0 {
		return nil
	}
	w.at.First, w.at.Len = first, n
	for i, z := range w.z {
		random.Normals(z, w.at.Seed, w.at.Group, random.Stream(random.Diffusion, i), first, n)
	}
	b := w.block
	b.Group, b.First, b.Len, b.Step = w.at.Group, first, n, w.at.Step
	w.g.Model.Advance(w.at, w.z, w.state, b.Move[0])
	for i, o := range w.g.Outages {
		w.outages[i].fill(w.at, o, b.KeeperDown[i])
	}
	fmath.Exps(b.Gross[0].Flat(n), b.Move[0].Flat(n))
	return b
}
