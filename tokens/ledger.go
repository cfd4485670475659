package tokens

// An Item names one line of the ledger.
type Item int

const (
	Price Item = iota
	SupplyInterest
	BorrowInterest
	Funding
	BorrowFee
	StreamingFee
	TradeFee
	Impact
	Gas
	LiquidationPenalty
	Shortfall
	PerformanceFee // over the high-water mark, see [Minting]
	FlowFee        // earned from others who enter and leave, see [Token].FeeToVault
	OptionFee      // of trades of a call, see [Option]
	OptionFunding  // of a call, on its size
	HedgeInterest  // earned on the deposit beside a call, less that on its loan
	Items          // how many there are
)

// ItemNames are the names of the items in tables and files.
var ItemNames = [Items]string{"price", "supply_interest", "borrow_interest", "funding", "borrow_fee",
	"streaming_fee", "trade_fee", "impact", "gas", "liquidation_penalty", "shortfall",
	"performance_fee", "flow_fee", "option_fee", "option_funding", "hedge_interest"}

// Books are the names of the items that a token's ledger has: those of every token, and of one that holds an
// [Option] also its own.
func (t *Token) Books() []string {
	if t.calls() {
		return ItemNames[:]
	}
	return ItemNames[:OptionFee]
}

// A Ledger holds one number for each item.
type Ledger [Items]float64

// Sum adds the items up.
func (g Ledger) Sum() float64 {
	s := 0.0
	for _, v := range g {
		s += v
	}
	return s
}

// account is a ledger that adds up without losing digits (Kahan).
type account struct{ sum, lost Ledger }

func (a *account) add(i Item, v float64) {
	y := v - a.lost[i]
	t := a.sum[i] + y
	a.lost[i] = (t - a.sum[i]) - y
	a.sum[i] = t
}

// at is the total of an item, set another one.
func (a *account) at(i Item) total     { return total{a.sum[i], a.lost[i]} }
func (a *account) set(i Item, t total) { a.sum[i], a.lost[i] = t.sum, t.lost }

// total is one item of an account.
type total struct{ sum, lost float64 }

func (t *total) add(v float64) {
	y := v - t.lost
	sum := t.sum + y
	t.sum, t.lost = sum, (sum-t.sum)-y
}
