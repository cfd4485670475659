package cli

import (
	_ "embed" // the text of promiseText
	"fmt"
	"slices"
	"strings"

	"mcrisk/assess"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

const filesIntroduction = "# Files\n" +
	"\n" +
	"What mcrisk reads and writes: every key, every column, every file. The page is written by the\n" +
	"program (`make files`), and a test compares it with what the commands write. Words are in the\n" +
	"[glossary](glossary.md).\n" +
	"\n" +
	"- Times are in years of 365 days unless a name says seconds. Rates and volatilities are per year and\n" +
	"  per square-root year, shares are fractions: 0.05 is 5 %.\n" +
	"- Money is in units of the token's initial equity unless the unit says USD. Prices are relative\n" +
	"  to the price at the start.\n" +
	"- CSV files follow RFC 4180, with one header. Numbers are in full precision, but for\n" +
	"  path.csv and events.csv, which say theirs. One that does not exist is empty, in JSON null. One\n" +
	"  that is infinite is +Inf or -Inf, in JSON the text \"Infinity\" or \"-Infinity\"; an end that an\n" +
	"  interval lacks is null there.\n"

const specText = "A study. `mcrisk simulate --print-spec` prints a complete one, every run directory holds\n" +
	"one, and `--spec FILE` runs it to the same bits. What is left out takes its default. Values are\n" +
	"written as on the command line: 5%, 10bp, 30d. An unknown key is an error that names the line."

const sweepText = "A sweep: all keys of spec.yaml, and `sweep` with those below. Every run of `mcrisk sweep`\n" +
	"holds one, and `mcrisk sweep FILE` runs it."

const runText = "A command that simulates writes a run directory, `runs/NAME-TIME-HASH` or what `--out` says;\n" +
	"NAME is the command and its first token. `--no-save` writes none."

const limitsText = "What is read is limited, be it a file, a pipe or `-`, standard input. A command that is\n" +
	"handed more, or something else, says so with the name of the input, and exits with status 2 within two\n" +
	"seconds and 200 MB. [hostile.md](evidence/hostile.md) has what was tried.\n"

// inputLimits are what files may have at most.
func inputLimits() [][2]string {
	return [][2]string{
		{"spec.yaml, sweep.yaml, the models of `--over`", fmt.Sprintf("%s; %s words and signs of YAML; "+
			"%d lists and mappings in each other on one line", bytesText(rundir.MaxSpec),
			report.Thousands(rundir.MaxWords),
			rundir.MaxDepth)},
		{"axes of a sweep", fmt.Sprintf("%s values together; %s cells", report.Thousands(mostValues),
			report.Thousands(study.MaxCells))},
		{"prices, plain or packed",
			fmt.Sprintf("%s rows; %s of text, %s of JSON; lines of %s; zip archives of %s, with one table",
				report.Thousands(paths.MaxRows), bytesText(paths.MaxText), bytesText(paths.MaxJSON),
				bytesText(paths.MaxLine),
				bytesText(paths.MaxPacked))},
		{"dated series, plain or packed",
			fmt.Sprintf("%s rows; %s of text; lines of %s; zip archives of %s, with one table",
				report.Thousands(paths.MaxRows), bytesText(paths.MaxText), bytesText(paths.MaxLine),
				bytesText(paths.MaxPacked))},
		{"prices to replay or to draw from", fmt.Sprintf("%s steps, missing bars included",
			report.Thousands(paths.MaxSeries))},
		{"`cohorts`", fmt.Sprintf("%s starts over all holding periods", report.Thousands(assess.MaxCohorts))},
		{"`trace` in a form other than CSV", fmt.Sprintf("%s events", report.Thousands(MostEvents))},
	}
}

// bytesText is a limit in bytes.
func bytesText(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d kB", n>>10)
}

// MostEvents is how many events are printed in forms that hold all of them in memory.
const MostEvents = 200_000

// promiseText is what a run directory promises.
//
//go:embed promise.md
var promiseText string

const tablesText = "The tables of run directories, and those that commands print with `--csv`. A name and its parts\n" +
	"share a row: `difference`, `_se` are the columns `difference` and `difference_se`."

const jsonText = "What commands print with `--json`; some write it into the run directory as well. A path such as\n" +
	"`rows[].token` is the key token in each element of the list rows, `*` is any name. Under a key whose\n" +
	"unit is \"estimate\" there is an object with the keys `estimate`, `se`, `lo`, `hi`, `n`, `interval`\n" +
	"and, where there is one, `variance_reduction` and `warning`: see the columns of the same names."

// SpecKeys are the keys of spec.yaml but for those of registered kinds.
var SpecKeys = []FileColumn{
	{"model", "kind and its parameters", "the price model of the first underlying"},
	{"history.file", "text", "price history that bootstrap and fhs draw from; its name as it was given"},
	{"history.sha256", "text", "SHA-256 of its bytes, which is checked"},
	{"history.column", "text", "column of prices, as --column"},
	{"history.stamp", "text", "open or close, as --stamp"},
	{"history.zone", "text", "zone of times without one, as --zone"},
	{"last.volatility", "1/√year",
		"volatility that the model saw at the end of the history it was fitted to: --start last"},
	{"last.at", "time", "the time of that end"},
	{"errors.names[]", "text", "fitted parameters of the model; calibrate writes them"},
	{"errors.covariance[][]", "numbers", "covariance matrix of their errors, on the scale on which they are drawn"},
	{"parameter-uncertainty", "true or false", "draw the fitted parameters anew for each path, with these errors"},
	{"others[].name", "text", "name of the underlying, which tokens refer to"},
	{"others[].model", "kind and its parameters", "price model of the underlying"},
	{"others[].correlations[]", "numbers in [−1, 1]",
		"correlations of its log-returns with those of the first underlying, then of each earlier one of others"},
	{"common-jumps", "true or false", "all underlyings jump at the same times; see models.md"},
	{"horizon", "duration", "length of each path"},
	{"step", "duration", "time between two prices that are drawn; divides the horizon"},
	{"paths", "count", "price paths"},
	{"seed", "whole number", "seed of the random numbers"},
	{"marks", "count", "number of evenly spaced times at which horizons.csv records every lifetime; at most 64"},
	{"tokens[].name", "text", "name of the token in tables and files"},
	{"tokens[].underlying", "text", "one of others; left out: the first"},
	{"tokens[].policy", "kind and its parameters", "when to trade, and how far"},
	{"tokens[].mechanism", "kind and its parameters", "the venue"},
	{"tokens[].rates", "kind and its parameters", "the law of the venue's rates, where they are drawn with the " +
		"paths; left " +
		"out: they are constant"},
	{"tokens[].*", "", "the parameters of a token, listed below"},
	{"tokens[].*.series", "text", "in place of the number, for a rate of a mechanism, gas or impact: file of a dated " +
		"series, as --borrow @FILE; its name as it was given"},
	{"tokens[].*.sha256", "text", "SHA-256 of its bytes, which is checked"},
	{"tokens[].*.column", "text", "its column of rates per year, each in force from its stamp until the next, " +
		"or rate_per_period, paid whole at its stamp; left out: the only one"},
	{"tokens[].*.where.*", "text", "only the rows whose column of that name has that value"},
	{"tokens[].*.zone", "text", "zone of its stamps with a time of day and no zone, as --zone"},
	{"tokens[].*.scale", "number", "factor of its values, as sweep --over borrow-scale"},
	{"tokens[].*.shift", "", "added to its values, as sweep --over borrow-shift"},
	{"tokens[].*.gaps", "text", "hold: the first and last value hold where the series does not reach"},
	{"tokens[].from[].date", "time", "when numbers of the token change"},
	{"tokens[].from[].*", "", "a number of the token, its policy or its mechanism from then on"},
}

// SweepKeys are the keys under sweep in sweep.yaml.
var SweepKeys = []FileColumn{
	{"over", "mapping", "the axes in order: a parameter and its values, as 0.1,0.2 or 0.05:0.6:0.05; of model kinds, " +
		"or names, each with a kind and its parameters"},
	{"sample", "count", "cells of a Latin hypercube of the grid instead of all"},
	{"select", "list", "axes along which the best is sought; the others are scenarios (choose is read too)"},
	{"aversion", "number", "price on the yearly variance of tracking in utility and tracking_cost"},
	{"pareto", "list of two", "objectives to trade off"},
	{"optimise", "text", "objective whose optimum is also sought between the cells"},
}

// runFiles are the files of run directories, for the page and for mcrisk help files.
var runFiles = []FileEntry{
	{Name: "spec.yaml", By: "all but sweep, calibrate", Text: "the study with every parameter; --spec runs it again"},
	{Name: "spec-NAME.yaml", By: "liquidation", Text: "the study of a further underlying"},
	{Name: "manifest.json", By: "all", Text: "command, version, seed, settings, SHA-256 of inputs and files, " +
		"results_hash, its own digest; written last"},
	{Name: "report.html", By: "all", Text: "one page with the tables, figures and notes"},
	{Name: "figures/*.png, *.svg", By: "all that draw", Text: "the figures"},
	{Name: "lifetimes*.csv", By: "simulate", Text: "one row for each path, full precision"},
	{Name: "summary.csv, summary.json", By: "simulate", Text: "every metric with its interval"},
	{Name: "horizons*.csv", By: "simulate", Text: "probabilities and quantiles over time"},
	{Name: "histograms*.csv", By: "simulate", Text: "counts of what is drawn as a density"},
	{Name: "sweep.yaml", By: "sweep, merge", Text: "the study and what it is swept over; mcrisk sweep FILE runs it " +
		"again"},
	{Name: "origin.json", By: "sweep, merge", Text: "command and settings with which a sweep began"},
	{Name: "records/", By: "sweep, merge", Text: "finished work, which --resume, --shard and merge use"},
	{Name: "cells.csv", By: "sweep, merge", Text: "every metric of every cell, and its difference from the baseline"},
	{Name: "best.csv", By: "sweep, merge", Text: "the best setting for each objective in each scenario"},
	{Name: "front.csv", By: "sweep, merge", Text: "settings and the two objectives that are traded off"},
	{Name: "robust.csv", By: "sweep, merge", Text: "maximum regret of each setting over all scenarios"},
	{Name: "sweep.json", By: "sweep, merge", Text: "what --json prints"},
	{Name: "exact.csv", By: "sweep --exact", Text: "answers for every cell"},
	{Name: "compare.csv", By: "compare", Text: "metrics of each token, and differences from the first"},
	{Name: "position.csv", By: "position", Text: "what each position is worth, for the view and for what it is held " +
		"against"},
	{Name: "heatmap.csv", By: "heatmap", Text: "the metric of each pair"},
	{Name: "breakeven.csv, surface.csv", By: "breakeven", Text: "break-even funding rates, and the difference at " +
		"each pair of rates"},
	{Name: "costs.csv", By: "costs", Text: "costs of entry, holding and exit, by amount"},
	{Name: "liquidation.csv", By: "liquidation", Text: "probabilities by token, latency and jump"},
	{Name: "replay.csv", By: "replay", Text: "one row for each token and latency"},
	{Name: "cohorts.csv, periods.csv", By: "cohorts", Text: "every start and holding period, and what they come to"},
	{Name: "models.csv, parameters.csv", By: "calibrate", Text: "fits compared, and their parameters"},
	{Name: "validation.csv, losses.csv", By: "validate", Text: "forecasts of each model against what happened"},
	{Name: "windows.csv", By: "validate", Text: "what happened in each window"},
	{Name: "calibration.json", By: "calibrate", Text: "what --json prints"},
	{Name: "MODEL.yaml", By: "calibrate", Text: "a fitted model for --spec"},
}

// What cohorts have in tables and in JSON.
const (
	apartText     = "cohorts, one after the other, that do not overlap"
	endedText     = "starts at which nothing was left of the token"
	statisticText = "quantiles such as nav_p05 of nav, decay_vs_power and decay_vs_linear, p_loss_50, p_beats_linear"
)

var periodColumn = as("period_seconds", "seconds", "holding period")

// What the parts of an estimate are, in every table.
var estimateTexts = map[string]FileColumn{
	"estimate":   {"estimate", "that of the metric", "the estimate"},
	"se":         {"se", "that of the metric", "standard error; empty where the interval does not come from one"},
	"lo":         {"lo", "that of the metric", "lower end of the interval of the estimate (Monte Carlo error)"},
	"hi":         {"hi", "that of the metric", "upper end"},
	"n":          {"n", "count", "paths that the estimate rests on"},
	"confidence": {"confidence", "probability", "confidence level of the interval: 0.95"},
	"interval":   {"interval", "text", "how the interval was computed, such as normal or order-statistic"},
	"variance_reduction": {"variance_reduction", "ratio of variances", "how many times more paths the interval " +
		"would take " +
		"without control variates; empty: none was used"},
	"warning": {"warning", "text", "why the interval may be too short, such as heavy-tail; empty: no doubt"},
}

func estimated(parts ...string) (columns []FileColumn) {
	for _, p := range parts {
		columns = append(columns, estimateTexts[p])
	}
	return columns
}

// as is an estimate under another name.
func as(name, unit, text string) FileColumn { return FileColumn{name, unit, text} }

var (
	tokenColumn   = as("token", "text", "name of the token")
	metricColumn  = as("metric", "text", "name of the metric; see metrics.md")
	unitColumn    = as("unit", "text", "unit of the row's numbers")
	meaningColumn = as("meaning", "text", "meaning of the metric")
	axisColumn    = as("<parameter>", "that of the parameter", "value in this cell; one column for each axis")
	scenario      = as("<parameter>", "that of the parameter", "scenario of the row; one column for each axis "+
		"that is not "+
		"selected along")
	objective = as("objective", "text", "the metric by which settings are compared")
	pairing   = as("unpaired_se", "that of the metric", "standard error that the difference would have on "+
		"different paths")
)

// Tables are the tables that commands write and print.
func Tables() []FileEntry {
	all := []FileEntry{
		{Name: "lifetimes.csv", By: "`simulate`", Text: "A row is a path: what its token and its underlying " +
			"went through. All columns money_ add up to nav − 1, and all columns log_ of the ledger to ln nav where " +
			"something is left.",
			Columns: slices.Concat([]FileColumn{as("path", "number", "number of the path, from 0")}, lifetimeColumns(),
				marketColumns())},
		{Name: "summary.csv", By: "`simulate`, and printed by `summary`",
			Text: "A row is a metric, or a quantile of NAV such as nav_quantile_0.05, of a token.",
			Columns: slices.Concat([]FileColumn{tokenColumn, metricColumn},
				estimated("estimate", "se", "lo", "hi", "n", "confidence", "interval", "variance_reduction", "warning"),
				[]FileColumn{unitColumn, meaningColumn})},
		{Name: "horizons.csv", By: "`simulate`", Text: "A row is an estimate at one time.",
			Columns: slices.Concat([]FileColumn{as("years", "years", "the time"),
				as("name", "text", "what is estimated: quantiles such as nav_p05 (5 %) of net asset value, "+
					"underlying, "+
					"ideal "+
					"token, drawdown, leverage; p_loss_50: probability of a loss of half at that time; p_lost_50: "+
					"at any time up to then")},
				estimated("estimate", "lo", "hi", "n", "confidence", "interval"), []FileColumn{unitColumn,
					meaningColumn})},
		{Name: "histograms.csv", By: "`simulate`", Text: "A row is a bin of values at a time.", Columns: []FileColumn{
			as("years", "years", "the time"), as("name", "text", "decay_factor (NAV over S^T) or leverage"),
			as("low", "that of the values", "lower end of the bin"), as("high", "that of the values", "upper end"),
			as("count", "count", "lifetimes in it")}},
		{Name: "attribution.csv", By: "`summary --attribution --csv`, to the standard output only",
			Text: "A row is a cause of growth or of gain.", Columns: slices.Concat([]FileColumn{tokenColumn,
				as("of", "text", "what is attributed: E[ln NAV] or E[NAV] − 1"),
				as("paths", "text", "which paths: all, or a fifth of them by what their prices did"),
				as("cause", "text", "item of the ledger, volatility_decay, band_effect or total")},
				estimated("estimate", "se", "lo", "hi", "n"),
				[]FileColumn{as("ruined", "count", "paths left out because nothing was left"),
					as("per_year, _lo, _hi", "log per year", "the estimate over the horizon's years")},
				estimated("confidence", "interval", "variance_reduction", "warning"), []FileColumn{meaningColumn})},
		{Name: "cells.csv", By: "`sweep`, `merge`", Text: "A row is a metric of a token in a cell.",
			Columns: slices.Concat([]FileColumn{as("cell", "number",
				"number of the cell, or baseline: the token without the sweep"), axisColumn,
				tokenColumn, metricColumn, unitColumn}, estimated("estimate", "se", "lo", "hi", "n", "warning"),
				[]FileColumn{as("difference, _se, _lo, _hi, _n", "that of the metric",
					"from the baseline, on the same paths"),
					pairing, as("lifetimes_hash", "SHA-256", "hash of the cell's lifetimes"),
					as("fault", "text", "why the cell failed; empty: it did not")})},
		{Name: "best.csv", By: "`sweep`, `merge`", Text: "A row is an objective of a token in a scenario.",
			Columns: slices.Concat([]FileColumn{tokenColumn, scenario, objective,
				as("best", "setting", "the best setting in the sample")}, estimated("estimate", "lo", "hi"),
				[]FileColumn{
					as("indistinguishable", "settings", "settings not significantly worse than the best (95 %), with "+
						"semicolons between"),
					as("loss_at_plus_10_percent, _lo, _hi", "that of the objective",
						"loss of the objective at a setting 10 % greater; positive is worse"),
					as("loss_at_minus_10_percent, _lo, _hi", "that of the objective",
						"loss of the objective at a setting 10 % smaller; positive is worse"),
					as("quadratic_optimum, _lo, _hi", "setting",
						"optimum of a parabola through the points around the best"),
					as("variance_reduction_median", "ratio of variances",
						"variance reduction of paired differences between neighbouring settings, median"),
					as("variance_reduction_least", "ratio of variances",
						"variance reduction of paired differences between neighbouring settings, minimum"),
					as("exact_best", "setting", "best setting by the exact answers, where there are any"),
					as("exact_se_off", "standard errors", "largest distance of a simulated point from the exact one"),
					as("theory_grid", "half-width", "long-run optimum at the study's steps; for tracking_cost only"),
					as("theory_continuous", "half-width", "long-run optimum for continuous monitoring"),
					as("theory_small_cost", "half-width", "long-run optimum in the limit of small costs"),
					as("optimum, _lo, _hi", "setting", "optimum between the cells (--optimise)"),
					as("optimum_pinned", "true or false", "whether the data bound it on both sides")})},
		{Name: "front.csv", By: "`sweep`, `merge`", Text: "A row is a setting of a token in a scenario, where two " +
			"objectives are traded off.",
			Columns: []FileColumn{tokenColumn, scenario, as("setting", "setting", "value of the setting"),
				as("<metric>, _lo, _hi", "that of the metric", "each of the two objectives"),
				as("standing", "text", "front: not dominated; undecided: may be on the front, given sampling error; "+
					"dominated")}},
		{Name: "robust.csv", By: "`sweep`, `merge`", Text: "A row is a setting and an objective over all scenarios.",
			Columns: []FileColumn{tokenColumn, objective, as("setting", "setting", "value of the setting"),
				as("greatest_regret", "that of the objective",
					"loss against the best setting of the scenario, maximum over scenarios"),
				estimateTexts["lo"], estimateTexts["hi"],
				as("indistinguishable", "true or false", "maximum regret not significantly above the smallest"),
				as("least_regret", "true or false",
					"the setting with the smallest maximum regret (minimax regret, Savage)"),
				as("maximin", "true or false", "the setting with the best worst-case value (maximin)")}},
		{Name: "exact.csv", By: "`sweep --exact`", Text: "A row is a cell.", Columns: []FileColumn{
			as("cell", "number", "number of the cell"), axisColumn,
			as("<metric>", "that of the metric", "the exact answer; one column for each")}},
		{Name: "exact", By: "`exact --csv`, to the standard output only",
			Text: "A row is a metric or quantile of a token.",
			Columns: slices.Concat([]FileColumn{tokenColumn, metricColumn,
				as("estimate", "that of the metric", "the exact answer"),
				as("bound", "that of the metric", "bound on the error"),
				as("lo", "that of the metric", "the answer minus the bound"),
				as("hi", "that of the metric", "the answer plus the bound"), unitColumn, meaningColumn})},
		{Name: "everlasting", By: "`exact --everlasting --csv`, to the standard output only",
			Text: "A row is a number of an everlasting call.", Columns: []FileColumn{as("quantity", "text", "its name"),
				as("value", "that of the row", "the number"), unitColumn, meaningColumn}},
		{Name: "compare.csv", By: "`compare`", Text: "A row is a metric of a token.",
			Columns: slices.Concat([]FileColumn{metricColumn, tokenColumn, unitColumn},
				estimated("estimate", "se", "lo", "hi", "n", "warning"),
				[]FileColumn{as("difference, _se, _lo, _hi, _n, _warning", "that of the metric",
					"from the first token, "+
						"on the same paths"),
					pairing})},
		{Name: "heatmap.csv", By: "`heatmap`", Text: "A row is a cell.", Columns: slices.Concat([]FileColumn{axisColumn,
			as("horizon", "duration", "where time is an axis"), metricColumn},
			estimated("estimate", "se", "lo", "hi", "n", "confidence", "interval", "warning"),
			[]FileColumn{unitColumn})},
		{Name: "liquidation.csv", By: "`liquidation`", Text: "A row is a " +
			"cell.", Columns: slices.Concat([]FileColumn{tokenColumn,
			as("underlying", "text", "its underlying"), as("sigma", "1/√year", "the underlying's volatility"),
			as("latency_seconds", "seconds", "latency of the keeper"),
			as("jump", "fraction", "size of the jump against the token"),
			as("probability", "probability", "probability of at least one liquidation")},
			estimated("se", "lo", "hi", "n", "confidence", "interval", "warning"))},
		{Name: "breakeven.csv", By: "`breakeven`", Text: "A row is a borrow rate and a " +
			"crossing.", Columns: slices.Concat(
			[]FileColumn{as("borrow", "1/year", "borrow rate of the loan"), objective,
				as("funding", "1/year", "funding rate at which loan and perpetual break even")},
			estimated("se", "lo", "hi", "n", "confidence", "interval", "warning"),
			[]FileColumn{as("loan_better_above", "true or false", "whether the loan is better at a higher funding")})},
		{Name: "surface.csv", By: "`breakeven`", Text: "A row is a pair of rates.", Columns: slices.Concat([]FileColumn{
			as("borrow", "1/year", "borrow rate of the loan"),
			as("funding", "1/year", "funding of the perpetual, or of the option"),
			objective, unitColumn,
			as("loan_less_perp", "that of the objective", "the loan's value minus the perpetual's, on the same paths")},
			estimated("se", "lo", "hi", "n", "confidence", "interval", "warning"))},
		{Name: "position.csv", By: "`position`", Text: "A row is a number of a position.",
			Columns: slices.Concat([]FileColumn{as("case", "text", "view, opposite or ends"),
				as("move", "fraction", "expected move of the price, or that at which paths end"),
				as("position", "text", "a token, spot or a perpetual"),
				as("number", "text", "one of the names under [JSON of position](#json-of-position)"),
				as("estimate", "that of the number", "the number")},
				estimated("se", "lo", "hi", "n", "warning"))},
		{Name: "costs.csv", By: "`costs`", Text: "A row is a cost of an amount.", Columns: slices.Concat([]FileColumn{
			as("invest", "USD", "what the holder invests"),
			as("cost", "text", costNames()),
			as("estimate", "fraction", "mean over all paths, over what is invested")},
			estimated("se", "lo", "hi", "n", "confidence", "interval", "warning"))},
		{Name: "models.csv", By: "`calibrate`", Text: "A row is a fitted model.", Columns: []FileColumn{modelColumn,
			as("volatility", "1/√year", "volatility of the fitted model, jumps included"),
			as("log_likelihood", "number", "log-likelihood of the history"),
			as("aic", "number", "Akaike information criterion; smaller is better"),
			as("bic", "number", "Bayesian information criterion; smaller is better"),
			as("ks", "number", "Kolmogorov–Smirnov distance of the returns from the model"),
			as("ad", "number", "Anderson–Darling distance, which weighs the tails"), as("returns", "count",
				"number of returns in the history"),
			as("method", "text", "how it was fitted")}},
		{Name: "parameters.csv", By: "`calibrate`", Text: "A row is a fitted parameter.",
			Columns: []FileColumn{modelColumn,
				as("parameter", "text", "name of the parameter"),
				as("estimate", "that of the parameter", "the fitted value"),
				as("se", "that of the parameter", "standard error"),
				as("lo", "that of the parameter", "lower end of the interval"),
				as("hi", "that of the parameter", "upper end"), estimateTexts["confidence"],
				as("interval", "text", "how the interval was found"),
				as("bias", "that of the parameter", "mean error of the fit by simulation, where it is simulated")}},
		{Name: "cohorts.csv", By: "`cohorts`", Text: "A row is a holder of the replayed token.",
			Columns: []FileColumn{as("start", "time", "when the holder bought: the first open or the end of a bar"),
				periodColumn,
				as("nav", "ratio", "NAV when sold, over that when bought"),
				as("underlying", "ratio", "price of the underlying when sold, over that when bought"),
				as("decay_vs_power", "log", "ln NAV − T·ln S of the two; -Inf if nothing was left"),
				as("decay_vs_linear", "fraction", "NAV − (1 + T·(S − 1)) of the two"),
				as("lost_half", "true or false", "whether the holder ended with a loss of more than half")}},
		{Name: "periods.csv", By: "`cohorts`", Text: "A row is a statistic of a holding period.",
			Columns: slices.Concat([]FileColumn{periodColumn, as("starts", "count", "number of cohorts"),
				as("apart", "count", apartText), as("ended", "count", endedText),
				as("statistic", "text", statisticText), unitColumn,
				as("history", "that of the statistic", "over the cohorts of the history"),
				as("estimate", "that of the statistic", "as simulated; empty: nothing was")},
				estimated("lo", "hi", "n", "confidence", "interval", "warning"))},
		{Name: "validation.csv", By: "`validate`", Text: "A row is a statistic of a model from a start.",
			Columns: slices.Concat(sampleColumns, []FileColumn{
				as("statistic", "text", "decay (ln NAV − target·ln S), max_drawdown, rebalances and max_leverage of "+
					"the token, realised_variance and log_return of the price"),
				as("n", "count", "number of windows"),
				as("months", "count", "calendar months in which they begin; those of one month count as one cluster"),
				as("outside_90", "fraction", "share of windows outside the central 90 % of the forecast; want 0.1"),
				as("mean_pit", "fraction", "mean probability integral transform; want 0.5"),
				as("ks", "fraction", "Kolmogorov–Smirnov distance of the transforms from the uniform distribution"),
				as("ks_p", "probability", "its p-value, by a wild bootstrap over months; empty: fewer than 8 months"),
				as("crps", "that of the statistic", "mean continuous ranked probability score"),
				as("crps_vs_gbm", "ratio", "the same over that of gbm; less is better")})},
		{Name: "losses.csv", By: "`validate`", Text: "A row is a probability of a model from a start.",
			Columns: slices.Concat(sampleColumns, []FileColumn{
				as("metric", "text", "p_liquidation: at least one liquidation; p_loss_50: an end with a loss of more "+
					"than half"),
				as("simulated", "probability", "mean over windows, as simulated"),
				as("realised", "fraction", "share of windows in which it happened"),
				as("windows", "count", "number of windows"),
				as("lo", "probability", "lower end of the exact 95 % interval of realised (Clopper and Pearson)"),
				as("hi", "probability", "upper end")})},
		{Name: "windows.csv", By: "`validate`", Text: "A row is a window of a file.", Columns: []FileColumn{
			sampleColumns[0], as("file", "text", "its name"), as("start", "time", "start of the window"),
			as("decay", "log", "ln NAV − target·ln S"),
			as("max_drawdown", "fraction", "maximum drawdown of the token"), as("rebalances", "count", "trades"),
			as("max_leverage", "leverage", "greatest leverage, absolute value, at most 100"),
			as("realised_variance", "log²", "sum of squared log-returns of the price"),
			as("log_return", "log", "log-return of the price"),
			as("liquidated", "true or false", "whether the token was liquidated at least once"),
			as("lost_half", "true or false", "whether it ended with a loss of more than half")}},
		{Name: "history", By: "`history --csv`, to the standard output only",
			Text: "A row is a metric of a price history.",
			Columns: []FileColumn{metricColumn, as("value", "that of the metric", "its value"), unitColumn,
				meaningColumn}},
		{Name: "events", By: "`trace --csv`, to the standard output only",
			Text: "A row is an event of one lifetime: start, carry (interest, funding and fees of a step), price, " +
				"rebalance, liquidation " +
				"and so on.", Columns: eventColumns()},
		{Name: "verification", By: "`verify --csv`, to the standard output only", Text: "The run that was " +
			"verified.", Columns: []FileColumn{
			as("run", "text", "its directory"), as("files", "count", "files that match the manifest"),
			as("lifetimes", "count", "number of lifetimes that were run again"),
			as("cells", "count", "cells of a sweep that were run again"),
			as("cells_of", "count", "cells of the sweep"), as("results_hash", "SHA-256", "results_hash of the new run"),
			as("verified", "true or false", "whether all files and lifetimes are unchanged")}},
		{Name: "differ", By: "`verify --csv` after that table, to the standard output only",
			Text: "A row is a cell whose lifetimes differ.", Columns: []FileColumn{
				as("cell", "number", "number of the cell"), as("label", "text", "its parameter values")}},
		{Name: "missing", By: "`missing --csv`, to the standard output only",
			Text: "A row is a unit of work that is not done.",
			Columns: []FileColumn{as("batch", "number", "number of the batch: cells that share a price model"),
				as("chunk", "number", "number of the chunk: 1,024 paths"), as("cells", "count", "cells in the batch"),
				as("first_cell", "text", "parameter values of its first cell"),
				as("last_cell", "text", "of its last cell"),
				as("first_path", "number", "first path of the chunk"),
				as("last_path", "number", "last path of the chunk")}},
		{Name: "figures", By: "`plot RUN --csv`, to the standard output only",
			Text: "A row is a figure that can be drawn.",
			Columns: []FileColumn{as("figure", "text", "its name"),
				as("overlay", "true or false", "whether another run can be drawn over it"), as("shows", "text",
					"what it shows")}},
		{Name: "tokens", By: "`tokens --csv`, to the standard output only", Text: "A row is a token of the " +
			"catalogue.", Columns: []FileColumn{
			tokenColumn, as("target", "leverage", "signed"), as("policy", "text", "kind of its policy"),
			as("low", "leverage", "lower edge of its band, a magnitude"),
			as("high", "leverage", "upper edge, or leverage that is reset at once"),
			as("mechanism", "text", "kind of its venue"), as("venue", "text", "name of its venue"),
			as("underlying", "text", "its underlying")}},
		{Name: "runs", By: "`runs --csv`, to the standard output only", Text: "A row is a stored run.",
			Columns: runColumns("")},
		{Name: "settings", By: "`tokens NAME --csv`, to the standard output only",
			Text: "A row is a parameter of a token.", Columns: []FileColumn{
				as("setting", "text", "name of the parameter"), as("value", "text", "its value"),
				as("from", "text", "source and date")}},
	}
	return append(all, replayFiles()...)
}

var modelColumn = as("model", "text", "kind of the price model")

// Objects are what commands print as JSON.
func Objects() []FileEntry {
	return []FileEntry{
		{Name: "simulate and summary", Text: "In the run directory it is summary.json.", Columns: []FileColumn{hashKey,
			as("confidence", "probability", "confidence level of all intervals"),
			as("model.name", "text", "kind of the price model"),
			as("model.recommended", "text",
				"kind that is recommended for the underlying in the catalogue; empty: none"),
			as("model.reason", "text", "why it is recommended, or why none is"),
			as("gbm.*", "the metric's unit",
				"where no model was named: metrics of the headline under geometric Brownian "+
					"motion, without sampling"),
			as("gbm_missing", "text", "why some or all of these are left out"),
			as("tokens[].name", "text", "name of the token"),
			as("tokens[].metrics.*", EstimateKeys, "estimate of each metric"),
			as("tokens[].quantiles.nav.*.estimate", "initial equity",
				"quantile of NAV, by the share of paths below it"),
			as("tokens[].quantiles.nav.*.lo", "initial equity", "lower end of its interval"),
			as("tokens[].quantiles.nav.*.hi", "initial equity", "upper end"),
			as("without_random_rates[].name", "text",
				"the first tenth of the lifetimes, 1,000 at least, at constant rates; where rates are random"),
			as("without_random_rates[].metrics.*", EstimateKeys, "estimate of each metric"),
			as("without_random_rates[].quantiles.nav.*.estimate", "initial equity", "quantile of NAV"),
			as("without_random_rates[].quantiles.nav.*.lo", "initial equity", "lower end of its interval"),
			as("without_random_rates[].quantiles.nav.*.hi", "initial equity", "upper end"),
			as("change_by_random_rates[].name", "text", "name of the token"),
			as("change_by_random_rates[].metrics.*", EstimateKeys,
				"the metric with random rates less that at constant ones, paired by these lifetimes; sd_log_nav: the "+
					"standard deviation of the change of ln NAV"),
			as("without_parameter_uncertainty[].name", "text", "the same as tokens, without drawing fitted parameters"),
			as("without_parameter_uncertainty[].metrics.*", EstimateKeys, "estimate of each metric"),
			as("without_parameter_uncertainty[].quantiles.nav.*.estimate", "initial equity", "quantile of NAV"),
			as("without_parameter_uncertainty[].quantiles.nav.*.lo", "initial equity", "lower end of its interval"),
			as("without_parameter_uncertainty[].quantiles.nav.*.hi", "initial equity", "upper end")}},
		{Name: "summary --attribution", Text: "Attribution of growth and return.", Columns: []FileColumn{
			as("confidence", "probability", "confidence level of all intervals"),
			as("attributions[].token", "text", "name of the token"), as("attributions[].of", "text",
				"E[ln NAV] or E[NAV] − 1"),
			as("attributions[].paths", "text", "which paths"), as("attributions[].ruined", "count", "paths left out"),
			as("attributions[].causes[].name", "text", "name of the cause"),
			as("attributions[].causes[].over_horizon", EstimateKeys, "over the horizon"),
			as("attributions[].causes[].per_year", EstimateKeys, "the contribution per year"),
			as("attributions[].total.name", "text", "total"),
			as("attributions[].total.over_horizon", EstimateKeys, "sum of the causes"),
			as("attributions[].total.per_year", EstimateKeys, "the contribution per year")}},
		{Name: "summary --horizons", Text: "The numbers of horizons.csv as columns; of several tokens a " +
			"list.", Columns: []FileColumn{
			as("token", "text", "name of the token"),
			as("horizons.*.years[]", "years", "times of an estimate, by its name"),
			as("horizons.*.estimate[]", "see horizons.csv", "estimates at these times"),
			as("horizons.*.lo[]", "see horizons.csv", "lower ends"), as("horizons.*.hi[]", "see horizons.csv",
				"upper ends")}},
		{Name: "sweep and merge", Text: "In the run directory it is sweep.json.", Columns: []FileColumn{hashKey,
			as("over.*[]", "values", "values of each axis"), as("select[]", "text",
				"axes along which the best is sought"),
			as("failed", "count", "cells that failed"),
			as("best[].token", "text", "name of the token"),
			as("best[].scenario.*", "value", "value of each scenario axis"),
			as("best[].objective", "text", "the metric"), as("best[].best", "setting", "the best in the sample"),
			as("best[].estimate", EstimateKeys, "value of the objective at that setting"),
			as("best[].indistinguishable[]", "settings", "settings not significantly worse than the best"),
			as("best[].loss_at_plus_10_percent", EstimateKeys, "loss of the objective at a setting 10 % greater"),
			as("best[].variance_reduction", "ratio of variances",
				"variance reduction by pairing with neighbours, median"),
			as("best[].exact_best", "setting", "the best by exact answers"),
			as("best[].optimum", EstimateKeys, "optimum between the cells"),
			as("best[].optimum_pinned", "true or false", "whether the data bound it"),
			as("robust[].token", "text", "name of the token"), as("robust[].objective", "text", "the metric"),
			as("robust[].least_regret", "setting", "setting with the smallest maximum regret"),
			as("robust[].greatest_regret", EstimateKeys, "maximum regret of that setting"),
			as("robust[].in", "scenario", "scenario in which its regret is greatest"),
			as("robust[].maximin", "setting", "setting with the best worst-case value"),
			as("cells[].cell", "number", "number of the cell"), as("cells[].token", "text", "name of the token"),
			as("cells[].values.*", "value", "value of each axis"),
			as("cells[].metrics.*", EstimateKeys, "estimate of each metric"),
			as("cells[].metrics.*.difference", EstimateKeys, "from the baseline, on the same paths"),
			as("cells[].metrics.*.unpaired_se", "that of the metric",
				"standard error of the difference on different paths")}},
		{Name: "sweep --exact", Text: "Exact answers.", Columns: []FileColumn{as("cells[].cell", "number",
			"number of the cell"),
			as("cells[].values.*", "value", "value of each axis"),
			as("cells[].metrics.*", "that of the metric", "the exact answer")}},
		{Name: "exact", Text: "Exact answers.", Columns: []FileColumn{as("tokens[].name", "text", "name of the token"),
			as("tokens[].metrics.*.estimate", "that of the metric", "the exact answer, by metric"),
			as("tokens[].metrics.*.bound", "that of the metric", "bound on the error"),
			as("tokens[].metrics.*.lo", "that of the metric", "the answer minus the bound"),
			as("tokens[].metrics.*.hi", "that of the metric", "the answer plus the bound"),
			as("tokens[].quantiles.nav.*.estimate", "initial equity", "quantile of NAV, by the share below it"),
			as("tokens[].quantiles.nav.*.bound", "initial equity", "bound on the error"),
			as("tokens[].quantiles.nav.*.lo", "initial equity", "the quantile minus the bound"),
			as("tokens[].quantiles.nav.*.hi", "initial equity", "the quantile plus the bound")}},
		{Name: "exact --everlasting", Text: "An everlasting call.", Columns: []FileColumn{
			as("value", "USD", "payoff and time value"), as("payoff", "USD", "price less strike, or nothing"),
			as("time_value", "USD", "value over the payoff"),
			as("funding", "1/year", "time value over the period, a fraction of the price"),
			as("sigma", "1/√year", "volatility that was asked"), as("period", "years", "period that was asked"),
			as("strike", "USD", "strike that was asked"), as("price", "USD", "price that was asked")}},
		{Name: "compare", Text: "A row is a metric of a token.", Columns: []FileColumn{hashKey,
			as("rows[]", EstimateKeys, "the estimate, beside the keys below"),
			as("rows[].metric", "text", "name of the metric"),
			as("rows[].token", "text", "name of the token"), as("rows[].unit", "text", "unit of the row's numbers"),
			as("rows[].difference", EstimateKeys, "from the first token, on the same paths"),
			as("rows[].unpaired_se", "that of the metric", "standard error of the difference on different paths"),
			as("outcomes[].name", "text", "a token, spot, or a position that is held"),
			as("outcomes[].beside", "true or false", "true for a holding that is not one of the compared tokens"),
			as("outcomes[].quantiles.*", EstimateKeys, "quantiles of the final NAV: the range of outcomes"),
			as("correlations[].first", "text", "an underlying"), as("correlations[].second", "text", "another one"),
			as("correlations[].asked", "number in [−1, 1]", "correlation of their Brownian motions, as it was given"),
			as("correlations[].realised", EstimateKeys, "correlation of their log-returns over the horizon"),
			as("moves[].years", "years", "with a protected token: when moves of the underlying are counted"),
			as("moves[].groups[].move", "fraction", "mean move of paths with similar moves"),
			as("moves[].groups[].nav.*", EstimateKeys, "mean NAV on these paths, by token"),
			as("floors[].token", "text", "a protected token"),
			as("floors[].against", "text", "the token of its target that it is compared with, or spot"),
			as("floors[].volatility", "1/√year", "of a price whose mean does not grow"),
			as("floors[].growth", EstimateKeys, "growth of ln NAV of that token less the protected one's, 1/year"),
			as("floors[].funding", "1/year", "rate of the venue at the start, on the size of the call"),
			as("floors[].everlasting.*", "1/year", "fair funding of an everlasting call at the money, by its period")}},
		{Name: "position", Text: "What a view is worth.", Columns: slices.Concat([]FileColumn{hashKey,
			as("invest", "USD", "what the holder invests"),
			as("expect", "fraction", "expected move of the price"),
			as("within", "seconds", "time until the holder leaves"),
			as("opposite.move", "fraction", "expected move of the opposite view"),
			as("ends.move", "fraction", "move at which paths end"),
			as("kelly.leverage", "pure number", "growth-optimal leverage, held constant and free of cost"),
			as("kelly.half", "pure number", "half of it"),
			as("kelly.risk_free", "1/year", "interest on cash that it is measured against"),
			as("kelly.exact", "true or false", "the price is geometric Brownian motion, for which it is exact")},
			positionKeys(""), positionKeys("opposite."), positionKeys("ends."))},
		{Name: "heatmap", Text: "Cells of the map.", Columns: []FileColumn{hashKey, as("x", "text",
			"parameter along x"),
			as("y", "text", "parameter along y"), as("metric", "text", "what is drawn"), as("unit", "text", "its unit"),
			as("cells[]", EstimateKeys, "the metric there, beside the keys below"),
			as("cells[].x", "value", "value of the parameter along x"),
			as("cells[].y", "value", "value of the parameter along y")}},
		{Name: "liquidation", Text: "Cells of the maps.", Columns: []FileColumn{hashKey,
			as("cells[].token", "text", "name of the token"), as("cells[].underlying", "text", "its underlying"),
			as("cells[].sigma", "1/√year", "the underlying's volatility"),
			as("cells[].latency_seconds", "seconds", "latency of the keeper"),
			as("cells[].jump", "fraction", "size of the jump against the token"),
			as("cells[].probability", EstimateKeys, "probability of at least one liquidation")}},
		{Name: "costs", Text: "Costs by amount.", Columns: []FileColumn{hashKey,
			as("horizon_seconds", "seconds", "time between entry and exit"),
			as("rows[].invest", "USD", "what the holder invests"),
			as("rows[].costs.*", EstimateKeys,
				"mean over all paths, over what is invested, by the names in costs.csv")}},
		{Name: "breakeven", Text: "Loan against perpetual.", Columns: []FileColumn{hashKey,
			as("objective", "text", "the metric"),
			as("unit", "text", "its unit"), as("funding[]", "1/year", "rates of funding"),
			as("rows[].borrow", "1/year", "borrow rate"),
			as("rows[].crossings[].funding", EstimateKeys, "funding rate at which loan and perpetual break even"),
			as("rows[].crossings[].loan_better_above", "true or false",
				"whether the loan is better at a higher funding"),
			as("rows[].loan_less_perp[]", EstimateKeys, "the difference, by funding")}},
		{Name: "calibrate", Text: "In the run directory it is calibration.json.", Columns: []FileColumn{
			as("returns", "count", "number of returns in the history"),
			as("step_seconds", "seconds", "time between closes"),
			as("sample_volatility", "1/√year", "volatility of the returns"),
			as("jump_share", "fraction", "share of the realised variance due to jumps (bipower variation)"),
			as("jump_z", "standard errors", "distance of that share from zero"),
			as("confidence", "probability", "confidence level of all intervals"),
			as("models[].model", "text", "kind of the model"), as("models[].method", "text", "how it was fitted"),
			as("models[].parameters.*.estimate", "that of the parameter", "the fitted value, by parameter"),
			as("models[].parameters.*.se", "that of the parameter", "standard error"),
			as("models[].parameters.*.lo", "that of the parameter", "lower end of the interval"),
			as("models[].parameters.*.hi", "that of the parameter", "upper end"),
			as("models[].parameters.*.bias", "that of the parameter", "mean error of the fit by simulation"),
			as("models[].interval", "text", "how intervals were found"),
			as("models[].volatility", "1/√year", "volatility of the fitted model, jumps included"),
			as("models[].log_likelihood", "number", "log-likelihood of the history"),
			as("models[].aic", "number", "Akaike information criterion"),
			as("models[].bic", "number", "Bayesian information criterion"),
			as("models[].ks", "number", "Kolmogorov–Smirnov distance"),
			as("models[].ad", "number", "Anderson–Darling distance"),
			as("models[].warnings[]", "text", "what to know of the fit")}},
		{Name: "calibrate --rates", Text: "Laws of rates fitted to a series.", Columns: []FileColumn{
			as("values", "count", "number of values of the series"), as("column", "text", "the column that was read"),
			as("confidence", "probability", "confidence level of all intervals"),
			as("laws[].rates", "text", "kind of the law"), as("laws[].method", "text", "how it was fitted"),
			as("laws[].numbers.*.estimate", "that of the number",
				"the fitted value; mean rate is the token's own rate"),
			as("laws[].numbers.*.se", "that of the number", "standard error"),
			as("laws[].numbers.*.lo", "that of the number", "lower end of the interval"),
			as("laws[].numbers.*.hi", "that of the number", "upper end"),
			as("laws[].atom", "fraction", "share of values at which the premium is only known to lie inside the clamp"),
			as("laws[].years[].year", "year", "calendar year with values for a good part"),
			as("laws[].years[].mean", "1/year", "mean rate of the year"),
			as("laws[].years[].pit", "probability", "of a lower mean of a year under the law"),
			as("laws[].warnings[]", "text", "what to know of the fit")}},
		{Name: "validate", Text: "Forecasts against what happened; in_sample is the same for the fitted bars.",
			Columns: slices.Concat([]FileColumn{as("token", "text", "name of the token"),
				as("windows", "count", "windows after the fitted bars, of all files"),
				as("fitted_windows", "count", "windows among the fitted bars"),
				as("months", "count", "calendar months in which the windows begin"),
				as("until", "time", "end of the fitted bars"), as("horizon", "duration", "length of a window")},
				validatedKeys("models"), validatedKeys("in_sample"), []FileColumn{
					as("unfitted[].name", "text", "kind of a model that could not be fitted"),
					as("unfitted[].reason", "text", "why"),
					as("too_few_liquidations[]", "text",
						"models that make none, or far too few, of the liquidations of "+
							"the fitted bars"),
					as("ranking[]", "text", "models from the best to the worst"),
					as("recommended", "text", "the first of them"),
					as("recommendation", "text", "how far it may be trusted, in words")})},
		{Name: "history", Text: "What a price history did.", Columns: []FileColumn{as("sha256", "SHA-256",
			"hash of the file"),
			as("values", "count", "number of closes"), as("step", "duration", "time between closes"), as("from", "time",
				"time of the first close"),
			as("to", "time", "time of the last close"), as("gaps", "count", "steps without a close"),
			as("metrics.*", "that of the metric", "value of each metric")}},
		{Name: "replay", Text: "Tokens on a price history.",
			Columns: append([]FileColumn{as("sha256", "SHA-256", "hash of the file")}, replayObject("")...)},
		{Name: "replay --window", Text: "Tokens in named windows of a price history.", Columns: stressObject()},
		{Name: "cohorts", Text: "Holders of a replayed token, by holding period.", Columns: []FileColumn{
			as("sha256", "SHA-256", "hash of the file"), tokenColumn,
			as("bars", "count", "number of bars in the history"), as("step_seconds", "seconds", "length of a bar"),
			as("from", "time", "time of the first open"), as("to", "time", "time of the last close"),
			as("closes_only", "true or false", "whether the token saw closes only"),
			as("every_seconds", "seconds", "time between starts"), hashKey,
			as("periods[].period_seconds", "seconds", "holding period"),
			as("periods[].starts", "count", "number of cohorts"), as("periods[].apart", "count", apartText),
			as("periods[].ended", "count", endedText),
			as("periods[].statistics.*.history", "that of the statistic",
				statisticText+", over the cohorts of the history"),
			as("periods[].statistics.*.simulated", EstimateKeys, "the same as simulated; null: nothing was")}},
		{Name: "trace", Text: "The events of one lifetime.", Columns: []FileColumn{
			as("events[].*", "see the table events", "by column")}},
		{Name: "verify", Text: "The run that was verified.", Columns: []FileColumn{as("run", "text", "its directory"),
			as("files", "count", "files that match the manifest"),
			as("lifetimes", "count", "number of lifetimes that were run again"),
			as("cells", "count", "cells of a sweep that were run again"),
			as("cells_of", "count", "cells of the sweep"), as("baseline", "true or false",
				"whether it was run again too"),
			as("results_hash", "SHA-256", "results_hash of the new run"), as("differ[].cell", "number",
				"number of a cell whose lifetimes differ"),
			as("differ[].label", "text", "its values"),
			as("verified", "true or false", "whether all files and lifetimes are unchanged")}},
		{Name: "missing", Text: "What a sweep has not done.", Columns: []FileColumn{as("run", "text", "its directory"),
			as("units", "count", "units of work in all"), as("missing[].*", "see the table missing", "by column")}},
		{Name: "plot", Text: "Figures that can be drawn.", Columns: []FileColumn{
			as("figures[].*", "see the table figures", "by column")}},
		{Name: "tokens", Text: "The catalogue.", Columns: []FileColumn{as("tokens[].*", "see the table tokens",
			"a token")}},
		{Name: "runs", Text: "Stored runs.", Columns: runColumns("runs[].")},
		{Name: "tokens NAME", Text: "One token.", Columns: []FileColumn{as("name", "text", "name of the token"),
			as("target", "leverage", "signed"),
			as("underlying", "text", "its underlying"), as("volatility", "1/√year", "the underlying's, fitted"),
			as("recommended.model", "text", "price model where none is named; empty: gbm"),
			as("recommended.reason", "text", "why it"), as("recommended.evidence", "text", "page with the numbers"),
			as("recommended.date", "day", "of the validation"),
			as("policy", "text", "kind"), as("mechanism", "text", "kind of the venue"),
			as("venue", "text", "name of the venue"),
			as("edges[].leverage", "leverage", "leverage at which it trades"),
			as("edges[].price_move", "fraction", "price move from the target to there"),
			as("edges[].trades_to", "leverage", "leverage after the trade"),
			as("edges[].after_seconds", "seconds", "delay by its policy"),
			as("liquidation.leverage", "leverage", "leverage at which it is liquidated"),
			as("liquidation.price_move", "fraction", "price move from the target to there"),
			as("liquidation.price_move_from_upper_edge", "fraction", "price move from the upper edge of the band"),
			as("round_trip", "fraction", "entry and exit fees of the holder"),
			as("entry_cost", "fraction", "cost of entering with 10,000 USD, trades and flash loans included"),
			as("exit_cost", "fraction", "cost of leaving with 10,000 USD at the target"),
			as("carry_per_year", "log per year", "interest and funding at the target; negative is a cost"),
			as("settings[].name", "text", "name of the parameter"), as("settings[].value", "text", "its value"),
			as("settings[].origin", "text", "source and date")}},
		{Name: "manifest.json", Text: "A file of every run directory; no command prints it.", Columns: []FileColumn{
			as("format", "number", "format of run directories, 2; those of format 1 had no digest and are refused"),
			as("command[]", "text", "words of the command line"), as("version", "text", "version of mcrisk"),
			as("generator", "text", "how random numbers are made; it changes when they do"),
			as("spec_hash", "SHA-256", "hash of spec.yaml or sweep.yaml"), hashKey,
			as("seed", "whole number", "seed of the study"),
			as("paths", "count", "number of paths"), as("workers", "count", "goroutines; results do not depend on it"),
			as("go", "text", "version of Go"), as("system", "text", "operating system and architecture"),
			as("processor", "text", "its name"), as("start", "time", "UTC"), as("end", "time", "UTC"),
			as("settings[].name", "text", "name of the parameter"), as("settings[].value", "text", "its value"),
			as("settings[].origin", "text", "given, default, or source and date"),
			as("inputs.*", "SHA-256", "hash of each file read"), as("outputs.*", "SHA-256",
				"hash of each file written"),
			digestKey}},
		{Name: "origin.json", Text: "A file of every sweep; no command prints it.", Columns: []FileColumn{
			as("command[]", "text", "words of the command line"), as("generator", "text",
				"how random numbers are made"),
			as("plan", "SHA-256", "hash of sweep.yaml"),
			as("settings[].name", "text", "name of the parameter"), as("settings[].value", "text", "its value"),
			as("settings[].origin", "text", "given, default, or source and date"),
			as("inputs.*", "SHA-256", "hash of each file read"), as("notes[]", "text", "notes printed at the start"),
			digestKey}},
	}
}

// runColumns are what is listed of a run: columns, or keys under some key.
func runColumns(under string) (all []FileColumn) {
	list, headline := "", ""
	if under != "" {
		list, headline = "[]", "headline."
	}
	for _, c := range []FileColumn{as("path", "text", "its folder"), as("command"+list, "text", "as it was typed"),
		as("tokens"+list, "text", "names of its tokens"), as("start", "time", "when it began"),
		as("end", "time", "when it ended; empty: not yet"), as("seed", "count", "of its random numbers"),
		as("paths", "count", "lifetimes of a token"), as("state", "text", "finished, unfinished or unreadable"),
		as("fault", "text", "why it cannot be read"),
		as(headline+"median_nav", "initial equity", "of the first token of a simulation"),
		as(headline+"p_loss_50", "probability", "likewise"), as(headline+"p_liquidation", "probability", "likewise")} {
		c.Name = under + c.Name
		all = append(all, c)
	}
	return all
}

// positionKeys are what JSON has of positions under some key.
func positionKeys(under string) (keys []FileColumn) {
	under += "positions[]."
	keys = append(keys, as(under+"name", "text", "a token, spot or a perpetual"))
	for _, n := range positionNumbers {
		keys = append(keys, as(under+n.Name, n.Unit, n.Text))
	}
	return append(keys, as(under+"estimates.*", EstimateKeys, "each of the numbers with its error, by name"))
}

// positionNumbers are the numbers of a position.
var positionNumbers = []FileColumn{
	as("mean", "USD", "mean of what the holder is left with"),
	as("median", "USD", "half of the paths leave less"),
	as("low", "USD", "5 % of the paths leave less"),
	as("high", "USD", "95 % of the paths leave less"),
	as("p_profit", "probability", "of more than was invested"),
	as("p_loss_50", "probability", "of less than half of it"),
	as("worst_20th", "USD", "mean of the worst 5 % of outcomes"),
	as("growth", "log points", "mean of ln(end/start); −∞ where some path leaves nothing"),
}

// costNames are the names of costs, and what they are.
func costNames() string {
	names := []string{"entry, holding, exit, total"}
	for _, part := range assess.CostParts {
		names = append(names, part.Name+": "+part.Doc)
	}
	return strings.Join(names, "; ")
}

var digestKey = as("digest", "SHA-256", "of all that precedes it in the file: head -c -68 manifest.json | "+
	"sha256sum")

// sampleColumns say which model, start and windows a row of validate is of.
var sampleColumns = []FileColumn{
	as("sample", "text", "after: windows after the fitted bars; fitted: those among them"),
	as("model", "text", "kind of the model"),
	as("start", "text", "stationary: from the long-run law; filtered: from the state inferred from all bars before "+
		"the window"),
}

// validatedKeys are the keys of a model of validate.
func validatedKeys(list string) (keys []FileColumn) {
	keys = append(keys, as(list+"[].name", "text", "kind of the model"),
		as(list+"[].start", "text", "stationary or filtered"))
	for _, key := range []FileColumn{as("n", "count", "number of windows"),
		as("outside_90", "fraction", "share of windows outside the central 90 % of the forecast; want 0.1"),
		as("mean_pit", "fraction", "mean probability integral transform; want 0.5"),
		as("ks", "fraction", "Kolmogorov–Smirnov distance"),
		as("ks_p", "probability", "its p-value, by a wild bootstrap over months; null: fewer than 8 months"),
		as("crps", "that of the statistic", "mean continuous ranked probability score"),
		as("crps_vs_gbm", "ratio", "the same over that of gbm")} {
		key.Name = list + "[].statistics.*." + key.Name
		keys = append(keys, key)
	}
	for _, loss := range []FileColumn{as("p_liquidation", "", "of at least one liquidation"),
		as("p_loss_50", "", "of an end with a loss of more than half")} {
		for _, key := range []FileColumn{as("simulated", "probability", "mean over windows, as simulated"),
			as("realised", "fraction", "share of windows in which it happened"),
			as("windows", "count", "number of windows"),
			as("lo", "probability", "lower end of the exact 95 % interval of realised"),
			as("hi", "probability", "upper end")} {
			key.Name, key.Text = list+"[]."+loss.Name+"."+key.Name, loss.Text+": "+key.Text
			keys = append(keys, key)
		}
	}
	return keys
}

var hashKey = as("results_hash", "SHA-256", "over the SHA-256 of the lifetimes of each 1,024 paths; equal "+
	"hashes are equal results")

var exitStatuses = []struct {
	status int
	text   string
}{
	{Done, "done, and every `--require` holds"},
	{Failed, "something failed on the way, such as a full disk or a cell of a sweep"},
	{BadInput, "bad input: a flag, a file or a value that cannot be; the message says which and what was wanted"},
	{Unmet, "a `--require` does not hold, or units of a sweep are missing (`missing`, `merge`)"},
	{Interrupted,
		"interrupted by Ctrl-C, SIGTERM or SIGHUP (not under nohup), within a second; what a sweep has done is kept"},
	{Unread, "the results were not read to their end, as by `| head`; a run that was to be written is written"},
}

// lifetimeTexts are the meanings of columns of lifetimes but for those of the ledger.
var lifetimeTexts = map[string]string{
	"nav":             "final net asset value, without the holder's fees; 0 if ruined",
	"holder_nav":      "final net asset value with the cost of entry and exit",
	"min_nav":         "lowest net asset value",
	"max_drawdown":    "maximum drawdown: the deepest fall from an earlier peak",
	"drawdown_length": "time from the peak to the trough of the maximum drawdown",
	"drawdown_recovery": "time from the trough of the maximum drawdown until its peak was reached again; empty: not " +
		"within " +
		"the horizon",
	"underwater":    "longest time below an earlier peak",
	"rebalances":    "trades",
	"turnover":      "sum of each trade's notional over equity just before it",
	"steps_outside": "steps that ended with leverage outside the band",
	"min_leverage":  "lowest leverage, absolute value",
	"max_leverage":  "highest leverage, absolute value",
	"health": "smallest health factor of a loan or a hedge, or margin over the maintenance base of a " +
		"perpetual; +Inf: never any debt or position",
	"liquidations":               "number of liquidations",
	"first_liquidation":          "time of the first; empty: none",
	"ruined":                     "whether the final NAV is zero",
	"closed":                     "whether the vault was closed because it had become too small",
	"aum":                        "assets of the vault at the end",
	"rolls":                      "times that the strike of a call was rolled",
	"floor_breach":               "deepest fall of NAV below the floor of a call, a fraction of the floor",
	"entry_cost":                 "what entry costs the holder, over what is invested",
	"exit_cost":                  "what exit costs the holder, over the token's value at the end; empty: it is zero",
	"underlying":                 "final price, relative to the initial price",
	"log_underlying":             "its natural logarithm",
	"realised_variance":          "sum of squared log-returns of the steps",
	"underlying_max_drawdown":    "maximum drawdown of the underlying",
	"underlying_drawdown_length": "time from the peak to the trough of the maximum drawdown",
	"underlying_drawdown_recovery": "time from the trough of the maximum drawdown until its peak was reached again; " +
		"empty: not within " +
		"the horizon",
	"underlying_underwater": "longest time below an earlier peak",
}

// itemTexts are the items of the ledger.
var itemTexts = map[string]string{
	"price":               "gain or loss by the price",
	"supply_interest":     "interest earned on the collateral",
	"borrow_interest":     "interest on the debt",
	"funding":             "funding of a perpetual",
	"borrow_fee":          "borrow fee of a perpetual",
	"streaming_fee":       "the token's own yearly fee",
	"trade_fee":           "proportional fee of trades",
	"impact":              "price impact of trades",
	"gas":                 "fixed fee of trades",
	"liquidation_penalty": "taken by liquidators",
	"performance_fee":     "the token's fee on gains over its high-water mark",
	"flow_fee":            "what others' entry and exit fees add to the vault",
	"option_fee":          "fee of the venue on trades of a call",
	"option_funding":      "funding of a call",
	"hedge_interest":      "interest earned beside a call, less that on its hedge",
	"shortfall":           "losses beyond equity, which the holder does not bear",
}
