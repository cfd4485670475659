package assess

import (
	"fmt"
	"time"

	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A Replay holds the lifetimes of a study's tokens on a price history.
type Replay struct {
	History *paths.History
	Closes  bool // prices were seen at closes only

	Market tokens.MarketLife // the underlying's own record
	Held   tokens.Lifetime   // of the underlying itself, bought at the first open and kept
	Lives  []ReplayedLife    // by latency, then token
}

// A ReplayedLife is the lifetime of a token with a keeper of a latency.
type ReplayedLife struct {
	Token   string
	Latency time.Duration // with closes only, the keeper's is rounded up to whole bars
	tokens.Lifetime
}

// ReplayTokens runs each token of a study through a price history, once for each
// latency of its keeper. With closes, only the closes of bars are used. The study's
// model and horizon are not used. See [study.Replay] for the path inside a bar and for
// errors.
func ReplayTokens(s *study.Study, h *paths.History, latencies []time.Duration, closes bool) (*Replay, error) {
	r := &Replay{History: h, Closes: closes}
	for _, t := range s.Spec().Tokens {
		for _, c := range t.Changes {
			if c.Name == "latency" {
				return nil, fmt.Errorf("assess: %s: --from %s: a replay has a row for each latency, "+
					"which holds for all of it; want no change of it", t.Name, c)
			}
		}
	}
	var all []study.Dated
	for _, latency := range latencies {
		for i := range s.Tokens() {
			t := s.Dated(i).WithLatency(latency)
			all = append(all, t)
			r.Lives = append(r.Lives, ReplayedLife{Token: t.Token.Name, Latency: latency})
		}
	}
	did, err := study.ReplayDated(all, h, study.ReplayOptions{Closes: closes})
	if err != nil {
		return nil, err
	}
	r.Market, r.Held = did.Underlying, did.Held
	for i, life := range did.Lives {
		r.Lives[i].Lifetime = life
	}
	return r, nil
}

// From is when the lifetimes began.
func (r *Replay) From() time.Time { return r.History.Bars[0].Start }

// To is when they ended.
func (r *Replay) To() time.Time { return r.From().Add(r.History.Span()) }

// Missing is how many bars the history lacks.
func (r *Replay) Missing() int {
	return int(r.History.Span()/r.History.Step) - len(r.History.Bars)
}

// FirstLiquidation is when a lifetime was first liquidated; not ok if it never was.
func (r *Replay) FirstLiquidation(life *tokens.Lifetime) (at time.Time, ok bool) {
	if !(life.FirstLiquidation >= 0) {
		return time.Time{}, false
	}
	return r.From().Add(tokens.Duration(life.FirstLiquidation * 365 * 86400)), true
}
