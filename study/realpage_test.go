package study_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A fund resets to its target at every close of the exchange.
type fund struct {
	name, underlying string
	target           float64
	expenses, fee    string // of the fund, and of the underlying's own fund
}

var funds = []fund{
	{"TQQQ", "qqq", 3, "0.95%", "0.2%"}, {"QLD", "qqq", 2, "0.95%", "0.2%"}, {"SSO", "spy", 2, "0.9%", "0.09%"},
	{"SQQQ", "qqq", -3, "0.95%", "0.2%"}, {"PSQ", "qqq", -1, "0.95%", "0.2%"}, {"SH", "spy", -1, "0.89%", "0.09%"},
	{"SDS", "spy", -2, "0.9%", "0.09%"},
}

const fedFunds = "@us_rates_daily.csv:fed_funds"

// token is the fund with a rate that a long pays on what it owes, or a short earns on what it has.
func (f fund) token(rate, spread string) realToken {
	r := realToken{name: f.name, prices: "letf_daily.csv:" + f.underlying, since: "2010-02-11", until: "2025-01-01",
		traded: "letf_daily.csv:" + strings.ToLower(f.name)}.with("--target %g --policy every", f.target)
	if f.target > 0 {
		r = r.with("--borrow %s", rate)
	} else {
		r = r.with("--borrow 0 --supply %s", rate)
	}
	return r.with("--spread %s --underlying-fee %s --streaming-fee %s --liquidation-threshold 99.9%%",
		spread, f.fee, f.expenses)
}

// gates are those of a fund, the tracking error over a year, which is the stricter reading.
func (f fund) gates(a *analytics.Tracking) []gate {
	farthest := map[float64]float64{1: 0.005, 2: 0.008, 3: 0.014}[math.Abs(f.target)]
	return []gate{
		{"terminal ratio", a.TerminalRatio, 0.95, 1.05}, {"weekly correlation", a.CorrelationWeek, 0.999, 1},
		{"tracking error", a.TrackingErrorMonth * math.Sqrt(12), 0, farthest},
		{"least window", a.WorstWindowRatio, 0.94, 1.12}, {"greatest window", a.BestWindowRatio, 0.94, 1.12},
		{"drift", a.DriftYear, -0.005, 0.005},
	}
}

// fitSpread is the spread that makes the squares of the drifts of funds least, to a basis point. Drift is a
// straight line in the spread, but for the compounding of a day.
func fitSpread(t *testing.T, side []fund) (bp float64, each []string) {
	t.Helper()
	xy, xx := 0.0, 0.0
	for _, f := range side {
		none, _ := f.token(fedFunds, "0").replay(t)
		some, _ := f.token(fedFunds, "1%").replay(t)
		slope := none.DriftYear - some.DriftYear // of a percent
		xy, xx = xy+none.DriftYear*slope, xx+slope*slope
		each = append(each, fmt.Sprintf("%s %.0f", f.name, 100*none.DriftYear/slope))
	}
	return math.Round(100 * xy / xx), each
}

func (p *realReport) fundsPart(t *testing.T) {
	long, each := fitSpread(t, funds[:3])
	short, shorts := fitSpread(t, funds[3:])
	spread := func(f fund) string {
		if f.target > 0 {
			return fmt.Sprintf("%gbp", long)
		}
		return fmt.Sprintf("%gbp", short)
	}
	p.line(fundsHead, long, short, strings.Join(each, ", "), strings.Join(shorts, ", "))
	p.table("fund", "target", "terminal ratio", "drift a year", "correlation: day", "week", "beta of months",
		"tracking error: month", "year", "windows", "worst day", "fund", "replay", "gates")
	var all []realToken
	for _, f := range funds {
		r := f.token(fedFunds, spread(f))
		a, _ := r.replay(t)
		hold(t, f.name, f.gates(a))
		p.line("| %s | %+g | %.3f | %+.2f %% | %.4f | %.5f | %.4f | %.2f %% | %.2f %% | %.3f to %.3f | %s | %s |",
			f.name, f.target, a.TerminalRatio, 100*a.DriftYear, a.CorrelationDay, a.CorrelationWeek, a.BetaMonth,
			100*a.TrackingErrorMonth, 100*a.TrackingErrorMonth*math.Sqrt(12), a.WorstWindowRatio, a.BestWindowRatio,
			worstDay(a), missed(f.gates(a)))
		all = append(all, r)
	}
	p.text(fundsAfter)
	p.commands(all...)
	p.fundsElsewhere(t, spread)
}

