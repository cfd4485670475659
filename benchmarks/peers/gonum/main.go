// Command gonum is the base case the way it is written in plain Go, with
// gonum's normal distribution.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"

	"gonum.org/v1/gonum/stat/distuv"
)

func main() {
	start := cpu()
	lives, _ := strconv.Atoi(os.Args[1])
	steps, _ := strconv.Atoi(os.Args[2])
	merton := len(os.Args) > 3 && os.Args[3] == "merton"
	const sigma, target, low, high, fee, rate, threshold = 0.8, 3.0, 2.8, 3.2, 0.001, 0.05, 0.85
	const lambda, jumpMean, jumpSD = 10.0, -0.02, 0.06
	dt := 1 / float64(steps)
	drift := -sigma * sigma / 2 * dt
	if merton {
		drift -= lambda * math.Expm1(jumpMean+jumpSD*jumpSD/2) * dt
	}
	src := rand.NewPCG(1, 1)
	normal := distuv.Normal{Mu: drift, Sigma: sigma * math.Sqrt(dt), Src: src}
	jumps := distuv.Poisson{Lambda: lambda * dt, Src: src}
	size := distuv.Normal{Mu: jumpMean, Sigma: jumpSD, Src: src}
	growth := math.Exp(rate * dt)

	var n, gone, logs, logs2, falls, falls2, trades float64
	for range lives {
		price, units, debt := 1.0, target, target-1
		peak, worst, count, alive := 1.0, 0.0, 0.0, true
		nav := 1.0
		for range steps {
			move := normal.Rand()
			if merton {
				for range int(jumps.Rand()) {
					move += size.Rand()
				}
			}
			debt *= growth
			price *= math.Exp(move)
			x := units * price
			if x*threshold < debt {
				alive = false
				break
			}
			nav = x - debt
			if lev := x / nav; lev < low || lev > high {
				s := 1.0
				if lev > high {
					s = -1
				}
				trade := (target*nav - x) / (1 + s*fee*target)
				cost := fee * math.Abs(trade)
				units += trade / price
				debt += trade + cost
				nav -= cost
				count++
			}
			peak = math.Max(peak, nav)
			worst = math.Max(worst, 1-nav/peak)
		}
		if !alive {
			gone++
			continue
		}
		l := math.Log(nav)
		n++
		logs, logs2, falls, falls2, trades = logs+l, logs2+l*l, falls+worst, falls2+worst*worst, trades+count
	}
	se := func(s, s2 float64) float64 { return math.Sqrt((s2/n - s/n*s/n) / n) }
	fmt.Printf(`{"program":"gonum","ns":%.4f,"lives":%d,"liquidated":%v,"log":[%.6f,%.6f],"drawdown":[%.6f,%.6f],"rebalances":%.3f}`+"\n",
		float64(cpu()-start)/float64(lives)/float64(steps), lives, gone, logs/n, se(logs, logs2), falls/n, se(falls, falls2), trades/n)
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
