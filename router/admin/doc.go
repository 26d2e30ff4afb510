// Package admin is the people's door, on a private address: is it alive, is it
// ready, what is in force, what came of the last events, who was turned away.
//
// Read [Door] first; auth.go says who may come in, page.go shows it all on one
// page without a script.
package admin