// fundsElsewhere shows the same funds in years that nothing was fitted to, and that the gates can be
// missed.
func (p *realReport) fundsElsewhere(t *testing.T, spread func(fund) string) {
	p.text("\nThe same spreads in the years before, to which nothing was fitted " +
		"(--since 2006-06-21 --until 2010-02-12):")
	p.table("fund", "terminal ratio", "drift a year", "weekly correlation", "tracking error: month", "year",
		"gates of 2010 to 2024")
	for _, f := range funds {
		if math.Abs(f.target) == 3 {
			continue // began in 2010
		}
		r := f.token(fedFunds, spread(f))
		r.since, r.until = "2006-06-21", "2010-02-12"
		a, _ := r.replay(t)
		p.line("| %s | %.3f | %+.2f %% | %.4f | %.2f %% | %.2f %% | %s |", f.name, a.TerminalRatio, 100*a.DriftYear,
			a.CorrelationWeek, 100*a.TrackingErrorMonth, 100*a.TrackingErrorMonth*math.Sqrt(12), missed(f.gates(a)))
		hold(t, f.name+" before", []gate{{"terminal ratio", a.TerminalRatio, 0.95, 1.05},
			{"drift", a.DriftYear, -0.01, 0.01}})
	}
	p.text(fundsPower)
	p.table("fund", "one rate: windows", "gates", "no spread: terminal ratio", "gates",
		"every seven days: tracking error of a year", "gates")
	rates := realSeries(t, fedFunds[1:])
	levels, err := rates.Levels(time.Date(2010, 2, 11, 0, 0, 0, 0, time.UTC), 24*time.Hour, 5438, false)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for i, l := range levels {
		end := 5438
		if i+1 < len(levels) {
			end = levels[i+1].From
		}
		mean += l.Rate * float64(end-l.From) / 5438
	}
	for _, f := range funds {
		one, _ := f.token(fmt.Sprintf("%.2f%%", 100*mean), spread(f)).replay(t)
		none, _ := f.token(fedFunds, "0").replay(t)
		weekly, _ := f.token(fedFunds, spread(f)).with("--reset-interval 7d").replay(t)
		p.line("| %s | %.3f to %.3f | %s | %.3f | %s | %.2f %% | %s |", f.name,
			one.WorstWindowRatio, one.BestWindowRatio, missed(f.gates(one)), none.TerminalRatio, missed(f.gates(none)),
			100*weekly.TrackingErrorMonth*math.Sqrt(12), missed(f.gates(weekly)))
		if missed(f.gates(one)) == "met" || missed(f.gates(weekly)) == "met" {
			t.Errorf("%s: one rate, or resets once a week, meet the gates, which then see too little", f.name)
		}
	}
	p.line("\nThe mean is %.2f %%.", 100*mean)
}

// worstDay is the worst day in cells: when, the token, the replay.
func worstDay(a *analytics.Tracking) string {
	w := a.WorstDays[0]
	return fmt.Sprintf("%s | %+.1f %% | %+.1f %%", w.Date.Format(time.DateOnly), 100*w.Traded, 100*w.Token)
}

const binanceFunding = "@funding_binance_8h.csv:rate_per_period?symbol=BTC"

// The perpetual of Bitcoin, capped to the spot market; neither is tuned to a token.
const (
	perpetual = "btc_usdt_perp_1h.csv"
	spot      = "btc_usdt_spot_1h.csv"
)

// ftxTokens are BULL and BEAR as the catalogue has them.
var ftxTokens = []realToken{ftxToken("BULL"), ftxToken("BEAR")}

func ftxToken(name string) realToken {
	lower := strings.ToLower(name)
	return realToken{name: name, prices: perpetual, index: spot, since: "2020-01-22", until: "2020-12-17",
		traded: "ftx_" + lower + "_1d.csv?stale=0"}.with("--token ftx-%s --funding %s", lower, binanceFunding)
}

