package cli

import (
	"testing"

	"mcrisk/param"
	"mcrisk/study"
)

// Memory is counted with the values that are kept at marks: in proportion to marks, and
// no more of them once paths are only counted.
func TestMarksMemory(t *testing.T) {
	of := func(marks, paths int) float64 {
		values := param.Values{"target": 3}
		s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Paths: paths, Marks: marks,
			Horizon: 64 * 3600e9, Step: 3600e9, Tokens: []study.TokenSpec{
				{Name: "a", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}, Values: values},
				{Name: "b", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}, Values: values}}})
		if err != nil {
			t.Fatal(err)
		}
		return marksMemory(s)
	}
	// Two tokens, seven values of 8 bytes at each of 32 more marks, of 10,000 paths.
	if got, want := of(64, 10_000)-of(32, 10_000), 2.0*7*8*32*10_000; got != want {
		t.Errorf("32 marks more take %v bytes; want %v", got, want)
	}
	if a, b := of(64, 1<<14), of(64, 1e6); a != b || a < 100e6 {
		t.Errorf("marks of 16,384 paths take %v bytes and of a million %v; want 100 MB or more, and the same", a, b)
	}
	if got := of(0, 10_000); got != 0 {
		t.Errorf("no marks take %v bytes", got)
	}
}
