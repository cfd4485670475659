package paths

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is read faster, because most files have it, is what the general way reads.
func TestUsualNumbersAndStamps(t *testing.T) {
	number := rapid.OneOf(rapid.StringMatching(`[0-9]{0,12}(\.[0-9]{0,6})?`), rapid.StringMatching(`[0-9.+eE -]{0,17}`))
	stamp := rapid.OneOf(
		rapid.StringMatching(`(19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z`),
		rapid.StringMatching(`[0-9TZ: -]{20}`))
	numbers, stamps := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			text := number.Draw(t, "number")
			if v, ok := shortNumber(text); ok {
				numbers++
				if want, err := strconv.ParseFloat(text, 64); err != nil || v != want {
					t.Errorf("%q is read as %v; want %v, %v", text, v, want, err)
				}
			}
			text = stamp.Draw(t, "stamp")
			at, ok := utcStamp(text)
			want, err := new(stampReader).parse(text, nil)
			if ok {
				stamps++
			}
			if ok != (err == nil) || ok && at != want.UTC() {
				t.Errorf("%q is read as %v, %v; want %v, %v", text, at, ok, want, err)
			}
		}
	})
	if numbers < 20 || stamps < 20 {
		t.Errorf("%d numbers and %d stamps were read; want twenty at least", numbers, stamps)
	}
	for _, text := range []string{"7195.23", "0.001", "5", "7.", ".5", "123456789012345", "12345678901234.5"} {
		if _, ok := shortNumber(text); !ok {
			t.Errorf("%q is not read", text)
		}
	}
	if at, ok := utcStamp("2020-02-29 23:59:59Z"); !ok || !at.Equal(time.Date(2020, 2, 29, 23, 59, 59, 0, time.UTC)) {
		t.Errorf("%v, %v", at, ok)
	}
	for _, text := range []string{"", ".", "+5", "1e5", "1.2.3", "1234567890123456", "NaN", "5 "} {
		if v, ok := shortNumber(text); ok {
			t.Errorf("%q is read as %v", text, v)
		}
	}
}
