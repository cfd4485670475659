package brownian

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/exact/levy"
	"mcrisk/models"
)

// Of a lognormal price the share is by its formula and by integrating the density; of
// Merton's, whose law is a mixture of normal ones by the number of jumps, by that sum;
// of Kou's, by the law's own partial expectation.
func TestCarried(t *testing.T) {
	const years = 0.5
	price := Ideal{Leverage: 1, Model: gbm6}
	for _, k := range []float64{-3, -1, 1, 3, 5} {
		for _, p := range []float64{1e-4, 0.002, 0.3} {
			v := 0.6 * math.Sqrt(years)
			z, sum, all := -distuv.UnitNormal.Quantile(p), 0.0, 0.0
			const h = 1e-4
			for x := -10.0 + h/2; x < 20; x += h {
				w := math.Exp(math.Abs(k)*v*x-math.Abs(k)*v*math.Abs(k)*v/2) * distuv.UnitNormal.Prob(x) * h
				if all += w; x > z {
					sum += w
				}
			}
			if got := must(price.Carried(k, p, years)); math.Abs(got-sum/all) > 2e-4 {
				t.Errorf("GBM: power %v on a share %v carries %v; want %v", k, p, got, sum/all)
			}
		}
	}

	m := models.Merton{Sigma: 0.5, Rate: 10, JumpMean: -0.03, JumpSD: 0.1}
	price.Model = m
	for _, k := range []float64{-2, 1, 3} {
		for _, p := range []float64{1e-3, 0.05} {
			if got, want := must(price.Carried(k, p, years)), mertonCarried(m, k, p, years); math.Abs(got-want) > 1e-6 {
				t.Errorf("Merton: power %v on a share %v carries %v; want %v", k, p, got, want)
			}
		}
	}

	price.Model = models.Kou{Sigma: 0.5, Rate: 10, Up: 0.4, EtaUp: 8, EtaDown: 12}
	law := must(price.Law(years))
	for _, p := range []float64{1e-3, 0.05} {
		want := 1 - law.Partial(must(law.Quantile(1-p)))/law.Mean
		if got := must(price.Carried(1, p, years)); math.Abs(got-want) > 1e-7 {
			t.Errorf("Kou: a share %v carries %v; want %v", p, got, want)
		}
		if wild := must(price.Carried(6, p, years)); !(wild > must(price.Carried(3, p, years))) {
			t.Errorf("Kou: a share %v carries %v of the sixth power; want more than of the third", p, wild)
		}
	}
}

// mertonCarried is the share by the law given how many jumps there were.
func mertonCarried(m models.Merton, k, p, years float64) float64 {
	nu, sigma := levy.Diffusion(m)
	mixture := func(x, power float64) (share float64) { // of E[S^power] below x
		all := 0.0
		for n := range 80 {
			jumps := float64(n)
			chance := distuv.Poisson{Lambda: m.Rate * years}.Prob(jumps)
			mean, v := nu*years+jumps*m.JumpMean, math.Sqrt(sigma*sigma*years+jumps*m.JumpSD*m.JumpSD)
			weight := chance * math.Exp(power*mean+power*power*v*v/2)
			all += weight
			share += weight * distuv.UnitNormal.CDF((x-mean-power*v*v)/v)
		}
		return share / all
	}
	level := p
	if k > 0 {
		level = 1 - p
	}
	x := levy.Root(func(x float64) float64 { return mixture(x, 0) - level }, -10, 10)
	if k > 0 {
		return 1 - mixture(x, k)
	}
	return mixture(x, k)
}

// A power of Kou's price whose mean is infinite has no moment, up or down, and close
// to the edge its moment is right where jumps far out carry it.
func TestPowersWithoutMean(t *testing.T) {
	m := models.Kou{Sigma: 0.5, Rate: 10, Up: 0.4, EtaUp: 3.2, EtaDown: 2.5}
	price := Ideal{Leverage: 1, Model: m}
	for _, k := range []float64{-3, -2.5, 3.2, 4} {
		for name, err := range map[string]error{"moment": second(price.Moment(k, 0.5)),
			"share": second(price.Carried(k, 0.01, 0.5))} {
			if err == nil || !strings.Contains(err.Error(), "have no moment of order") {
				t.Errorf("%s of the power %v: %v", name, k, err)
			}
		}
	}
	nu, sigma := levy.Diffusion(m)
	for _, k := range []float64{-2.4, 1, 3.1} {
		mgf := 0.4*3.2/(3.2-k) + 0.6*2.5/(2.5+k)
		want := math.Exp(0.5 * (k*nu + k*k*sigma*sigma/2 + 10*(mgf-1)))
		if got := must(price.Moment(k, 0.5)); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("moment of order %v: %v; want %v", k, got, want)
		}
	}
	if _, err := (Ideal{Leverage: 3, Model: m}).Moment(-1, 0.5); err == nil {
		t.Error("a token that jumps may ruin has no mean of 1/NAV")
	}
	if _, err := price.Carried(1, 1, 0.5); err == nil {
		t.Error("a share of 1 is all; want an error")
	}
}

func second(_ float64, err error) error { return err }