// ftxGates are those of BULL; all but 12 March are held against BEAR too.
func ftxGates(name string, a *analytics.Tracking) []gate {
	gates := []gate{
		{"terminal ratio", a.TerminalRatio, 0.9, 1.15}, {"daily correlation", a.CorrelationDay, 0.994, 1},
		{"median difference of a day", a.MedianDifferenceDay, 0, 0.006},
	}
	if name == "BULL" {
		crash := math.NaN()
		if w := a.WorstDays[0]; w.Date.Format(time.DateOnly) == "2020-03-12" {
			crash = w.Token
		}
		gates = append(gates, gate{"12 March", crash, -0.878, -0.818})
	}
	return gates
}

func (p *realReport) ftxPart(t *testing.T) {
	open, low := 0.0, math.Inf(1)
	for _, b := range realHistory(t, spot).Bars {
		if b.Start.Format(time.DateOnly) == "2020-03-12" {
			open, low = cmp.Or(open, b.Open), min(low, b.Low)
		}
	}
	if !(low < open*2/3) { // where 3x is worth nothing
		t.Errorf("from %v to %v on 12 March; the page says that a daily reset would not have survived", open, low)
	}
	p.text(ftxHead)
	p.table("token", "terminal ratio", "drift a year", "correlation: day", "week", "median difference of a day",
		"tracking error: month", "other order: NAV", "rebalances", "turnover", "worst day", "token", "replay",
		"gates of BULL")
	row := func(name string, r realToken) (gates []gate) {
		a, did := r.replay(t)
		gates = ftxGates(r.name, a)
		p.line("| %s | %.3f | %+.1f %% | %.4f | %.4f | %.2f %% | %.1f %% | %+.0f %% | %d | %.0f | %s | %s |",
			name, a.TerminalRatio, 100*a.DriftYear, a.CorrelationDay, a.CorrelationWeek, 100*a.MedianDifferenceDay,
			100*a.TrackingErrorMonth, otherOrder(did), did.Lives[0].Rebalances, did.Lives[0].Turnover, worstDay(a),
			missed(gates))
		if did.Lives[0].Liquidations > 0 {
			t.Errorf("%s, %s: liquidated", r.name, name)
		}
		return gates
	}
	for _, r := range ftxTokens {
		gates := row("**"+r.name+"**", r)
		if r.name == "BULL" {
			hold(t, r.name, gates)
		}
		row("a minute late", r.late("1m"))
		row("five minutes late", r.late("5m"))
		row("at the catalogue's one rate", r.with(oneRate))
		row("not capped", r.on(perpetual))
		row("on spot", r.on(spot))
	}
	p.text(ftxAfter)
	p.whyBear(t)
	p.commands(ftxTokens...)
}

// otherOrder is how much more the final NAV is, in percent, with the farther extreme of each bar first.
func otherOrder(did *study.Replayed) float64 {
	return 100 * (did.FartherFirst[0].NAV/did.Lives[0].NAV - 1)
}

// oneRate is the funding of Bitcoin in the catalogue.
const oneRate = "--funding 0.14351405"

// whyBear says where BEAR's replay leaves it, and what is not the reason.
func (p *realReport) whyBear(t *testing.T) {
	var days [2]int
	var gain [2]map[bool]float64 // by token; on days with an emergency reset, and on others
	var turnover, hours [2]float64
	for i, r := range ftxTokens {
		h, did := r.lives(t)
		start := h.Bars[0].Start
		emergency := map[time.Time]bool{}
		for e := range did.Events[0].All() {
			if e.Name == "rebalance" && e.Time%(24*time.Hour) != 2*time.Minute { // when the day's own reset is
				emergency[start.Add(e.Time).Truncate(24*time.Hour)] = true
			}
		}
		nav := analytics.Dated{Times: []time.Time{start}, Values: []float64{1}}
		for step, m := range did.Tracks[0].Marks {
			nav.Times = append(nav.Times, start.Add(time.Duration(step+1)*h.Step))
			nav.Values = append(nav.Values, m.NAV)
		}
		var traded analytics.Dated
		for _, b := range realHistory(t, r.traded).Bars {
			traded.Times = append(traded.Times, b.Start.AddDate(0, 0, 1))
			traded.Values = append(traded.Values, b.Close)
		}
		replayed := map[time.Time]float64{}
		for _, d := range dayReturns(t, nav) {
			replayed[d.Start] = math.Log1p(d.Return)
		}
		gain[i] = map[bool]float64{}
		for _, d := range dayReturns(t, traded) {
			if d.Start.Format("01-02") != "04-03" { // which has the return of the two days left out
				gain[i][emergency[d.Start]] += replayed[d.Start] - math.Log1p(d.Return)
			}
		}
		days[i], turnover[i], hours[i] = len(emergency), did.Lives[0].Turnover, hoursForMinutes(t, r)
	}
	total := gain[1][true] + gain[1][false]
	p.line(bearText, total, gain[1][true], days[1], gain[1][false], gain[0][true], days[0], gain[0][false],
		hours[1], hours[0], turnover[1], turnover[0], 1e4*total/turnover[1], total*turnover[0]/turnover[1])
}

