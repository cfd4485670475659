package paths

import (
	"math"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/models/rates"
)

// A Rate is a process of rates that is correlated with the returns of an underlying, if at all.
type Rate struct {
	Process    rates.Process
	Underlying int
}

// rateWay is a process on its way.
type rateWay struct {
	Rate
	returns rates.Returns
	state   models.State
	draws   *rates.Draws
	tracks  []*block.Track
}

// newRate adds a process and its tracks.
func (w *Walker) newRate(r Rate) rateWay {
	model, dt := w.laws[r.Underlying].model, models.Years(w.g.Grid.Step)
	m := model.Moments(dt)
	if math.IsNaN(m.Mean) { // of a history whose growth is given: to the second order
		m.Mean = float64(model.Growth()*dt) - float64(0.5*m.Variance)
	}
	way := rateWay{Rate: r, state: make(models.State, r.Process.State()), draws: new(rates.Draws),
		returns: rates.Returns{Move: w.block.Move[r.Underlying], Mean: m.Mean, SD: math.Sqrt(m.Variance)}}
	for range r.Process.Drives() {
		way.tracks = append(way.tracks, new(block.Track))
	}
	w.block.Rates = append(w.block.Rates, way.tracks...)
	return way
}

func (r *rateWay) begin(at models.At) {
	at.Underlying = r.Underlying
	r.draws.Begin()
	r.Process.Begin(at, r.state)
}

func (r *rateWay) fill(at models.At, b *block.Block) {
	at.Underlying = r.Underlying
	r.Process.Advance(at, r.returns, r.state, r.tracks, r.draws)
}
