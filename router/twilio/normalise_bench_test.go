package twilio

import (
	"testing"

	"twirouter/router"
)

// BenchmarkNormalise is from parameters to the event, for an SMS with 25 of them.
func BenchmarkNormalise(b *testing.B) {
	in := received(b, "POST", inboundURL, "application/x-www-form-urlencoded", EncodeForm(inbound))
	b.ReportAllocs()
	for b.Loop() {
		if Normalise(in)[0].Kind != "message.received" {
			b.Fatal("not recognised")
		}
	}
}

// BenchmarkParseNormalise is from the raw body to the event.
func BenchmarkParseNormalise(b *testing.B) {
	body := EncodeForm(inbound)
	in := received(b, "POST", inboundURL, "application/x-www-form-urlencoded", body)
	b.ReportAllocs()
	for b.Loop() {
		params, err := ParseForm(body, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		in.Params = params
		if Normalise(in)[0].Kind != "message.received" {
			b.Fatal("not recognised")
		}
	}
}

// BenchmarkNormaliseCall is a call, whose duplicates are known by the hash of
// the request.
func BenchmarkNormaliseCall(b *testing.B) {
	params := router.Params{
		{Key: "Called", Value: "+15108675310"}, {Key: "ToState", Value: "CA"}, {Key: "CallerCountry", Value: "US"},
		{Key: "Direction", Value: "inbound"}, {Key: "CallerState", Value: "CA"}, {Key: "ToZip", Value: "94612"},
		{Key: "CallSid", Value: "CA81166f05c91b43e7e2bb03cfc159ac9b"}, {Key: "To", Value: "+15108675310"},
		{Key: "CallerZip", Value: "94703"}, {Key: "ToCountry", Value: "US"}, {Key: "CalledZip", Value: "94612"},
		{Key: "ApiVersion", Value: "2010-04-01"}, {Key: "CalledCity", Value: "OAKLAND"}, {Key: "CallStatus", Value: "ringing"},
		{Key: "From", Value: "+15105550100"}, {Key: "AccountSid", Value: "ACe9befa5ddf22dfdc0075c08cf16815aa"},
		{Key: "CalledCountry", Value: "US"}, {Key: "CallerCity", Value: "BERKELEY"}, {Key: "ToCity", Value: "OAKLAND"},
		{Key: "FromCountry", Value: "US"}, {Key: "Caller", Value: "+15105550100"}, {Key: "FromCity", Value: "BERKELEY"},
		{Key: "CalledState", Value: "CA"}, {Key: "FromZip", Value: "94703"}, {Key: "FromState", Value: "CA"},
	}
	in := received(b, "POST", inboundURL, "application/x-www-form-urlencoded", EncodeForm(params))
	b.ReportAllocs()
	for b.Loop() {
		if Normalise(in)[0].Kind != "call.received" {
			b.Fatal("not recognised")
		}
	}
}

// BenchmarkNormaliseCloudEvent is one event of Event Streams.
func BenchmarkNormaliseCloudEvent(b *testing.B) {
	in := received(b, "POST", inboundURL, "application/json", `{"specversion":"1.0","type":"com.twilio.messaging.message.sent","id":"EZ1","data":{"messageSid":"SM1","messageStatus":"SENT","from":"+12069666002","to":"+12062021014"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if Normalise(in)[0].SID != "SM1" {
			b.Fatal("not recognised")
		}
	}
}