func dayReturns(t *testing.T, d analytics.Dated) []analytics.PeriodReturn {
	t.Helper()
	returns, err := analytics.Day.Returns(d)
	if err != nil {
		t.Fatal(err)
	}
	return returns
}

// hoursForMinutes is what the replay of a token on hours gains on that of minutes, ln NAV, over windows of
// minutes.
func hoursForMinutes(t *testing.T, r realToken) (gain float64) {
	t.Helper()
	spec := r.spec(t)
	spec.Series = nil // the windows are of other years
	minutes := realHistory(t, "btc_usd_1m_bitfinex_windows.csv").Bars
	for first := 0; first < len(minutes); {
		end := first + 1
		for end < len(minutes) && minutes[end].Start.Sub(minutes[end-1].Start) < 24*time.Hour {
			end++
		}
		window := &paths.History{Name: "minutes", Step: time.Minute, Bars: minutes[first:end]}
		hours := &paths.History{Name: "hours", Step: time.Hour}
		for _, b := range window.Bars {
			hour := b.Start.Truncate(time.Hour)
			if n := len(hours.Bars); n > 0 && hours.Bars[n-1].Start.Equal(hour) {
				last := &hours.Bars[n-1]
				last.High, last.Low, last.Close = max(last.High, b.High), min(last.Low, b.Low), b.Close
			} else {
				b.Start = hour
				hours.Bars = append(hours.Bars, b)
			}
		}
		for _, side := range []struct {
			h    *paths.History
			sign float64
		}{{hours, 1}, {window, -1}} {
			token, err := spec.Build()
			if err != nil {
				t.Fatal(err)
			}
			did, err := study.Replay([]tokens.Token{token}, side.h, false)
			if err != nil {
				t.Fatal(err)
			}
			gain += side.sign * math.Log(did.Lives[0].NAV)
		}
		first = end
	}
	return gain
}

func binanceToken(name string) realToken {
	lower := strings.ToLower(name)
	return realToken{name: name, prices: perpetual, index: spot, since: "2020-05-14T08:00:00Z",
		until: "2022-12-04T16:00:00Z", traded: "binance_" + lower + "_4h.csv",
	}.with("--token binance-%s --funding %s", lower, binanceFunding)
}

func binanceGates(a *analytics.Tracking) []gate {
	return []gate{{"terminal ratio", a.TerminalRatio, 0.75, 1.25}, {"4-hourly correlation", a.CorrelationBar, 0.97, 1}}
}

