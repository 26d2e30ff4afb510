package router

// Param is one parameter of a request: a decoded key and its decoded value.
type Param struct {
	Key   string
	Value string
}

// Params are the parameters of a request in the order in which they came.
// A key may stand more than once.
type Params []Param

// Get returns the first value of key, or "" if the key was not sent.
func (p Params) Get(key string) string {
	v, _ := p.Lookup(key)
	return v
}

// Lookup returns the first value of key and whether the key was sent at all:
// Twilio sends empty parameters, and an empty one is not an absent one.
func (p Params) Lookup(key string) (string, bool) {
	for i := range p {
		if p[i].Key == key {
			return p[i].Value, true
		}
	}
	return "", false
}

// Has reports whether key was sent, be it empty.
func (p Params) Has(key string) bool {
	_, ok := p.Lookup(key)
	return ok
}
