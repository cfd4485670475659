package models

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Moments and transforms, from which known means and exact prices come, have the
// same bits on whatever processor runs them: Exp of package math would not.
func TestMomentsOnEveryProcessor(t *testing.T) {
	all := func() string {
		var b strings.Builder
		for _, name := range exampleNames() {
			m := examples()[name]
			for _, years := range []float64{1.0 / 365, 0.25, 3} {
				fmt.Fprintf(&b, "%s %x\n", name, m.Moments(years))
				if x, ok := m.(Transformer); ok {
					for u := range 40 {
						fmt.Fprintf(&b, "%s %x\n", name, x.CGF(years, complex(0.3, float64(u))))
					}
				}
			}
		}
		return b.String()
	}
	const child = "MODELS_MOMENTS"
	if os.Getenv(child) != "" {
		fmt.Print(all())
		return
	}
	want := all()
	for _, setting := range []string{"cpu.fma=off", "cpu.avx=off", "cpu.all=off"} {
		again := exec.Command(os.Args[0], "-test.run", "^TestMomentsOnEveryProcessor$")
		again.Env = append(os.Environ(), child+"=1", "GODEBUG="+setting)
		out, err := again.Output()
		if err != nil {
			t.Fatalf("%s: %v", setting, err)
		}
		if got, _, _ := strings.Cut(string(out), "PASS\n"); got != want {
			t.Errorf("%s changes\n%s\nto\n%s", setting, want, got)
		}
	}
}
