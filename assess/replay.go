package assess

import (
	"fmt"
	"math"
	"slices"
	"time"

	"mcrisk/analytics"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// ReplayOptions say how tokens are replayed through a price history.
type ReplayOptions struct {
	Latencies []time.Duration // of keepers: each token lives once with each
	Closes    bool            // prices are seen at closes only

	Index *paths.History // prices beyond it are capped, see [paths.History.Capped]; nil: none are
	Room  float64        // around the index, a fraction of it

	Traded *paths.History // what really traded, whose closes the tokens are compared with; nil: nothing
	Events bool           // keep the events of lifetimes
}

// A Replay holds the lifetimes of a study's tokens on a price history.
type Replay struct {
	History *paths.History // as it was replayed
	Capped  paths.Capping  // what the index changed of it
	Traded  *paths.History // what really traded; nil: nothing
	Study   *study.Study
	Closes  bool // prices were seen at closes only

	Market tokens.MarketLife // the underlying's own record
	Held   ReplayedLife      // of the underlying itself, bought at the first open and kept
	Lives  []ReplayedLife    // by token, then latency

	// Prices are those of the underlying at From and at the ends of all steps, missing bars among them,
	// relative to the first open. [Replay.Time] has their times.
	Prices []float64
}

// A ReplayedLife is the lifetime of a token with a keeper of a latency.
type ReplayedLife struct {
	Token   string
	Number  int           // of the token in the study
	Latency time.Duration // with closes only, the keeper's is rounded up to whole bars
	tokens.Lifetime

	// FartherFirst is the lifetime with the farther extreme of every bar first, which nobody knows; nil
	// where only closes are seen.
	FartherFirst *tokens.Lifetime

	Track  study.Track
	Events tokens.Events // of trades, liquidations and the end, if they were asked for

	Drawdowns     []analytics.Drawdown // the deepest, at the ends of steps; numbers are of [Replay.Time]
	Months, Years []analytics.PeriodReturn
	Rolling       []RollingReturn

	Tracking *analytics.Tracking // against what traded; nil: nothing did
}

// A RollingReturn says how a token grew over every window of some days, from the end of each day.
type RollingReturn struct {
	Days                    int
	Windows                 int
	Least, Median, Greatest DatedReturn
}

// A DatedReturn is the simple return of a stretch of time.
type DatedReturn struct {
	Return   float64
	From, To time.Time
}

// WorstDrawdowns and WorstDays are how many are kept of a replay.
const (
	WorstDrawdowns = 10
	WorstDays      = 10
)

// rollingDays are the lengths of windows that a replay looks at.
var rollingDays = []int{7, 30, 90, 365}

// ReplayTokens runs each token of a study through a price history, once for each
// latency of its keeper. The study's model and horizon are not used. See [study.Replay] for the path
// inside a bar and for errors.
func ReplayTokens(s *study.Study, h *paths.History, o ReplayOptions) (*Replay, error) {
	r := &Replay{Traded: o.Traded, Study: s, Closes: o.Closes || h.ClosesOnly}
	for _, t := range s.Spec().Tokens {
		for _, c := range t.Changes {
			if c.Name == "latency" {
				return nil, fmt.Errorf("assess: %s: --from %s: a replay has a row for each latency, "+
					"which holds for all of it; want no change of it", t.Name, c)
			}
		}
	}
	if r.Closes && !h.ClosesOnly {
		closes := *h
		closes.ClosesOnly = true
		h = &closes
	}
	if o.Index != nil {
		var err error
		if h, r.Capped, err = h.Capped(o.Index, o.Room); err != nil {
			return nil, err
		}
	}
	r.History = h
	var all []study.Dated
	for i := range s.Tokens() {
		for _, latency := range o.Latencies {
			t := s.Dated(i).WithLatency(latency)
			all = append(all, t)
			r.Lives = append(r.Lives, ReplayedLife{Token: t.Token.Name, Number: i, Latency: latency})
		}
	}
	did, err := study.ReplayDated(all, h, study.ReplayOptions{BothOrders: true, Track: true, Events: o.Events})
	if err != nil {
		return nil, err
	}
	r.Prices = slices.Insert(did.Prices, 0, 1)
	r.Market, r.Held = did.Underlying, ReplayedLife{Lifetime: did.Held}
	for i := range r.Lives {
		l := &r.Lives[i]
		l.Lifetime, l.Track = did.Lives[i], did.Tracks[i]
		if o.Events {
			l.Events = did.Events[i]
		}
		if did.FartherFirst != nil {
			l.FartherFirst = &did.FartherFirst[i]
		}
	}
	if err := r.describe(); err != nil {
		return nil, err
	}
	return r, r.track()
}

// describe adds what lifetimes came to by the calendar. Days are enough for all but drawdowns.
func (r *Replay) describe() error {
	days := analytics.Day.EndsOf(len(r.Prices), r.Time)
	if days[0] != 0 { // a day that has begun counts from there
		days = append([]int{0}, days...)
	}
	times := make([]time.Time, len(days))
	for i, d := range days {
		times[i] = r.Time(d)
	}
	var room []float64
	for i := -1; i < len(r.Lives); i++ {
		l, navs := &r.Held, r.Prices
		if i >= 0 {
			l = &r.Lives[i]
			room = l.AppendNAVs(room[:0])
			navs = room
		}
		l.Drawdowns = analytics.Drawdowns(navs, WorstDrawdowns)
		daily := analytics.Dated{Times: times, Values: make([]float64, len(days))}
		alive := 0
		for i, d := range days {
			if daily.Values[i] = navs[d]; navs[d] > 0 {
				alive = i + 1
			}
		}
		var err error
		if l.Months, err = analytics.Month.Returns(daily); err != nil {
			return err
		}
		if l.Years, err = analytics.Year.Returns(daily); err != nil {
			return err
		}
		daily.Times, daily.Values = times[:alive], daily.Values[:alive]
		for _, days := range rollingDays {
			all, err := analytics.RollingReturns(daily, time.Duration(days)*24*time.Hour)
			if err != nil {
				return err
			}
			if all.Windows == 0 {
				continue
			}
			at := func(w analytics.Window) DatedReturn {
				return DatedReturn{w.Return, daily.Times[w.From], daily.Times[w.To]}
			}
			l.Rolling = append(l.Rolling,
				RollingReturn{days, all.Windows, at(all.Least), at(all.Median), at(all.Greatest)})
		}
	}
	return nil
}

// track compares the tokens with what traded.
func (r *Replay) track() error {
	if r.Traded == nil {
		return nil
	}
	for i := range r.Lives {
		l := &r.Lives[i]
		var err error
		if l.Tracking, err = Against(r.History, l.Track.Marks, r.Traded, WorstDays); err != nil {
			return fmt.Errorf("%s: %w", r.Traded.Name, err)
		}
	}
	return nil
}

// Firsts are the lifetimes at the first latency, one for each token.
func (r *Replay) Firsts() (list []*ReplayedLife) {
	each := len(r.Lives) / r.Study.Tokens()
	for i := 0; i < len(r.Lives); i += each {
		list = append(list, &r.Lives[i])
	}
	return list
}

// From is when the lifetimes began.
func (r *Replay) From() time.Time { return r.History.Bars[0].Start }

// Time is that of a price by its number.
func (r *Replay) Time(i int) time.Time { return r.From().Add(time.Duration(i) * r.History.Step) }

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

// AppendNAVs adds the net asset values at the times of the replay to a list.
func (l *ReplayedLife) AppendNAVs(list []float64) []float64 {
	list = append(slices.Grow(list, len(l.Track.Marks)+1), 1)
	for i := range l.Track.Marks {
		list = append(list, l.Track.Marks[i].NAV)
	}
	return list
}

// OrderMatters is how much more NAV is with the farther extreme of every bar first, as a part of it; NaN
// where only closes are seen or nothing is left.
func (l *ReplayedLife) OrderMatters() float64 {
	if l.FartherFirst == nil || l.Lifetime.NAV == 0 {
		return math.NaN()
	}
	return l.FartherFirst.NAV/l.Lifetime.NAV - 1
}
