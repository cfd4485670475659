package tokens

import "mcrisk/param"

// callToken is a protected token with the option of the registry.
func callToken() Token {
	_, venue, err := Mechanisms.Make(param.Part{Kind: "option"})
	if err != nil {
		panic(err)
	}
	return Token{Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: venue, Cost: Cost{Fee: 0.0005},
		AUM: 1e6}
}

func holdsOption(t Token) bool {
	_, ok := t.Mechanism.(Option)
	return ok
}
