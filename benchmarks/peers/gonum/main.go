// Command gonum is the base case the way it is written in plain Go, with
// gonum's normal distribution: equity, drawdown and count of trades, or with
// "full" the record that mcrisk keeps.
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
	full := len(os.Args) > 4 && os.Args[4] == "full"
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
	var turnovers, turnovers2, unders, unders2, interests, interests2 float64
	for range lives {
		price, units, debt := 1.0, target, target-1
		peak, worst, count, alive := 1.0, 0.0, 0.0, true
		nav := 1.0
		r := record{token: fall{peak: 1}, market: fall{peak: 1}, minNAV: 1, minLeverage: target, maxLeverage: target}
		for k := 1; k <= steps; k++ {
			move := normal.Rand()
			if merton {
				for range int(jumps.Rand()) {
					move += size.Rand()
				}
			}
			if full {
				interest := debt * (growth - 1)
				r.interest -= interest
				r.logInterest += math.Log1p(-interest / nav)
				r.qv += move * move
			}
			debt *= growth
			price *= math.Exp(move)
			x := units * price
			if x*threshold < debt {
				alive = false
				break
			}
			nav = x - debt
			lev := x / nav
			if full {
				r.minLeverage, r.maxLeverage = math.Min(r.minLeverage, lev), math.Max(r.maxLeverage, lev)
			}
			if lev < low || lev > high {
				s := 1.0
				if lev > high {
					s = -1
				}
				trade := (target*nav - x) / (1 + s*fee*target)
				cost := fee * math.Abs(trade)
				units += trade / price
				debt += trade + cost
				if full {
					r.turnover += math.Abs(trade) / nav
					r.fees -= cost
					r.logFees += math.Log1p(-cost / nav)
				}
				nav -= cost
				count++
			}
			if full {
				r.minNAV = math.Min(r.minNAV, nav)
				r.token.visit(nav, k)
				r.market.visit(price, k)
				continue
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
		if full {
			r.price, r.logPrice, r.logMarket = nav-1-r.interest-r.fees, l-r.logInterest-r.logFees, math.Log(price)
			r.token.longest = max(r.token.longest, steps-r.token.at)
			r.market.longest = max(r.market.longest, steps-r.market.at)
			worst = r.token.depth
			under := float64(r.token.longest) / float64(steps)
			turnovers, turnovers2 = turnovers+r.turnover, turnovers2+r.turnover*r.turnover
			unders, unders2 = unders+under, unders2+under*under
			interests, interests2 = interests+r.logInterest, interests2+r.logInterest*r.logInterest
		}
		logs, logs2, falls, falls2, trades = logs+l, logs2+l*l, falls+worst, falls2+worst*worst, trades+count
	}
	se := func(s, s2 float64) float64 { return math.Sqrt((s2/n - s/n*s/n) / n) }
	fmt.Printf(`{"program":"gonum","ns":%.4f,"lives":%d,"liquidated":%v,`+
		`"log":[%.6f,%.6f],"drawdown":[%.6f,%.6f],"rebalances":%.3f`,
		float64(cpu()-start)/float64(lives)/float64(steps),
		lives, gone, logs/n, se(logs, logs2), falls/n, se(falls, falls2), trades/n)
	if full {
		fmt.Printf(`,"turnover":[%.6f,%.6f],"underwater":[%.6f,%.6f],"interest":[%.7f,%.7f]`,
			turnovers/n, se(turnovers, turnovers2),
			unders/n, se(unders, unders2), interests/n, se(interests, interests2))
	}
	fmt.Println("}")
}

// A record is what mcrisk keeps of a lifetime and its underlying.
type record struct {
	token, market                    fall
	minNAV, minLeverage, maxLeverage float64
	turnover, qv, logMarket          float64
	price, interest, fees            float64 // money
	logPrice, logInterest, logFees   float64
}

// A fall is the deepest from a running peak: when, how long, whether and when
// it was made good, and the longest time under water.
type fall struct {
	peak, depth                         float64
	at, fell, trough, recovery, longest int
	open                                bool
}

func (f *fall) visit(v float64, k int) {
	if v > f.peak {
		if f.open {
			f.open, f.recovery = false, k-f.trough
		}
		f.longest = max(f.longest, k-f.at)
		f.peak, f.at = v, k
	} else if d := 1 - v/f.peak; d > f.depth {
		f.depth, f.fell, f.trough, f.open = d, k-f.at, k, true
	}
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
