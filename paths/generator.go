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

	// Each is the law of each path, where they differ in their numbers; nil:
	// all follow Model.
	Each func(path uint64) models.Model
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

	own  [block.Lanes]ownLaw // of the lanes' paths, if they differ
	move *block.Track        // what an own law makes of all lanes
}

// An ownLaw is a law that one lane follows.
type ownLaw struct {
	model models.Model
	state models.State
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
	if g.Each != nil {
		w.move = new(block.Track)
	}
	return w
}

// Begin goes to the start of a group's paths.
func (w *Walker) Begin(group uint64) {
	w.at = models.At{Seed: w.g.Seed, Group: group, Step: w.g.Grid.Step}
	if w.g.Each == nil {
		w.g.Model.Begin(w.at, w.state)
	} else {
		for l := range w.own {
			m := w.g.Each(group*block.Lanes + uint64(l))
			w.own[l] = ownLaw{m, make(models.State, m.State())}
			m.Begin(w.at, w.own[l].state)
		}
	}
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
	if w.g.Each == nil {
		w.g.Model.Advance(w.at, w.z, w.state, b.Move[0])
	} else { // every lane's law advances all lanes, and its own is kept: simple, and rarely asked for
		for l := range w.own {
			w.own[l].model.Advance(w.at, w.z, w.own[l].state, w.move)
			for k := range n {
				b.Move[0][k][l] = w.move[k][l]
			}
		}
	}
	for i, o := range w.g.Outages {
		w.outages[i].fill(w.at, o, b.KeeperDown[i])
	}
	fmath.Exps(b.Gross[0].Flat(n), b.Move[0].Flat(n))
	return b
}