func (p *realReport) binancePart(t *testing.T) {
	p.text(binanceHead)
	p.table("token", "terminal ratio", "drift a year", "correlation: 4 hours", "day", "week", "beta of months",
		"other order: NAV", "rebalances", "worst day", "token", "replay", "gates")
	row := func(name string, r realToken) []gate {
		a, did := r.replay(t)
		p.line("| %s | %.3f | %+.1f %% | %.4f | %.4f | %.4f | %.3f | %+.0f %% | %d | %s | %s |",
			name, a.TerminalRatio, 100*a.DriftYear, a.CorrelationBar, a.CorrelationDay, a.CorrelationWeek, a.BetaMonth,
			otherOrder(did), did.Lives[0].Rebalances, worstDay(a), missed(binanceGates(a)))
		return binanceGates(a)
	}
	both := []realToken{binanceToken("BTCUP"), binanceToken("BTCDOWN")}
	for _, r := range both {
		hold(t, r.name, row("**"+r.name+"**", r))
		row("to the edge", r.with("--to edge"))
		row("1.25 to 4", r.with("--low 1.25 --high 4"))
		row("at the catalogue's one rate", r.with(oneRate))
		row("not capped", r.on(perpetual))
		row("on spot", r.on(spot))
	}
	none, _ := both[1].on(perpetual).replay(t)
	all, _ := both[1].replay(t)
	one, _ := both[1].on(cappedIn(t, time.Date(2021, 7, 26, 1, 0, 0, 0, time.UTC))).replay(t)
	p.line(binanceAfter, 100*(1-none.TerminalRatio/all.TerminalRatio), one.TerminalRatio)
	p.binanceStarts(t, both)
	p.commands(both...)
}

// cappedIn is the name under which the perpetual is read that is capped to spot in one hour alone.
func cappedIn(t *testing.T, hour time.Time) string {
	t.Helper()
	h := *realHistory(t, perpetual)
	capped, _, err := h.Capped(realHistory(t, spot), capRoom)
	if err != nil {
		t.Fatal(err)
	}
	h.Bars = slices.Clone(h.Bars)
	i := slices.IndexFunc(h.Bars, func(b paths.Bar) bool { return b.Start.Equal(hour) })
	h.Bars[i] = capped.Bars[i]
	name := "capped in " + hour.Format(time.RFC3339)
	readHistories[name] = &h
	return name
}

// binanceStarts says how much of a terminal ratio is the day on which the replay begins.
func (p *realReport) binanceStarts(t *testing.T, both []realToken) {
	const starts = 30
	p.line("\nThe token's own leverage at the start is not known, and a band remembers it. "+
		"Begun at 08:00 on each of the first %d days:", starts)
	p.table("token", "perpetual", "terminal ratio: least", "median", "greatest", "gates met",
		"least 4-hourly correlation")
	for _, r := range both {
		for _, prices := range []string{"capped", "not capped"} {
			if prices == "not capped" {
				r = r.on(perpetual)
			}
			var ratios, correlations []float64
			met := 0
			for day := range starts {
				r.since = time.Date(2020, 5, 14+day, 8, 0, 0, 0, time.UTC).Format(time.RFC3339)
				a, _ := r.replay(t)
				ratios, correlations = append(ratios, a.TerminalRatio), append(correlations, a.CorrelationBar)
				if missed(binanceGates(a)) == "met" {
					met++
				}
			}
			slices.Sort(ratios)
			p.line("| %s | %s | %.3f | %.3f | %.3f | %d of %d | %.4f |", r.name, prices, ratios[0],
				(ratios[starts/2-1]+ratios[starts/2])/2, ratios[starts-1], met, starts, slices.Min(correlations))
		}
	}
}

func (p *realReport) bitxPart(t *testing.T) {
	bitx := realToken{name: "BITX", prices: "bitx_daily.csv:btc_1600et", since: "2023-06-27", until: "2025-01-01",
		options: "--target 2 --policy every --mechanism perp --streaming-fee 1.85%", traded: "bitx_daily.csv:bitx"}
	p.text(bitxHead)
	p.table("carry", "terminal ratio", "drift a year", "correlation: day", "week", "beta of months",
		"tracking error: month", "worst day", "token", "replay")
	row := func(name string, r realToken) *analytics.Tracking {
		a, _ := r.replay(t)
		p.line("| %s | %.3f | %+.1f %% | %.4f | %.4f | %.3f | %.2f %% | %s |", name, a.TerminalRatio, 100*a.DriftYear,
			a.CorrelationDay, a.CorrelationWeek, a.BetaMonth, 100*a.TrackingErrorMonth, worstDay(a))
		return a
	}
	none := bitx.with("--funding 0")
	if a := row("none", none); !(a.DriftYear > 0.25 && a.DriftYear < 0.32) {
		t.Errorf("BITX without a premium drifts by %v a year; want the .25 to .32 that are known", a.DriftYear)
	}
	row("fed funds, paid on futures and earned on cash", bitx.with("--funding %s --cash-rate %[1]s", fedFunds))
	funding := bitx.with("--funding %s", binanceFunding)
	row("funding of Binance's perpetual", funding)
	p.commands(none, funding)
}

