package paths

import (
	"strings"
	"testing"
	"time"
)

// Rows that are not picked are missing bars, whatever they hold; tables without names cannot be picked from.
func TestReadHistoryWhere(t *testing.T) {
	const days = "Date,Close,Stale\n2024-01-01,1,0\n2024-01-02,2, 0\n2024-01-03,,1\n2024-01-04,x,1\n" +
		"2024-01-05,5,0\n2024-01-06,6,0\n"
	read := func(text, key, value string) (*History, error) {
		o := ReadOptions{Where: map[string]string{key: value}}
		if text[0] == 'D' {
			o.Column = "close"
		}
		return ReadHistoryWith(strings.NewReader(text), "d.csv", o)
	}
	h, err := read(days, "stale", "0")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Bars) != 4 || h.Bars[2].Close != 5 || h.Step != 24*time.Hour || len(h.Gaps) != 1 ||
		h.Gaps[0].Missing != 2 {
		t.Errorf("%+v; want the bars of four days, two missing", h)
	}
	for _, tt := range []struct{ text, key, value, want string }{
		{days, "venue", "x", `line 1: header "Date,Close,Stale" has no column "venue" to pick rows by`},
		{strings.Replace(days, "x,1", "x,0", 1), "STALE", "0", "line 5: close"},
		{days, "stale", "2", "d.csv has no bars; want at least two"},
		{"1704067200,1,2,1,2,5,9\n1704153600,2,2,1,2,5,9\n", "trades", "9",
			"no header that could name a column to pick rows by"},
		{`{"prices":[[1704067200000,1],[1704153600000,2]]}`, "prices", "1",
			"JSON has no columns to pick rows by; want a table"},
	} {
		if _, err := read(tt.text, tt.key, tt.value); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q in it", err, tt.want)
		}
	}
}
