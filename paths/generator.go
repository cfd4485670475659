package paths

import (
	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/random"
)

// A Generator makes the simulated paths of one underlying, or of several that
// move together.
type Generator struct {
	Model models.Model
	Grid  Grid
	Seed  uint64

	// Others are the laws of further underlyings. The first Brownian motions of
	// all, Model's before theirs, are correlated as Mixer says; whatever else they
	// draw is independent, except for [models.CommonJumps].
	Others []models.Model
	Mixer  models.Mixer

	// Dates asks for the bars of the history that steps are drawn from, [block.Block].Bar, of models
	// that are a [models.Dater].
	Dates bool

	Variances []Variance // realised variance; each is a track of the block
	Outages   []Outage   // of keepers; each is a mask of the block

	Rates []Rate // drawn with the paths; each process has tracks of the block, in this order

	// Each is the law of each path, where they differ in their numbers; nil:
	// all follow Model. They are of Model's kind. It is for one underlying.
	Each func(path uint64) models.Model
}

// A Walker fills blocks with the steps of one group of paths after another. It
// belongs to one goroutine.
type Walker struct {
	g     Generator
	at    models.At
	laws  []law
	mixed []*block.Track // the first normals of all laws
	block *block.Block

	variances []variances // by setting
	outages   []outages   // by setting
	rates     []rateWay

	own [block.Lanes]models.Model // of the lanes' paths, if they differ
}

// A law is one underlying's on its way.
type law struct {
	model models.Model
	state models.State
	z     []*block.Track

	inBars bool // its steps have extremes
}

// tracksEach is how many Brownian tracks an underlying may have: the streams of
// the next begin after them.
const tracksEach = 16

// NewWalker returns a walker that has no group yet.
func (g Generator) NewWalker() *Walker {
	w := &Walker{g: g, block: block.New(1 + len(g.Others))}
	for u, m := range append([]models.Model{g.Model}, g.Others...) {
		l := law{model: m, state: make(models.State, m.State())}
		if bars, ok := m.(models.BarModel); ok && bars.InBars() {
			l.inBars = true
			w.block.Inside(u)
		}
		for range m.Normals() {
			l.z = append(l.z, new(block.Track))
		}
		w.laws = append(w.laws, l)
		if len(l.z) > 0 {
			w.mixed = append(w.mixed, l.z[0])
		}
	}
	if g.Dates {
		w.block.Bar = make([]*block.Bars, 1+len(g.Others))
		for u, l := range w.laws {
			if _, ok := l.model.(models.Dater); ok {
				w.block.Bar[u] = new(block.Bars)
			}
		}
	}
	for _, v := range g.Variances {
		w.block.Variance = append(w.block.Variance, new(block.Track))
		w.variances = append(w.variances,
			variances{measure: block.NewVariance(v.Window, g.Grid.Step, v.Volatility)})
	}
	for range g.Outages {
		w.block.KeeperDown = append(w.block.KeeperDown, new(block.Mask))
	}
	w.outages = make([]outages, len(g.Outages))
	for _, r := range g.Rates {
		w.rates = append(w.rates, w.newRate(r))
	}
	return w
}

// Begin goes to the start of a group's paths.
func (w *Walker) Begin(group uint64) {
	w.at = models.At{Seed: w.g.Seed, Group: group, Step: w.g.Grid.Step}
	if w.g.Each == nil {
		for u, l := range w.laws {
			w.at.Underlying = u
			l.model.Begin(w.at, l.state)
		}
		w.at.Underlying = 0
	} else {
		for l := range w.own {
			w.own[l] = w.g.Each(group*block.Lanes + uint64(l))
			w.own[l].Begin(w.at.Alone(l), w.laws[0].state)
		}
	}
	for i := range w.variances {
		w.variances[i].begin()
	}
	for i, o := range w.g.Outages {
		w.outages[i].begin(w.at, o)
	}
	for i := range w.rates {
		w.rates[i].begin(w.at)
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
	for u, l := range w.laws {
		for i, z := range l.z {
			random.Normals(z, w.at.Seed, w.at.Group, random.Stream(random.Diffusion, u*tracksEach+i), first, n)
		}
	}
	if w.g.Mixer != nil {
		w.g.Mixer.Mix(w.mixed, n)
	}
	b := w.block
	b.Group, b.First, b.Len, b.Step = w.at.Group, first, n, w.at.Step
	if w.g.Each == nil {
		for u, l := range w.laws {
			w.at.Underlying = u
			w.advance(l.model, w.at, u)
		}
		w.at.Underlying = 0
	} else {
		for l, m := range w.own {
			w.advance(m, w.at.Alone(l), 0)
		}
	}
	for i, v := range w.g.Variances {
		w.variances[i].fill(b, v.Underlying, b.Variance[i])
	}
	for i, o := range w.g.Outages {
		if o.Stress != (OutageStress{}) {
			w.outages[i].fillStressed(w.at, o, b.Variance[o.Stress.Variance], b.KeeperDown[i])
		} else {
			w.outages[i].fill(w.at, o, b.KeeperDown[i])
		}
	}
	for i := range w.rates {
		w.rates[i].fill(w.at, b)
	}
	b.Fill()
	return b
}

// advance writes the steps of a law of an underlying's.
func (w *Walker) advance(m models.Model, at models.At, underlying int) {
	l, b := &w.laws[underlying], w.block
	if b.Bar != nil && b.Bar[underlying] != nil {
		m.(models.Dater).Dates(at, l.state, b.Bar[underlying])
	}
	if l.inBars {
		m.(models.BarModel).AdvanceBars(at, l.z, l.state, b.Move[underlying], b.Ways[underlying])
		return
	}
	m.Advance(at, l.z, l.state, b.Move[underlying])
}
