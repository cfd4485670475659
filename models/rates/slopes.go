package rates

import "time"

// slopesOfUSDC are those of the reserve of USDC on Aave v3, from a day on: changes by governance, as proposals and
// their discussions have them (aave-proposals-v3, governance.aave.com). Between those that are known the last hold.
var slopesOfUSDC = []struct {
	from time.Time
	Slopes
}{
	{time.Time{}, Slopes{Kink: 0.9, Slope1: 0.035, Slope2: 0.6}},
	{day(2024, 12), Slopes{Kink: 0.9, Slope1: 0.125, Slope2: 0.4}},
	{day(2025, 2), Slopes{Kink: 0.9, Slope1: 0.095, Slope2: 0.4}},
	{day(2025, 3), Slopes{Kink: 0.9, Slope1: 0.065, Slope2: 0.4}},
}

func day(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// SlopesOfUSDC are the slopes of the reserve of USDC on Aave v3 at a time.
func SlopesOfUSDC(t time.Time) Slopes {
	s := slopesOfUSDC[0].Slopes
	for _, d := range slopesOfUSDC {
		if !d.from.After(t) {
			s = d.Slopes
		}
	}
	return s
}
