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
	Stress OutageStress  // further outages; the zero value: none
}

// An OutageStress adds Rate·min(x, Cap)^Exponent outages a year of service, x being the realised
// variance of a step over its long-run level. The time from the end of one outage to the start of
// the next is that in which the rate adds up to an exponential number, the same as without stress.
type OutageStress struct {
	Rate, Exponent, Cap float64
	Variance            int // number of the setting of x among the generator's
}

// outages are where the lanes of a group stand. Under stress, start is that of the last outage, and
// left is how much the rate has to add up to until the next.
type outages struct {
	start [block.Lanes]float64 // of the current or next outage, years
	n     [block.Lanes]uint64  // its number
	left  [block.Lanes]float64
}

func (s *outages) begin(at models.At, o Outage) {
	for l := range block.Lanes {
		s.n[l], s.start[l] = 0, 0
		if o.Stress != (OutageStress{}) {
			s.start[l] = math.Inf(-1)
			s.left[l] = s.gap(at, l)
			continue
		}
		s.next(at, o, l)
	}
}

// next moves a lane's start on by one exponential gap, addressed by the number
// of the outage.
func (s *outages) next(at models.At, o Outage, lane int) {
	s.start[lane] += s.gap(at, lane) / o.Rate // +Inf at rate zero
}

// gap is the exponential number before a lane's outage, of mean 1.
func (s *outages) gap(at models.At, lane int) float64 {
	return random.ExpAt(at.Seed, at.Group*block.Lanes+uint64(lane), random.Stream(random.Outage, 0), s.n[lane])
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

// fillStressed is fill of outages whose rate follows the realised variance x.
func (s *outages) fillStressed(at models.At, o Outage, x *block.Track, down *block.Mask) {
	*down = block.Mask{}
	dt, length := models.Years(at.Step), models.Years(o.Length)
	var times [block.Lanes]float64
	for i := range at.Len {
		block.Powers(times[:], x[i][:], o.Stress.Cap, o.Stress.Exponent)
		from := float64(float64(at.First+i) * dt)
		to := float64(float64(at.First+i+1) * dt)
		for l := range block.Lanes {
			rate := o.Rate + float64(o.Stress.Rate*times[l])
			if s.start[l]+length <= from { // as nearly always
				if due := float64(rate * (to - from)); s.left[l] > due {
					s.left[l] -= due
					continue
				}
			}
			for t := max(from, s.start[l]+length); t < to; t = s.start[l] + length {
				if due := float64(rate * (to - t)); s.left[l] > due {
					s.left[l] -= due
					break
				}
				s.start[l] = t + s.left[l]/rate
				s.n[l]++
				s.left[l] = s.gap(at, l)
			}
			if s.start[l] <= to && to < s.start[l]+length {
				down[i] |= 1 << l
			}
		}
	}
}
