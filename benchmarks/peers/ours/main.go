// Command ours is the base case by mcrisk, with its full record, on one
// goroutine.
package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"strconv"
	"syscall"
	"time"

	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

func main() {
	start := cpu()
	lives, _ := strconv.Atoi(os.Args[1])
	steps, _ := strconv.Atoi(os.Args[2])
	spec := study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: time.Duration(steps) * time.Hour, Step: time.Hour, Paths: lives, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "base",
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2, "to": 1}},
			Mechanism: param.Part{Kind: "loan",
				Values: param.Values{"borrow": 0.05, "supply": 0, "liquidation-threshold": 0.85}},
			Values: param.Values{"fee": 0.001, "after-liquidation": 1}}},
	}
	if len(os.Args) > 3 && os.Args[3] == "merton" {
		spec.Model = param.Part{Kind: "merton",
			Values: param.Values{"sigma": 0.8, "jump-rate": 10, "jump-mean": -0.02, "jump-sd": 0.06}}
	}
	var n, gone, logs, logs2, falls, falls2, trades float64
	var turnovers, turnovers2, unders, unders2, interests, interests2 float64
	s, err := study.New(spec)
	if err != nil {
		log.Fatal(err)
	}
	err = study.Run(context.Background(), s, study.Options{Workers: 1}, func(c *study.Chunk) error {
		for _, f := range c.Tokens[0] {
			if f.Liquidations > 0 {
				gone++
				continue
			}
			l, d := math.Log(f.NAV), f.Drawdown.Depth
			n++
			logs, logs2, falls, falls2 = logs+l, logs2+l*l, falls+d, falls2+d*d
			trades += float64(f.Rebalances)
			u, i := f.Drawdown.Underwater*8760/float64(steps), f.Logs[tokens.BorrowInterest]
			turnovers, turnovers2 = turnovers+f.Turnover, turnovers2+f.Turnover*f.Turnover
			unders, unders2 = unders+u, unders2+u*u
			interests, interests2 = interests+i, interests2+i*i
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	se := func(s, s2 float64) float64 { return math.Sqrt((s2/n - s/n*s/n) / n) }
	fmt.Printf(`{"program":"mcrisk","ns":%.4f,"lives":%d,"liquidated":%v,`+
		`"log":[%.6f,%.6f],"drawdown":[%.6f,%.6f],"rebalances":%.3f,`+
		`"turnover":[%.6f,%.6f],"underwater":[%.6f,%.6f],"interest":[%.7f,%.7f]}`+"\n",
		float64(cpu()-start)/float64(lives)/float64(steps),
		lives, gone, logs/n, se(logs, logs2), falls/n, se(falls, falls2), trades/n,
		turnovers/n, se(turnovers, turnovers2), unders/n, se(unders, unders2), interests/n, se(interests, interests2))
}

// cpu is the processor time used so far. Start-up does not count: it does not
// in the other programs.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
