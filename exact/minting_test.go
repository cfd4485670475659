package exact

import (
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/tokens"
)

// Fees taken in shares are refused, by name; a streaming fee alone is not, and an interval
// without a fee means nothing.
func TestMintingIsRefused(t *testing.T) {
	token := tokens.Token{Target: 3, Policy: tokens.Band{Low: 2.7, High: 3.3},
		Mechanism: tokens.Loan{Borrow: 0.05, Threshold: 0.85, Bonus: 0.05}, AUM: 1e6, AfterLiquidation: tokens.Stop}
	for _, r := range []struct {
		streaming float64
		minting   tokens.Minting
		refused   bool
	}{
		{0, tokens.Minting{PerformanceFee: 0.1}, true},
		{0.02, tokens.Minting{Interval: time.Hour}, true},
		{0.02, tokens.Minting{}, false},
		{0, tokens.Minting{Interval: time.Hour}, false},
	} {
		token.StreamingFee, token.Minting = r.streaming, r.minting
		_, err := NewProblem(token, models.GBM{Sigma: 0.8}, time.Hour)
		if (err != nil) != r.refused || err != nil && !strings.Contains(err.Error(), "performance-fee") {
			t.Errorf("streaming fee %v, %+v: %v; want refused %v", r.streaming, r.minting, err, r.refused)
		}
	}
}
