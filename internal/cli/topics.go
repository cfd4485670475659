package cli

import (
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/tokens"
)

// A topic is a page of help that is no command's.
type topic struct {
	name, short string
	blocks      func() []report.Block
}

var topics = []topic{
	{"policies", "When a token trades, and to what leverage", policiesTopic},
	{"models", "Price models", modelsTopic},
	{"fees", "Costs of trades, fees and the size of the vault", costsTopic},
	{"venues", "How leverage is held: by a loan or a perpetual future", venuesTopic},
	{"rates", "Rates that change: interest and funding drawn with the paths", ratesTopic},
	{"sampling", "Paths, steps, seeds and what the intervals mean", samplingTopic},
	{"files", "What a run directory holds", filesTopic},
	{"metrics", "The metrics that are reported", metricsTopic},
}

// TopicNames are the names of the pages of help that are no command's.
func TopicNames() (names []string) {
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// Topic is a page of help by its name.
func Topic(name string) (report.Document, bool) {
	i := slices.IndexFunc(topics, func(t topic) bool { return t.name == name })
	if i < 0 {
		return report.Document{}, false
	}
	d := report.Document{Title: topics[i].short, Blocks: topics[i].blocks()}
	for i, b := range d.Blocks {
		if text, ok := b.(report.Text); ok {
			d.Blocks[i] = report.Text(unwrap(string(text)))
		}
	}
	return d, true
}

// numbersTable lists parameters with their units, defaults and ranges.
func numbersTable(title string, params []param.Param) report.Table {
	t := report.Table{PeopleOnly: true, Title: title, Columns: []report.Column{{Name: "parameter"}, {Name: "unit"},
		{Name: "default", Align: report.Right}, {Name: "range", Wrap: true}, {Name: "meaning", Wrap: true}}}
	for _, p := range params {
		t.Add(p.Name, string(p.Unit), report.TrueMinus(written(p, p.Default)), rangeOf(p), p.Doc)
	}
	return t
}

// rangeOf is a parameter's range in few words.
func rangeOf(p param.Param) string {
	const huge = 1e9 // there to catch mistakes
	low, high := p.Min > -huge, p.Max < huge
	switch {
	case p.Unit == param.Choice:
		return strings.Join(p.Choices, ", ")
	case low && p.Max == math.Nextafter(1, 0):
		return written(p, p.Min) + " to below 1"
	case low && high:
		return written(p, p.Min) + " to " + written(p, p.Max)
	case low:
		return "from " + written(p, p.Min)
	}
	return ""
}

// written is a value of a parameter in few digits.
func written(p param.Param, v float64) string {
	switch {
	case p.Unit == param.Choice || p.Unit == param.Time:
		return p.Format(v)
	case math.Abs(v) > 0 && math.Abs(v) < 1e-9:
		return "0"
	}
	return report.Short(v)
}

// kindBlocks explain the kinds of a registry, one after the other.
func kindBlocks[T any](kinds []param.Kind[T]) (blocks []report.Block) {
	for _, k := range kinds {
		title := k.Name + ": " + k.Doc + "."
		if len(k.Params) == 0 {
			blocks = append(blocks, report.Text(title))
			continue
		}
		blocks = append(blocks, numbersTable(title, k.Params))
	}
	return blocks
}

// ofSection are a token's own parameters in a section of help.
func ofSection(section string) (params []param.Param) {
	for _, p := range tokens.Params {
		if sectionOfNumber(p.Name) == section {
			params = append(params, p)
		}
	}
	return params
}

func policiesTopic() []report.Block {
	blocks := []report.Block{report.Text(`A policy decides when a token trades and what leverage
it has afterwards. Give it with --policy NAME, or "policy: {kind: NAME}" in a spec. --band LOW:HIGH sets low
and high, and means --policy band where no policy is named. Without either a token
holds: it never trades.

Leverage is exposure over net asset value. A band's edges are magnitudes: those of
a short token at leverage −2 may be 1.8 and 2.2.`),
		numbersTable("Any token has a target:", ofSection(SectionToken))}
	blocks = append(blocks, kindBlocks(tokens.Policies.Kinds())...)
	return append(blocks, numbersTable("The keeper sends the trades. It may be late or out of service:",
		ofSection(SectionKeeper)))
}

func modelsTopic() []report.Block {
	blocks := []report.Block{report.Text(`A model says how the price of the underlying moves. Give
it with --model NAME, or "model: {kind: NAME}" in a spec. Rates are per year and continuously compounded;
volatility is per √year, so 0.8 is 80 % a year. A year has 365 days.

Without --model a token of the catalogue has the model that mcrisk validate ranks first
for its underlying, fitted to that one's history, and simulate shows beside its headline
what gbm would have said. A note names the model and where its paths start: from the
long-run law (stationary), or as --start says, or from the end of --history FILE. A token
of your own, a spec without a model, --prices FILE and mcrisk exact have gbm.

A token of the catalogue has the model's parameters fitted to the history of its
underlying, except mu. --prices FILE fits them to another history, and mu too with
--mu fitted. Parameters given on the command line take precedence. Without a fit they
are defaults. mcrisk calibrate fits any of these models and writes specs;
--parameter-uncertainty then draws the fitted parameters anew for each path.`)}
	return append(blocks, kindBlocks(models.Registry.Kinds())...)
}

func costsTopic() []report.Block {
	return []report.Block{report.Text(`Costs are fractions of the notional traded, US dollars a trade, or rates on net
asset value. 10bp, 0.1% and 0.001 are the same fraction; 250k and 2M are amounts.

A trade of notional N in US dollars costs
  N·(fee + impact-base + impact·N^impact-exponent) + gas.
Impact and gas depend on the size of the vault, which deposits and withdrawals
change (flows): steady holds it at aum, none lets it shrink and grow with its
returns, chase adds money after gains and withdraws it after losses.

With --invest W the holder pays for trades that build its share of the position and
reduce it: mcrisk costs. On a loan entry swaps target·W, or (target−1)·W of a long
token --paid-in underlying; exit swaps leverage times the value. Each is traded in
--parts k equal parts: N·(fee + impact-base + impact·(N/k)^impact-exponent).`),
		numbersTable("", ofSection(SectionCosts))}
}

func venuesTopic() []report.Block {
	blocks := []report.Block{report.Text(`A venue provides the leverage and charges for it. Give it with
--mechanism NAME, or "mechanism: {kind: NAME}" in a spec. The default is a loan.`)}
	blocks = append(blocks, kindBlocks(tokens.Mechanisms.Kinds())...)
	return append(blocks, numbersTable("What follows a liquidation:", ofSection(SectionVenue)))
}

func ratesTopic() []report.Block {
	return append([]report.Block{report.Text(`The interest or funding of a venue may be
drawn with the paths. Give its law with --rates KIND, or "rates: {kind: KIND}" of a
token in a spec. It drives the main rate of the venue: borrow of a loan, funding of a
perpetual. With level and ou the token's own number is the mean; other kinds have
numbers of their own in its place.

Without --rates a token of the catalogue has a level, by the law of years' means that
the catalogue has for it, and a note says so; --rates constant holds the rate at its
mean. So does a rate that is given (--borrow 5%) or swept. Tokens of your own, specs
without rates, replay, cohorts, validate and breakeven have constant rates.

A level holds for a lifetime and does not depend on prices, so that exact integrates
over its law. Shocks of the others may be correlated with returns: rate-correlation.`)},
		kindBlocks(rates.Registry.Kinds())...)
}

func samplingTopic() []report.Block {
	percent := report.Short(100 * assess.Confidence)
	t := report.Table{PeopleOnly: true, Columns: []report.Column{{Name: "flag"}, {Name: "default"},
		{Name: "meaning", Wrap: true}}}
	t.Add("--horizon", defaults["horizon"], "length of each lifetime")
	t.Add("--step", defaults["step"], "time between observed prices; a token trades at the end of steps only")
	t.Add("--paths", defaults["paths"], "number of lifetimes; four times as many halve the intervals")
	t.Add("--seed", defaults["seed"], "seed of the random numbers; the same seed gives the same results, to the bit, "+
		"on any number of --workers")
	return []report.Block{t, report.Text(`Interval: the ` + percent + ` % interval of an estimate is its
Monte Carlo error. It would hold the exact value in ` + percent + ` of 100 such simulations. More paths make it shorter.

Range of outcomes: the quantiles of final net asset value, as from 5 to 95 % of
paths, are what may happen to one holder. More paths do not make it shorter.

Control variates: some estimates are corrected by an exactly known property of
the price, such as its mean. "control 12×" says that without the correction the
same interval would need 12 times as many paths. --no-control leaves them out.

Warnings: "heavy-tail" says that a few paths dominate the mean, "few-in-tail" that
only a few paths lie in the tail. The coverage of such an interval may be below
` + percent + ` %. "Not estimable from these paths" stands instead of an estimate that so few
paths dominate that no interval can be given.

Pairing: tokens and cells of one command run on the same price paths, so most of
the Monte Carlo error of a difference cancels.

Bounds: --require 'p_liquidation<0.01' ends with exit status 3 if the estimate
does not meet the bound; p_liquidation.hi<0.01 tests the upper end of the interval.

Without sampling: mcrisk exact and mcrisk sweep --exact compute what they can,
with a bound of the error. Sampling a grid: mcrisk sweep --sample N runs a Latin
hypercube sample of N cells.`)}
}

func filesTopic() []report.Block {
	t := report.Table{PeopleOnly: true, Columns: []report.Column{{Name: "file"}, {Name: "written by", Wrap: true},
		{Name: "what it holds", Wrap: true}}}
	for _, f := range runFiles {
		t.Add(f.Name, f.By, f.Text)
	}
	return []report.Block{report.Text(`A run directory is new: nothing is overwritten. Its name is --out, or
runs/NAME-TIME-HASH. --no-save writes none. mcrisk verify RUN checks it, mcrisk
summary RUN and mcrisk plot RUN read it. docs/files.md lists every column.`), t}
}

func metricsTopic() []report.Block {
	t := report.Table{PeopleOnly: true, Columns: []report.Column{{Name: "metric"}, {Name: "unit", Wrap: true},
		{Name: "meaning", Wrap: true}}}
	for _, m := range analytics.All() {
		t.Add(m.Name, string(m.Unit), m.Doc)
	}
	return []report.Block{report.Text(`--require, --metric and --objective take these names. Sweeps
seek the best setting by the objectives: ` + strings.Join(Objectives(), ", ") + "."), t}
}
