// Package luaapi runs scripts: a sandbox round gopher-lua, and every name that
// a script can reach in it.
//
// Read in this order. [Compiler] (compiler.go) makes scripts of a
// router.Program: chunk.go compiles a file and words what is wrong with it,
// syntax.go sees what can be known of it without running it. A script's runner
// (runner.go) runs the file from its top for every event, in an environment of
// its own on a pooled state, and then the handlers that it declared
// (handlers.go). run.go is that one execution: what every function of the API
// asks for.
//
// # What a script sees
//
// env.go puts it together: Lua's own functions (base.go, load.go, strings.go,
// format.go, match.go, tables.go, mathlib.go, coroutines.go), require
// (require.go), the event (event.go), and the modules, globals and values of a
// run that the other files declare through module.go. A new one needs nothing
// but such a declaration beside its function. Library tables are frozen
// (freeze.go); globals belong to the run.
//
// # What a script cannot do
//
// meter.go and thread.go count instructions, by the one door that gopher-lua
// has for it: it asks the Done of a state's context before every instruction.
// weigh.go looks at the instructions whose cost depends on their operands
// before they run, with what frame.go sees of the interpreter's inside; that
// is the only file that does. Functions of Go charge their own work
// (run.charge, run.chargeBytes) and are bounded in what they make. A spent
// budget cannot be caught: from then on every instruction raises. protect.go is
// the protected call, under pcall and under every run; scripterror.go tells of
// errors as their author needs it.
package luaapi
