package tokens

import (
	"errors"
	"fmt"
	"time"
)

// A Minting is how a vault pays fees on net asset value in new shares, as dHEDGE's do.
// After each Interval, and when the holder leaves, the manager is given shares. With a
// streaming fee m over dt and a performance fee f over the high-water mark H, the price P
// of a share becomes
//
//	P / (1 + m·dt + g/(1−g)),   g = f·max(0, P − H)/P,
//
// and H the greater of H and P, the price before that. So the streaming fee alone makes
// it P/(1 + m·dt), and the performance fee alone P − f·(P − H). The holder's mark is the
// price at the start. What is due when a fee or the interval changes is taken before.
//
// Source: dhedge/V2-Public, contracts/PoolLogic.sol, _availableManagerFee and
// _mintManagerFee.
type Minting struct {
	PerformanceFee float64 // of gains over the high-water mark, in [0, 1)

	// Interval is the time between mintings. Zero: performance fees are taken at the end of
	// every step, and the streaming fee is compounded continuously.
	Interval time.Duration
}

// mints reports whether shares are minted.
func (t *Token) mints() bool {
	return t.Minting.PerformanceFee > 0 || t.Minting.Interval > 0 && t.StreamingFee > 0
}

// streams is the streaming fee that is compounded continuously, 1/year.
func (t *Token) streams() float64 {
	if t.Minting.Interval > 0 {
		return 0
	}
	return t.StreamingFee
}

// mint takes the fees for the time since the last minting in shares, if it is time or if they
// are asked for, as when the holder leaves. Everything that a share stands for shrinks in the
// same proportion.
func (k *Kernel) mint(l *Lane, now time.Duration, asked bool) {
	m := &k.token.Minting
	if now == l.minted || !asked && m.Interval > 0 && now/m.Interval == l.minted/m.Interval {
		return
	}
	e := l.x + l.b
	stream, performance := 0.0, 0.0
	if m.Interval > 0 {
		stream = float64(k.token.StreamingFee * years(now-l.minted))
	}
	if e > l.highWater {
		g := float64(m.PerformanceFee * (e - l.highWater) / e)
		performance = g / (1 - g)
		l.highWater = e
	}
	l.minted = now
	shares := 1 + stream + performance
	if shares == 1 {
		return
	}
	q := -(stream + performance) / shares
	per := logPerUnit(q)
	l.book(StreamingFee, -float64(e*stream)/shares, e, per)
	l.book(PerformanceFee, -float64(e*performance)/shares, e, per)
	l.x += float64(q * l.x)
	l.b += float64(q * l.b)
	l.n += float64(q * l.n)
	if k.option != nil {
		l.call.grow(q)
	}
	l.trace.event(l, now, "fee")
}

func (m Minting) check() error {
	var fault error
	if m.Interval != 0 && !span(m.Interval) {
		fault = fmt.Errorf("tokens: interval of minting = %v; want 0 or at least 1s and at most 50 years", m.Interval)
	}
	return errors.Join(part("performance fee", m.PerformanceFee), fault)
}
