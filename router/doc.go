// Package router is the domain of twirouter: what a webhook becomes, where it
// goes, and what came of it. It is pure: standard library only, no I/O.
//
// Read in this order: [Event] (what Twilio said), [Route] (who takes it),
// [Script] (what decides), [Generation] (config and scripts loaded together:
// a function from Event to [Outcome]), [Store] (what remembers both) and
// [Problem] (what is wrong in a file that a person wrote).
//
// Everything else in the program is a door, a clock or a disk round this
// package: router/webhook lets Twilio in, router/worker runs what may wait,
// router/admin lets people look, router/config builds a Generation from files,
// and luaapi runs the scripts.
package router
