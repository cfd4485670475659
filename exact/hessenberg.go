package exact

import "math"

// hessenberg replaces the n×n matrix a, row by row, by its Hessenberg form Qᵀ·a·Q,
// which is zero below the first subdiagonal, and returns the orthogonal Q.
//
// Source: Golub and Van Loan, Matrix Computations, 4th ed. 2013, algorithm 7.4.2, by
// Householder's reflections I − 2vvᵀ/vᵀv.
func hessenberg(a []float64, n int) (q []float64) {
	q = make([]float64, n*n)
	for i := range n {
		q[i*n+i] = 1
	}
	v, sums := make([]float64, n), make([]float64, n)
	for k := 0; k+2 < n; k++ {
		largest := 0.0
		for i := k + 1; i < n; i++ {
			largest = max(largest, math.Abs(a[i*n+k]))
		}
		if largest == 0 {
			continue
		}
		square := 0.0 // of the size of v, all in units of the largest
		for i := k + 1; i < n; i++ {
			v[i] = a[i*n+k] / largest
			square += float64(v[i] * v[i])
		}
		size := math.Copysign(math.Sqrt(square), v[k+1])
		square += float64(size * v[k+1])
		v[k+1] += size // now vᵀv = 2·square

		// rows k+1 … of a, from the left: a −= v·(vᵀa)/square
		clear(sums[k:])
		for i := k + 1; i < n; i++ {
			addTimes(sums[k:], a[i*n+k:i*n+n], v[i]/square)
		}
		for i := k + 1; i < n; i++ {
			addTimes(a[i*n+k:i*n+n], sums[k:], -v[i])
		}
		// columns k+1 … of a and of q, from the right
		for i := range n {
			reflect(a[i*n+k+1:i*n+n], v[k+1:], square)
			reflect(q[i*n+k+1:i*n+n], v[k+1:], square)
		}
		for i := k + 2; i < n; i++ {
			a[i*n+k] = 0
		}
	}
	return q
}

// reflect replaces x by x − (xᵀv)·v/square.
func reflect(x, v []float64, square float64) {
	v = v[:len(x)]
	var even, odd float64 // two sums, shorter to wait for than one
	for j := 0; j+1 < len(x); j += 2 {
		even += float64(x[j] * v[j])
		odd += float64(x[j+1] * v[j+1])
	}
	if last := len(x) - 1; last%2 == 0 {
		even += float64(x[last] * v[last])
	}
	addTimes(x, v, -(even+odd)/square)
}

// addTimes adds factor·x to dst.
func addTimes(dst, x []float64, factor float64) {
	x = x[:len(dst)]
	for j := range dst {
		dst[j] += float64(factor * x[j])
	}
}
