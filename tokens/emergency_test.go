package tokens

import (
	"testing"
	"time"
)

// The moves against a token at which FTX and KuCoin reset it between its daily
// resets: a third over the target is a fall of 1/9 for 3x, a rise of 1/15 for
// -3x and of 1/7 for -1x (help.ftx.com); 14 % against KuCoin's 3L is leverage
// 3·.86/.58, and its ETH3S of 2024-11-06 was reset from 4.0419, a move of 6.9 %.
func TestEmergencyMoves(t *testing.T) {
	rows := []struct {
		name           string
		target, high   float64
		move, withdraw float64
	}{
		{"FTX BULL", 3, 4, -1.0 / 9, 0.11},
		{"FTX BEAR", -3, 4, 1.0 / 15, -0.0666},
		{"FTX HEDGE", -1, 4.0 / 3, 1.0 / 7, -0.1428},
		{"KuCoin 3L at 14 %", 3, 3 * 0.86 / 0.58, -0.14, 0.139},
		{"KuCoin ETH3S", -3, 4.0419, 0.06887, -0.0688},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			policy := Emergency{Every{day, 0}, r.high}
			// Up and down again by less than the trigger: nothing, however far it goes
			// the other way, even to a short's leverage below 1.
			far := 2.0
			if r.target < 0 {
				far = 0.3
			}
			calm := bars(time.Hour, 1+r.move*0.999, far, 1)
			if f := live(t, free(r.target, policy), calm); f.Rebalances != 0 {
				t.Errorf("%d rebalances short of the trigger and far on the other side; want none", f.Rebalances)
			}
			f, events := compile(t, free(r.target, policy), time.Hour).Trace(bars(time.Hour, 1+r.move*1.001))
			if f.Rebalances != 1 {
				t.Fatalf("%d rebalances past the trigger; want 1", f.Rebalances)
			}
			for _, e := range events {
				if e.Name == "rebalance" {
					within(t, "price of the rebalance", e.Price, 1+r.move, 2e-5)
					within(t, "leverage after it", e.Leverage, r.target, 1e-12)
				}
			}
		})
	}
}

// Daily resets of a BULL and one emergency, by hand: the price falls from 100
// to 88 within the second day, in two steps, and comes back on the third.
func TestEmergencyAndResets(t *testing.T) {
	prices := []float64{1.02, 1, 0.94, 0.88, 0.9, 0.92} // every 12 hours
	policy := Emergency{Every{day, 0}, 4}
	// At 24 h: leverage 3 at price 1. At 36 h .94: leverage 3·.94/.82 = 3.44.
	// At 48 h .88, at which it is also due: 3·.88/.64 = 4.1. Reset once.
	f, events := compile(t, free(3, policy), 12*time.Hour).Trace(grid(12*time.Hour, prices...))
	want := (1 + 3*(1.0-1)) * (1 + 3*(0.88-1)) * (1 + 3*(0.92/0.88-1))
	within(t, "NAV", f.NAV, want, 1e-13)
	if got, want := timeline(events), "24h0m0s no trade, 48h0m0s rebalance, 72h0m0s rebalance"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
	// A late keeper that was called by the emergency leaves it if leverage came
	// back, but not if a reset has become due meanwhile.
	late := free(3, policy)
	late.Keeper.Latency = 6 * time.Hour
	for _, r := range []struct {
		first time.Duration // of the resets
		want  string
	}{
		{48 * time.Hour, "12h0m0s order, 24h0m0s no trade"},
		{20 * time.Hour, "12h0m0s order, 24h0m0s rebalance"},
	} {
		late.Policy = Emergency{Every{100 * day, r.first}, 4}
		_, events = compile(t, late, 12*time.Hour).Trace(grid(12*time.Hour, 0.88, 0.95))
		if got := timeline(events); got != r.want {
			t.Errorf("first reset at %v: %s; want %s", r.first, got, r.want)
		}
	}
}

func TestResetCount(t *testing.T) {
	for _, r := range []struct {
		e    Every
		now  time.Duration
		want int64
	}{
		{Every{day, 0}, 0, 0}, {Every{day, 0}, day - 1, 0}, {Every{day, 0}, day, 1}, {Every{day, 0}, 3*day - 1, 2},
		{Every{day, 2 * time.Minute}, time.Minute, 0}, {Every{day, 2 * time.Minute}, 2 * time.Minute, 1},
		{Every{day, 2 * time.Minute}, day + 2*time.Minute, 2},
	} {
		if got := r.e.count(r.now); got != r.want {
			t.Errorf("%+v has had %d resets by %v; want %d", r.e, got, r.now, r.want)
		}
		// The next reset is the first moment at which the count is larger.
		at := r.e.Trigger(View{Now: r.now}, new(State)).At
		if r.e.count(at) != r.want+1 || r.e.count(at-1) != r.want {
			t.Errorf("%+v: the reset after %v is at %v, where the count goes from %d to %d", r.e, r.now, at,
				r.e.count(at-1), r.e.count(at))
		}
	}
}

func TestEmergencyCheck(t *testing.T) {
	for _, high := range []float64{3, 2, nan, inf, 1001} {
		if err := (Emergency{Every{day, 0}, high}).Check(-3); err == nil {
			t.Errorf("emergency at %v passes for a target of -3", high)
		}
	}
	if err := (Emergency{Every{}, 4}).Check(3); err == nil {
		t.Error("no interval passes")
	}
	if err := (Emergency{Every{day, 0}, 4}).Check(3); err != nil {
		t.Error(err)
	}
}
