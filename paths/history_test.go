package paths

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// readShared reads one of the market data files, which are not part of the
// repository, or skips the test.
func readShared(t *testing.T, name string) *History {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHistory(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHistoryOfRealFiles(t *testing.T) {
	for _, tt := range []struct {
		file                string
		bars, gaps, missing int
		step                time.Duration
	}{
		{"btc_usdt_perp_1h.csv", 43_848, 0, 0, time.Hour},
		{"eth_usdt_perp_1h.csv", 43_848, 0, 0, time.Hour},
		{"sol_usdt_perp_1h.csv", 31_973, 0, 0, time.Hour},
		{"btc_usdt_spot_1h.csv", 43_828, 10, 20, time.Hour},
		{"eth_usdt_spot_1h.csv", 23_537, 0, 55, time.Hour},
		{"btc_usd_1h_bitfinex.csv", 26_273, 0, 7, time.Hour},
		{"eth_usd_1h_bitfinex.csv", 26_254, 0, 26, time.Hour},
		{"btc_usd_1m_bitfinex_windows.csv", 61_244, 0, 0, time.Minute},
		{"btc_usdt_spot_4h.csv", 5_606, 0, 0, 4 * time.Hour},
		{"binance_btcup_4h.csv", 5_606, 0, 0, 4 * time.Hour},
		{"binance_btcdown_4h.csv", 5_606, 0, 0, 4 * time.Hour},
		{"btc_usd_1d.csv", 3_564, 0, 0, 24 * time.Hour},
		{"eth_usd_1d.csv", 3_240, 0, 0, 24 * time.Hour},
		{"ftx_bull_1d.csv", 331, 0, 0, 24 * time.Hour},
		{"ftx_bear_1d.csv", 331, 0, 0, 24 * time.Hour},
	} {
		t.Run(tt.file, func(t *testing.T) {
			start := time.Now()
			h := readShared(t, tt.file)
			missing := 0
			for _, g := range h.Gaps {
				missing += g.Missing
			}
			t.Log(len(h.Bars), len(h.Gaps), missing, h.Step, h.Span(), time.Since(start), h.Bars[0].Start, h.Bars[len(h.Bars)-1].Start)
		})
	}
}
