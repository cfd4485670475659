package assess

import (
	"cmp"
	"context"
	"math"
	"slices"

	"mcrisk/models"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A PathTimeline is the course of one path: price, leverage, net asset value and events
// over time.
type PathTimeline struct {
	Token             string
	Number            int     // of the token in its study
	Path              int     // its number
	Target            float64 // magnitude
	BandLow, BandHigh float64 // edges of the band, magnitudes; NaN where none stands still

	Years    []float64 // since the start
	Price    []float64 // of the underlying, relative to its start
	Leverage []float64 // magnitude; NaN without equity
	NAV      []float64 // in initial equity
	AUM      []float64 // of the vault, US dollars
	Events   []PathEvent
}

// A PathEvent is something that happened at a time.
type PathEvent struct {
	Years float64 // since the start
	Name  string  // rebalance, liquidation, closed, stop or wipe-out
}

// timelinePoints is about how many points a figure needs.
const timelinePoints = 2000

// FollowPath runs one path of a study's token again, with the same bits. It keeps the
// first point, the last of each of about a thousand intervals, the trades, and the event
// that ended the token. Rebalances are the first of the events.
func FollowPath(ctx context.Context, s *study.Study, token, path int) (PathTimeline, error) {
	of := s.Token(token)
	t := PathTimeline{Token: of.Name, Number: token, Path: path, Target: math.Abs(of.Target),
		BandLow: math.NaN(), BandHigh: math.NaN()}
	if b, ok := of.Policy.(tokens.Band); ok {
		t.BandLow, t.BandHigh = b.Low, b.High
	}
	spell := max(1, s.Spec().Horizon/timelinePoints)
	var last study.Event
	seen := 0
	_, err := study.Observe(ctx, s, token, path, func(e study.Event) error {
		switch e.Name {
		case "rebalance", "liquidation", "deleveraged", "closed", "stop", "wipe-out":
			t.Events = append(t.Events, PathEvent{models.Years(e.Time), e.Name})
		}
		if seen == 1 || seen > 1 && e.Time/spell != last.Time/spell {
			t.add(last)
		}
		last, seen = e, seen+1
		return nil
	})
	if err != nil {
		return t, err
	}
	t.add(last)
	slices.SortStableFunc(t.Events, func(a, b PathEvent) int { return cmp.Compare(place(a.Name), place(b.Name)) })
	return t, nil
}

// place puts rebalances before other events, and these in the order of their names.
func place(event string) string {
	if event == "rebalance" {
		return ""
	}
	return event
}

// add adds where an event left the token.
func (t *PathTimeline) add(e tokens.Event) {
	leverage := math.Abs(e.Leverage)
	if e.Equity <= 0 {
		leverage = math.NaN()
	}
	t.Years, t.Price = append(t.Years, models.Years(e.Time)), append(t.Price, e.Price)
	t.NAV, t.Leverage = append(t.NAV, max(0, e.Equity)), append(t.Leverage, leverage)
	t.AUM = append(t.AUM, e.AUM)
}
