package paths

import (
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/random"
)

// Outage is how often keepers are down, and for how long. The time from the end
// of one outage to the start of the next is exponential, so that they are down
// Rate·Length/(1 + Rate·Length) of the time.
//
// Settings of different rates share the random numbers of a path.
type Outage struct {
	Rate   float64       // outages a year of service, at least zero
	Length time.Duration // of each, above zero
}

// outages are where the lanes of a group stand.
type outages struct {
	start [block.Lanes]float64 // of the current or next outage, years
	n     [block.Lanes]uint64  // its number
}

func (s *outages) begin(at models.At, o Outage) {
	for l := range block.Lanes {
		s.n[l], s.start[l] = 0, 0
		s.next(at, o, l)
	}
}

// next moves a lane's start on by one exponential gap, addressed by the number
// of the outage.
func (s *outages) next(at models.At, o Outage, lane int) {
	path := at.Group*block.Lanes + uint64(lane)
	// +Inf at rate zero
	s.start[lane] += random.ExpAt(at.Seed, path, random.Stream(random.Outage, 0), s.n[lane]) / o.Rate
}

// fill marks the steps of at whose end lies in an outage.
func (s *outages) fill(at models.At, o Outage, down *block.Mask) {
	*down = block.Mask{}
	dt, length := models.Years(at.Step), models.Years(o.Length)
	for l := range block.Lanes {
		for {
			end := s.start[l] + length
			// Step i ends at (i+1)·dt.
			first := math.Max(math.Ceil(s.start[l]/dt)-1, 0) - float64(at.First)
			last := math.Ceil(end/dt) - 2 - float64(at.First)
			if !(first < float64(at.Len)) {
				break
			}
			for i := max(int(first), 0); float64(i) <= last && i < at.Len; i++ {
				down[i] |= 1 << l
			}
			if last >= float64(at.Len) {
				break // it goes on in the next block
			}
			s.n[l]++
			s.start[l] = end
			s.next(at, o, l)
		}
	}
}
