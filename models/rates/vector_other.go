//go:build !amd64 || purego

package rates

// There is no vector code.

func revertVector(_, _, _ []row, _, _ *row, _, _, _ float64) bool { return false }

func payVector([]float64, Rule, float64) bool { return false }

func slopesVector([]float64, float64, lines) bool { return false }

func supplyVector([]float64, float64, lines) bool { return false }

func tickVector(_ *marketTick, _, _, _, _ []row, _, _, _ *row, _ float64) bool { return false }
