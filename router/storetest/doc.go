// Package storetest is what every router.Store promises, as one suite that each
// of them runs, and a Store that fails on demand, for the tests of those who
// use one. Only tests import it.
//
// Read suite.go first: [Run]. The cases lie beside it by subject. arrows.go
// holds the arrows that docs/states.md draws; faulty.go the [Faulty] Store.
package storetest
