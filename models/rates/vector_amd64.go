//go:build !purego

package rates

import "golang.org/x/sys/cpu"

var vector = cpu.X86.HasAVX2

// These do what their names say, if the processor has vector code, and report whether they did.

func revertVector(x, z, move []row, value, rest *row, keep, own, shared float64) bool {
	if !vector || len(x) == 0 {
		return false
	}
	revertAVX2(&x[0][0], &z[0][0], &move[0][0], &value[0], &rest[0], len(x), keep, own, shared)
	return true
}

func payVector(premiums []float64, f Rule, perYear float64) bool {
	if !vector || len(premiums) == 0 || len(premiums)%16 != 0 {
		return false
	}
	payAVX2(&premiums[0], len(premiums), f.Interest, f.Clamp, f.Cap, -f.Cap, f.share(), perYear)
	return true
}

func slopesVector(x []float64, own float64, l lines) bool {
	if !vector || len(x) == 0 || len(x)%16 != 0 {
		return false
	}
	slopesAVX2(&x[0], len(x), own, l.base, l.kink, l.below, l.above)
	return true
}

func supplyVector(x []float64, lent float64, l lines) bool {
	if !vector || len(x) == 0 || len(x)%16 != 0 {
		return false
	}
	supplyAVX2(&x[0], len(x), lent, l.base, l.kink, l.below, l.above)
	return true
}

func tickVector(t *marketTick, z, move, funding, borrow []row, value, rate, rest *row, shared float64) bool {
	if !vector || len(z) == 0 || t.falling > 0 {
		return false
	}
	var c [11][4]float64
	for i, x := range [len(c)]float64{t.skew.keep, t.skew.own, shared, t.pull, t.rise, t.stable, t.least, t.most,
		-t.most, t.side, t.free} {
		c[i] = [4]float64{x, x, x, x}
	}
	tickAVX2(&z[0][0], &move[0][0], &funding[0][0], &borrow[0][0], &value[0], &rate[0], &rest[0], len(z), &c[0][0])
	return true
}
