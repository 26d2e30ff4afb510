package twiml_test

import (
	"fmt"

	"twirouter/luaapi/twiml"
)

func Example() {
	gather, _ := twiml.Lookup("Gather")
	say, _ := twiml.Lookup("Say")
	here := twiml.Pos{File: "scripts/30-ivr.lua", Line: 12}

	_, problems := twiml.New(gather, here, []twiml.Arg{{Name: "numDigts", Value: twiml.Num(1)}}, nil)
	fmt.Println(problems)

	prompt, _ := twiml.New(say, here, nil, []twiml.Child{twiml.Text("Press 1 for R&D")})
	menu, _ := twiml.New(gather, here, []twiml.Arg{{Name: "numDigits", Value: twiml.Num(1)}, {Name: "action", Value: twiml.Str("/menu")}},
		[]twiml.Child{twiml.Nested(prompt)})
	doc, _ := twiml.NewDocument(twiml.Voice, []twiml.Child{twiml.Nested(menu)})
	for _, p := range doc.Check() {
		fmt.Println(p.Severity, p.Error())
	}
	body, _ := doc.Render()
	fmt.Printf("%s\n", body)
	// Output:
	// scripts/30-ivr.lua:12: Gather has no attribute numDigts; did you mean numDigits?
	// warning scripts/30-ivr.lua:12: nothing follows Gather: if the caller stays silent the call ends; add Say or Redirect after it, or actionOnEmptyResult = true
	// <?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/menu" numDigits="1"><Say>Press 1 for R&amp;D</Say></Gather></Response>
}
