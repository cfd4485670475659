package paths

import "mcrisk/block"

// Returns are the log-returns of a group's paths, by lane and step: a sample
// of the model to hold beside a history.
func (g Generator) Returns(group uint64) [block.Lanes][]float64 {
	var out [block.Lanes][]float64
	w := g.NewWalker()
	w.Begin(group)
	for b := w.Next(); b != nil; b = w.Next() {
		for l := range out {
			for k := range b.Len {
				out[l] = append(out[l], b.Move[0][k][l])
			}
		}
	}
	return out
}
