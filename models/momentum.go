package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// Momentum is a memory of the first order in returns that leaves the volatility in the long run as it is. Of a shock
// to the price 1 − Share arrive at once and the rest at the rate 1/Time: with a Share above zero moves go on for a
// while, below zero they are taken back in part. In continuous time, for a price F without memory,
//
//	ln S(t) = F(t) − Share·U(t),   dU = −U·dt/Time + dF,
//
// so that ln S is F at last, and a change of ln S over t has the variance of that of F over
// t − (1 − (1 − Share)²)·Time·(1 − e^{−t/Time}). At steps of one length the returns are an ARMA(1, 1), whose
// law is the same at any of them. With steps of dt and Time = −dt/ln φ returns follow an AR(1) with the coefficient φ
// where they do at those steps: it is the Share for which a shock moves the price by 1 − φ at once.
type Momentum struct {
	Share float64       // of a shock that arrives later, from −2 to 0.95
	Time  time.Duration // in which 1 − 1/e of it has arrived
}

var momentumParams = []param.Param{
	{Name: "momentum", Unit: param.Plain, Min: -2, Max: 0.95, With: "momentum",
		Doc: "share of a shock to the price that arrives later, and below zero that is taken back"},
	{Name: "momentum-time", Unit: param.Time, Min: 1, Max: 366 * 86400, Default: 86400, With: "momentum",
		Doc: "time in which 63 % of it does"},
}

// momentumOf is the zero value where there is no momentum, whatever its time.
func momentumOf(v param.Values) Momentum {
	m := Momentum{Share: v["momentum"], Time: seconds(v["momentum-time"])}
	if m.Share == 0 && m.Check() == nil {
		return Momentum{}
	}
	return m
}

// Check: the zero value is no memory.
func (m Momentum) Check() error {
	if !(m.Share >= -2 && m.Share <= 0.95) {
		return fmt.Errorf("models: momentum = %v; want a share of a shock from -2 to 0.95", m.Share)
	}
	if m != (Momentum{}) && m.Time < time.Second {
		return fmt.Errorf("models: time of the momentum = %v; want at least a second", m.Time)
	}
	return nil
}

// A lag is momentum over steps of one length: with shocks e of variance h,
//
//	r = now·e + later·U,   U' = still·U + e.
//
// A shock j steps ago has moved the price by 1 − wait·stillʲ of itself by now.
type lag struct{ now, later, still, fade, faster, wait float64 }

// over is the lag at steps of dt years. Its wait is such that a return has the variance that it has in continuous
// time; for Brownian motion all returns then have the law that they have there.
func (m Momentum) over(dt float64) lag {
	if m.Share == 0 {
		return lag{now: 1}
	}
	x := float64(dt / Years(m.Time))
	still := fmath.Exp(-x)
	all, left := -fmath.Expm1(-x), 1-m.Share
	part := float64(2*all) / float64(x*(1+still))
	wait := float64((1 + still) / 2 * (1 - math.Sqrt(1-float64((1-float64(left*left))*part))))
	return lag{now: 1 - wait, later: float64(wait * all), still: still, wait: wait, faster: float64(still * still),
		fade: float64(float64(float64(wait*wait)/2) * (1 - float64(still*still)))}
}

// compensator corrects that of a shock of variance h, which is for one that moves the price whole: at once it moves
// it by 1 − wait.
func (l lag) compensator(h float64) float64 {
	return float64(float64(l.wait-float64(float64(l.wait*l.wait)/2)) * h)
}

// lags are what a lane's price waits for: the sum of past shocks e, and of their variances h, each weighted by
// what is left of it. The variances compensate the shocks, so that the expected price is exact on every path of h,
// were shocks normal:
//
//	r = now·e + compensator(h) + later·waits + fade·squares
//	waits' = still·waits + (e − h),   squares' = still²·squares + h
type lags struct{ waits, squares float64 }

// begin is what waits at the start, as if shocks had been normal and of variance h for ever; z is a standard normal.
func (l lag) begin(h, z float64) lags {
	if l.wait == 0 {
		return lags{}
	}
	all := h / (1 - l.faster)
	return lags{waits: float64(math.Sqrt(all)*z) - float64(l.wait*all), squares: all}
}

// variance is that of ln S over t years.
func (m Momentum) variance(volatility, t float64) float64 {
	left := 1 - m.Share
	after := 0.0
	if m.Share != 0 {
		after = float64((1 - float64(left*left)) * float64(Years(m.Time)*-fmath.Expm1(-t/Years(m.Time))))
	}
	return float64(float64(volatility*volatility) * (t - after))
}

// MovingGBM is geometric Brownian motion with momentum: the returns of any steps are normal, Sigma is the volatility
// in the long run, and over t years the variance is Sigma²·(t − (1 − (1 − Share)²)·Time·(1 − e^{−t/Time})).
type MovingGBM struct {
	GBM
	Momentum Momentum
}

func (m MovingGBM) Check() error {
	if err := m.GBM.Check(); err != nil {
		return err
	}
	return m.Momentum.Check()
}

// State: what the price waits for.
func (MovingGBM) State() int { return 1 }

func (m MovingGBM) Begin(at At, state State) {
	dt := Years(at.Step)
	l := m.Momentum.over(dt)
	from, to := at.Lanes()
	for i := from; i < to; i++ {
		state[0][i] = l.begin(float64(float64(m.Sigma*m.Sigma)*dt), fmath.NormQuantile(startDraw(at, i, 0))).waits
	}
}

func (m MovingGBM) Advance(at At, z []*block.Track, state State, move *block.Track) {
	dt := Years(at.Step)
	l := m.Momentum.over(dt)
	h, vol := float64(float64(m.Sigma*m.Sigma)*dt), float64(m.Sigma*math.Sqrt(dt))
	drift := float64(m.Mu*dt) - float64(h/2) + l.compensator(h) + float64(l.fade*l.begin(h, 0).squares)
	now := float64(l.now * vol)
	from, to := at.Lanes()
	waits := state[0]
	for k := range at.Len {
		for i := from; i < to; i++ {
			x := z[0][k][i]
			move[k][i] = drift + float64(now*x) + float64(l.later*waits[i])
			waits[i] = float64(l.still*waits[i]) + (float64(vol*x) - h)
		}
	}
	copy(state[0][from:to], waits[from:to])
}

func (m MovingGBM) Moments(t float64) Moments {
	v := m.Momentum.variance(m.Sigma, t)
	return moments(float64(m.Mu*t)-float64(v/2), v, 0, 0)
}
