package models

import (
	"mcrisk/block"
	"mcrisk/random"
)

// A Dater is a model that draws from the bars of a history and says from which. Rates of the same
// hours can then be paid with their prices.
type Dater interface {
	Resampler
	// Dates writes the numbers of the bars of the history that the next steps are drawn from, where a
	// step is a bar. It comes before Advance, and leaves the state as it is.
	Dates(at At, state State, bars *block.Bars)
}

func (m Bootstrap) Dates(at At, state State, bars *block.Bars) {
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		c := m.drawn.at(at, state, l, random.NewPicker())
		for k := range at.Len {
			bar, _ := c.next()
			bars[k][l] = int32(bar)
		}
	}
}

func (m FHS) Dates(at At, state State, bars *block.Bars) {
	f := m.walk()
	var moves, sds [block.Steps]float64
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		f.load(at, state, l)
		for done := 0; done < at.Len; {
			from, n := f.fill(moves[done:at.Len], sds[done:at.Len])
			for i, bar := range m.drawn.bars[from : from+n] {
				bars[done+i][l] = int32(bar)
			}
			done += n
		}
	}
}
