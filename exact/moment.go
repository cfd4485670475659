package exact

import "fmt"

// Moment is E[NAV(T)^k] of the ideal token, for k > 0; with Leverage 1 and no
// rates it is that of the price. Paths that a jump wipes out count as zero.
func (d Ideal) Moment(k, years float64) (float64, error) {
	if m, ok := d.Model.(Kou); ok && m.Rate > 0 && m.Up > 0 && m.EtaUp <= k {
		return 0, fmt.Errorf("exact: jumps up with EtaUp = %v have no moment of order %v; want EtaUp above it", m.EtaUp, k)
	}
	return d.moment(k, years)
}
