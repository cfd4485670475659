package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/plots"
	"mcrisk/tokens"
)

// Costs is what a token costs holders of different amounts: a table of entry, holding and
// exit, one of their items, and the figure.
func Costs(r *assess.Costs, p Provenance) Document {
	d := Document{Data: costsJSON(r), Blocks: []Block{
		Text(costsTitle(r) + ", in % of what is invested, means over all paths\n" + costsCaption(r)), intervalText,
		costsTable(r), costItemsTable(r), costsData(r),
		Figure{Name: "costs", Draw: func() (*plots.Figure, error) { return plots.Stack(costsFigure(r)) }},
	}}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

func costsTitle(r *assess.Costs) string {
	return fmt.Sprintf("What %s costs its holder: entry, %s of holding and exit", r.Study.Token(0).Name,
		heldFor(r))
}

// heldFor is the time between entry and exit.
func heldFor(r *assess.Costs) string { return Duration(r.Study.Spec().Horizon.Seconds()) }

// costsCaption says how costs were computed.
func costsCaption(r *assess.Costs) string {
	return Caption(r.Study, r.Study.Spec().Paths) + " All amounts on the same paths. " + holderCaption(r.Study.Token(0))
}

// holderCaption says what the holder is charged and how it trades.
func holderCaption(t tokens.Token) string {
	h := t.Holder
	words := []string{"paid in " + map[tokens.Payment]string{tokens.Dollars: "dollars",
		tokens.Underlying: "the underlying"}[h.PaidIn]}
	add := func(name string, fraction float64, unit string) {
		if fraction > 0 {
			words = append(words, name+" "+Short(100*fraction)+" %"+unit)
		}
	}
	add("entry fee", t.EntryFee, "")
	add("exit fee", t.ExitFee, "")
	add("of which", t.FeeToVault, " stays in the vault")
	add("flash loan on entry", h.EntryFlashFee, " of the debt")
	add("flash loan on exit", h.ExitFlashFee, " of the debt")
	add("streaming fee", t.StreamingFee, " a year")
	add("performance fee", t.Minting.PerformanceFee, "")
	if h.Parts > 1 {
		words = append(words, "entry and exit each in "+Thousands(int(h.Parts))+" equal parts")
	}
	return "Holder: " + strings.Join(words, ", ") + "."
}

// costsTable has a row for each amount.
func costsTable(r *assess.Costs) Table {
	t := Table{PeopleOnly: true, Columns: []Column{{Name: "invested", Align: Right}, {Name: "entry", Percent: true},
		{Name: "held", Percent: true}, {Name: "exit", Percent: true},
		{Name: "together", Percent: true}, {Name: "USD", Align: Right}}}
	for _, x := range r.Rows {
		t.Add(amount(x.Invest), inPercent(x.Entry), x.Holding, x.Exit, x.Total,
			Shown{x.Total.Value, dollars(x.Total.Scaled(x.Invest)), ""})
	}
	return t
}

// inPercent is a fraction as a cell, in percent, without an interval.
func inPercent(e analytics.Estimate) Shown { return Shown{e.Value, Value(InPercent(e)), ""} }

// dollars writes US dollars to the digits that they are known to.
func dollars(e analytics.Estimate) string {
	text := Value(e)
	if v, err := strconv.Atoi(text); err == nil {
		return Thousands(v)
	}
	return text
}

// costItemsTable has a row for each item that is not zero throughout.
func costItemsTable(r *assess.Costs) Table {
	t := Table{PeopleOnly: true, Title: "Items, in % of what is invested:", Columns: []Column{{Name: "item"}}}
	for _, x := range r.Rows {
		t.Columns = append(t.Columns, Column{Name: amount(x.Invest) + " USD"})
	}
	t.Columns = append(t.Columns, Column{Name: "meaning", Wrap: true})
	for _, i := range costItems(r) {
		row := []any{assess.CostParts[i].Name}
		for _, x := range r.Rows {
			row = append(row, inPercent(x.Items[i]))
		}
		t.Add(append(row, assess.CostParts[i].Doc)...)
	}
	return t
}

// costItems are the numbers of the items that are not zero for every amount.
func costItems(r *assess.Costs) (numbers []int) {
	for i := range assess.CostParts {
		if slices.ContainsFunc(r.Rows, func(x assess.CostRow) bool { return x.Items[i].Value != 0 }) {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// eachCost calls visit with every number of a row, by name.
func eachCost(x assess.CostRow, visit func(name string, e analytics.Estimate)) {
	visit("entry", x.Entry)
	visit("holding", x.Holding)
	visit("exit", x.Exit)
	visit("total", x.Total)
	for i, part := range assess.CostParts {
		visit(part.Name, x.Items[i])
	}
}

// costsData has a row for each amount and item.
func costsData(r *assess.Costs) Table {
	t := Table{Name: "costs", DataOnly: true, Columns: []Column{{Name: "invest"}, {Name: "cost"},
		{Name: "estimate", Bare: true, Parts: estimateParts}}}
	for _, x := range r.Rows {
		eachCost(x, func(name string, e analytics.Estimate) { t.Add(x.Invest, name, e) })
	}
	return t
}

// costsJSON has the names that scripts rely on.
func costsJSON(r *assess.Costs) any {
	type row struct {
		Invest float64                 `json:"invest"`
		Costs  map[string]JSONEstimate `json:"costs"`
	}
	all := struct {
		ResultsHash string  `json:"results_hash"`
		Horizon     float64 `json:"horizon_seconds"`
		Rows        []row   `json:"rows"`
	}{ResultsHash: r.Hash, Horizon: r.Study.Spec().Horizon.Seconds()}
	for _, x := range r.Rows {
		costs := map[string]JSONEstimate{}
		eachCost(x, func(name string, e analytics.Estimate) { costs[name] = ToJSON(e) })
		all.Rows = append(all.Rows, row{x.Invest, costs})
	}
	return all
}

// costFills are the fills of items: the hues of entry and exit are the same.
var costFills = map[string]int{"entry_fee": 1, "entry_trade": 2, "carry": 3, "rebalancing": 4, "token_fees": 5,
	"liquidation": 8, "exit_trade": 6, "exit_fee": 7}

// costsFigure has a bar for each amount, of items in the order in which they are paid.
func costsFigure(r *assess.Costs) plots.StackData {
	d := plots.StackData{Title: costsTitle(r), Caption: costsCaption(r) + " Means over all paths. " +
		TokenCaption(r.Study, 0), Label: "Cost (% of what is invested)", GroupLabel: "Invested (US dollars)"}
	for _, x := range r.Rows {
		d.Groups = append(d.Groups, amount(x.Invest))
		d.Totals = append(d.Totals, InPercent(x.Total))
	}
	for _, i := range costItems(r) {
		name := assess.CostParts[i].Name
		cause := plots.StackCause{Name: strings.ReplaceAll(name, "_", " "), Fill: costFills[name]}
		for _, x := range r.Rows {
			cause.Values = append(cause.Values, 100*x.Items[i].Value)
		}
		d.Causes = append(d.Causes, cause)
	}
	return d
}