// The page's words. Numbers of them are computed.
const (
	fundsHead = `
## Funds that reset every day, 2010 to 2024

Closes of QQQ and SPY, dividends included; a reset at every close; the fed funds rate of each day, weekends
included, on what a long owes or a short has; fees of the fund and of QQQ or SPY, today's at all times.
**Fitted: two numbers**, a spread of %g bp on what longs owe and one of %g bp on what shorts owe, by least
squares of the drifts of these three longs and four shorts over the same years. Alone they would have had %s; %s
bp.

Gates: terminal ratio .95 to 1.05, weekly correlation at least .999, tracking error of a year at most 1.4 %%
(3x), .8 %% (2x), .5 %% (1x), windows .94 to 1.12, drift at most .5 %% a year.`

	fundsAfter = `
Official closes of a fund and of what it follows are not struck at the same instant, so days differ more than
weeks. The farthest is 17 March 2020, by 6.5 % for TQQQ.`

	fundsPower = `
What the gates see, 2010 to 2024: one rate, the mean of these years, in place of the rate of each day; no
spread; a reset once in seven days.`

	ftxHead = `
## FTX's BULL and BEAR, 2020

Three times Bitcoin and its inverse, as the catalogue has them: reset daily at 00:02 UTC, and at once when
leverage reaches 4; 0.03 % a day of fees. Bars are hours of Binance's perpetual, capped to .5 % around the range
of spot in the same hour; its funding stands for that of FTX. Within a bar the path is open, nearer extreme,
farther extreme, close; with the farther one first, final NAV differs as the column says. Quotes of the tokens
are averages over venues. Two days on which they stood still, 1 and 2 April, are left out. Nothing is fitted.

Gates of BULL: terminal ratio .9 to 1.15, daily correlation at least .994, median absolute difference of a day
at most .6 %, 12 March 2020 within three points of −84.8 %. A token that resets only daily would have been
liquidated then.`

	ftxAfter = `
What happened inside the hours of 12 and 13 March 2020 is not known. The other order and a minute of latency are
worth a fifth to a third of where BULL ends, so its terminal ratio is met within that.`

	bearText = `
**BEAR's terminal ratio is missed.** In logarithms its replay gains %.2f on it, %.2f on the %d days with an
emergency reset and %.2f on the others; BULL's %.2f on %d days and %.2f. Latency explains a part at most, and one
rate in place of the dated ones, other prices and the other order little or nothing, as the table says. Nor does
the length of bars: on the 43 days of minutes of Bitfinex around large moves, ln NAV on hours less that on minutes
is %.2f for BEAR and %.2f for BULL. BEAR trades %.0f times its value, BULL %.0f times: %.0f bp more on each trade
would close BEAR's gap and open one of %.2f for BULL. So a cost would have to be BEAR's alone. What its emergency
resets were traded at is not on hand.`

	binanceHead = `
## Binance's BTCUP and BTCDOWN, 2020 to 2022

Their rule is not published but for a band, 1.5 to 3 at launch and 1.25 to 4 later. The catalogue's entries
trade where leverage leaves 1.5 to 3, to its middle, 2.25, which is an assumption; 0.01 % a day of fees. Bars
and funding are those of Binance's perpetual, capped to spot as above. Prices of the tokens are traded ones and
not net asset values.

Gates: terminal ratio .75 to 1.25, 4-hourly correlation at least .97.`

	binanceAfter = `
Without the cap BTCDOWN ends %.0f %% lower. One hour is the reason: on 26 July 2021 the perpetual traded at 48,169,
and spot at 39,800 at most; with that hour alone capped the terminal ratio is %.3f. The rule's own unknowns weigh
as much, as the rows with other rules say.`

	bitxHead = `
## BITX, 2023 and 2024

Twice bitcoin futures, reset at every close. Prices of futures are not on hand: the replay follows Bitcoin at
16:00 in New York, and so lacks the premium at which futures roll, its known difference. Rates that may stand
for the premium are shown; none is fitted, and there is no gate.`
)
