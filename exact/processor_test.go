package exact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"mcrisk/exact/brownian"
	"mcrisk/models"
	"mcrisk/tokens"
)

// answered prints answers of every kind with all their bits.
func answered() string {
	var all strings.Builder
	for _, p := range []Problem{
		caseA, caseB.every(day),
		{Token: Token{Target: -2, Band: tokens.Band{Low: 1.8, High: 2.3, To: tokens.Edge},
			Loan: tokens.Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.8, Bonus: 0.05}, Buy: 0.001, Sell: 0.002,
			Fixed: 1e-5, Impact: 1e-4, Exponent: 0.5},
			Model: models.Merton{Mu: 0.1, Sigma: 0.6, Rate: 20, JumpMean: 0.02, JumpSD: 0.05}, Step: day},
		{Token: band(3, 0.3, tokens.Target), Model: models.Kou{Sigma: 0.5, Rate: 12, Up: 0.45, EtaUp: 30, EtaDown: 25}},
	} {
		fmt.Fprintf(&all, "%x\n%x\n", must(p.LongRun()), must(p.Moments(30*day)))
	}
	for _, p := range []Problem{caseA, caseB.every(day)} {
		law := must(p.Law(30 * day))
		fmt.Fprintf(&all, "%x %x\n", must(law.Quantile(0.05)), must(law.ES(0.05)))
	}
	ideal := brownian.Ideal{Leverage: 3, Model: gbm6}
	reset := must(brownian.Reset{Leverage: 3, Price: gbm6, Interval: day}.After(365))
	fmt.Fprintf(&all, "%x\n%x\n%x\n", must(ideal.Drawdown()), reset, brownian.LongestUnderwater())
	return all.String()
}

// The bits of answers of every kind: those of another build or machine are the same.
func TestGoldenAnswers(t *testing.T) {
	const want = "a8ff407bef6b51c4"
	hash := sha256.Sum256([]byte(answered()))
	if got := hex.EncodeToString(hash[:8]); got != want {
		t.Errorf("hash = %s, want %s", got, want)
	}
}

// Answers have the same bits on whatever processor runs them: Exp of package math,
// and all in it and in cmplx that rests on Exp, would not.
func TestSameOnEveryProcessor(t *testing.T) {
	const child = "EXACT_ANSWERS"
	if os.Getenv(child) != "" {
		fmt.Print(answered())
		return
	}
	want := answered()
	for _, setting := range []string{"cpu.fma=off", "cpu.avx2=off", "cpu.avx=off", "cpu.all=off"} {
		again := exec.Command(os.Args[0], "-test.run", "^TestSameOnEveryProcessor$")
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
