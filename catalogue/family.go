package catalogue

import (
	"math"
)

// A Family is the content of one file: tokens that share an issuer and a rule,
// or a set of underlyings. Both are in the order of the file.
type Family struct {
	Name        string `yaml:"family"`
	Tokens      []Token
	Underlyings []Underlying
}

// Provenance says where a value comes from.
type Provenance struct {
	Source     string // page, repository or data file, and what was done with it
	AsOf       string `yaml:"as_of"` // day the source says so, as 2006-01-02
	Unknown    bool   // nobody published the value: it is the Assumption's, and Source says what was read instead
	Assumption string // required if Unknown, empty otherwise
}

// A Value is a number with its provenance; its field says the unit.
type Value struct {
	Value      float64
	Provenance `yaml:",inline"`
}

// UnmarshalYAML makes a missing number NaN, which no range contains.
func (v *Value) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Value
	p := plain{Value: math.NaN()}
	err := unmarshal(&p)
	*v = Value(p)
	return err
}

// A Text is a word with its provenance.
type Text struct {
	Value      string
	Provenance `yaml:",inline"`
}

// A Token is a leveraged token, by the rule and the venue it trades on.
type Token struct {
	Name         string // ticker
	Underlying   string // name of an Underlying
	Chain        Text
	Target       Value // signed leverage, not 0
	BandLow      Value `yaml:"band_low"`  // |leverage| below which it levers up
	BandHigh     Value `yaml:"band_high"` // |leverage| above which it levers down
	Destination  Text  // leverage after a trade: "edge" of the band that was crossed, or "target"
	Mechanism    Text  // "loan"
	Loan         Loan
	Cost         Cost
	EntryFee     Value `yaml:"entry_fee"`     // of the holder's deposit, fraction
	ExitFee      Value `yaml:"exit_fee"`      // of the holder's withdrawal, fraction
	StreamingFee Value `yaml:"streaming_fee"` // of net asset value, 1/year
	AUM          Value `yaml:"aum_usd"`       // net asset value of all shares at the start, USD
}

// A Loan is a money market position: a bull deposits the underlying and owes a
// stablecoin, a bear the reverse.
type Loan struct {
	Venue                Text
	Collateral           Text  // asset deposited
	Debt                 Text  // asset owed
	LiquidationThreshold Value `yaml:"liquidation_threshold"` // debt over collateral at which it is liquidated, in (0, 1)
	LiquidationBonus     Value `yaml:"liquidation_bonus"`     // liquidators take 1 + this of what they repay, in [0, 1)
	BorrowRate           Value `yaml:"borrow_rate"`           // on the debt, 1/year, continuously compounded
	SupplyRate           Value `yaml:"supply_rate"`           // on the collateral, 1/year, continuously compounded
}

// A Cost is what the token pays to trade a notional of Q USD:
//
//	Q·(Fee + ImpactBase + ImpactCoefficient·Q^ImpactExponent) + GasUSD
type Cost struct {
	Fee               Value // fraction of notional
	ImpactBase        Value `yaml:"impact_base"`        // fraction of notional
	ImpactCoefficient Value `yaml:"impact_coefficient"` // fraction of notional per USD^ImpactExponent
	ImpactExponent    Value `yaml:"impact_exponent"`    // power of Q, in (0, 2]
	GasUSD            Value `yaml:"gas_usd"`            // per rebalance, USD
}

// An Underlying is an asset and geometric Brownian motion fitted to its
// history: dS/S = Mu dt + Sigma dW.
type Underlying struct {
	Name          string
	Sample        Sample
	Sigma         Value // volatility, 1/√year
	SigmaSE       Value `yaml:"sigma_se"`        // standard error of Sigma if returns are normal and independent
	SigmaSERobust Value `yaml:"sigma_se_robust"` // standard error of Sigma if returns are independent, with the sample's kurtosis
	Mu            Value // growth rate of the expected price, 1/year
	MuSE          Value `yaml:"mu_se"` // standard error of Mu, 1/year
}

// A Sample is the history an Underlying was fitted to.
type Sample struct {
	File   string // name of a CSV file of bars
	Origin string // where the prices were traded
	First  string // start of the first bar, RFC 3339
	Last   string // start of the last bar, RFC 3339
	Rows   int    // number of bars; none is missing
	Step   string // spacing of the bars, as time.ParseDuration takes it
}
